"""Plays a closed year in one town, with that town's environment: `python -m stories.closed_year --seed 2025`.

Fictional episodes, drawn from a seed that the story prints, go through the real actions with the time at which
they would have happened: whole or not at all. A year that was played before stays as it is.
"""

import argparse
import datetime
import random
import sys
import uuid
from dataclasses import dataclass

import django

from federation import clock

YEAR = 2025
NAMES = ("Aline", "Bas", "Céline", "Dries", "Elif", "Farah", "Gaël", "Hanne", "Ines", "Jonas", "Kaat", "Liam", "Mona")
PICTURE = "Komt sinds de zomer weinig buiten; de school vraagt wat er speelt."
GOAL = "Ik wil weer iets doen waar ik goed in ben."
SIGN = "Elke week naar de werkplaats."
NOTE = "Kwam op tijd, vertelde over de werkplaats."


@dataclass(frozen=True)
class Episode:
    """One person's case: when it was opened, and how old the person was."""

    at: datetime.datetime
    age: int
    first_name: str


def drawn(town: str, seed: int, year: int = YEAR) -> list[Episode]:
    """Return the year's episodes in their order: 41 to 69, never a multiple of five, so that rounding shows.

    In Vilvoorde at most four adults: their figure cannot be shown, whatever the town's secret.
    """
    draw = random.Random(f"{seed}/{town}")  # noqa: S311 -- a story that can be told again
    number = draw.choice([count for count in range(41, 70) if count % 5])
    adults = draw.randint(2, 4) if town == "vilvoorde" else draw.randint(12, 25)
    days = [day for day in _days(year) if day.weekday() < 5]
    return sorted(
        (
            Episode(
                at=datetime.datetime.combine(draw.choice(days), datetime.time(draw.randint(9, 16)), clock.BRUSSELS),
                age=draw.randint(19, 27) if count < adults else draw.randint(12, 16),
                first_name=draw.choice(NAMES),
            )
            for count in range(number)
        ),
        key=lambda episode: episode.at,
    )


def _days(year: int) -> list[datetime.date]:
    return [datetime.date(year, 1, 2) + datetime.timedelta(days=number) for number in range(350)]


def play(seed: int, year: int = YEAR) -> int:
    """Will play a year in the town whose process this is; return how many cases were opened."""
    # Django is set up by now, and not before.
    from django.db import transaction  # noqa: PLC0415

    from federation.bus import local  # noqa: PLC0415
    from municipal.cases.models import Case  # noqa: PLC0415

    town = local.tenant()
    with transaction.atomic():
        if Case.objects.filter(year=year).exists():
            return 0
        episodes = drawn(town.id, seed, year)
        for number, episode in enumerate(episodes):
            _play(episode, town.id, town.teams[number % len(town.teams)].id)
        return len(episodes)


def _play(episode: Episode, town: str, team: str) -> None:
    from federation.identity.actor import Actor, Role  # noqa: PLC0415
    from municipal.cases import actions, contents  # noqa: PLC0415
    from municipal.cases.rules import Block, StayKind  # noqa: PLC0415
    from municipal.people.rules import Details  # noqa: PLC0415

    by = Actor(str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{team}.{town}")), frozenset({Role.CASEWORKER}), team, town)
    person = Details(
        first_name=episode.first_name,
        last_name="Verzonnen",
        birth_on=datetime.date(episode.at.year - episode.age, 1, 1),
        contact_language="nl",
    )
    case = actions.open_case(details=person, stay_kind=StayKind.RESIDENCE, team=team, by=by, at=episode.at).id
    later = episode.at
    for block, fields in (
        (Block.SITUATION_PICTURE, {"lifeDomain": "schoolOrWork", "text": PICTURE}),
        (Block.GOALS, {"ownWords": GOAL, "progressSign": SIGN}),
        (
            Block.CONTACT_NOTES,
            {"contactKind": "homeVisit", "happenedAt": later, "visibility": "team", "text": NOTE},
        ),
    ):
        later += datetime.timedelta(days=2)
        actions.add_entry(case_id=case, draft=contents.draft(block, fields), by=by, at=later)


def main() -> int:
    """Play the year and say how many cases it took."""
    parser = argparse.ArgumentParser(prog="python -m stories.closed_year", description=main.__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--year", type=int, default=YEAR)
    asked = parser.parse_args()
    django.setup()
    sys.stdout.write(f"{play(asked.seed, asked.year)} cases of {asked.year} opened, seed {asked.seed}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
