"""The chapter of figures: a closed year is frozen, protected and released; the nation shows who reported and what."""

import functools

from stories.chapters import Cast
from stories.closed_year import YEAR
from stories.telling import Teller
from stories.towns import COUNTS, STATISTICS, Json, Town

SEED = 2025
YEARS = f"{COUNTS}/years"
READER = "statisticsUser"


def a_year_in_figures(told: Teller, cast: Cast, year: int = YEAR) -> None:
    """Chapter 9: exact counts stay at home; what leaves was protected, and leaves once."""
    v, m = cast.vilvoorde, cast.molenbeek
    s, nation = v.neighbour("schaarbeek"), v.neighbour("belgium")
    told.chapter(f"9. The year {year} in figures (fictional episodes from the seed {SEED})")
    for town in (v, m, s):
        cast.operator.play_year(town.id, year, SEED)
        freeze(town, year)
    told.true(
        "Vilvoorde", "freezes the year", "its counts stand beside what may leave", lambda: len(figures(v, year)) == 5
    )
    told.true(
        "Vilvoorde", "compares", "a figure that may leave differs from the true one", lambda: _differs(figures(v, year))
    )
    told.true("Vilvoorde", "compares", "a small count is not shown", lambda: _hidden(figures(v, year)))
    _two_people(told, v, year)
    for town in (v, m):
        told.act(f"release {town.id}", functools.partial(release, town, year))
    _seen_by_the_nation(told, (v, m), s, nation, year)
    told.true(
        "Vilvoorde",
        "tries to release it again",
        "it is refused: a figure leaves once",
        lambda: refused(v, "coordinator", f"{year}/releases").endswith(":yearReleased"),
    )
    before = figures(v, year)
    cast.operator.kill_web("vilvoorde")
    told.true(
        "Vilvoorde",
        "is killed, starts again and is asked again",
        "the figures are the same",
        lambda: (
            (answer := v.call("GET", f"{YEARS}/{year}", role="manager")).status_code == 200
            and answer.json()["figures"] == before
        ),
    )


def _two_people(told: Teller, town: Town, year: int) -> None:
    """Who froze does not release. Told before the release; after it the answer is that it has left."""
    if state(town, year) == "frozen":
        told.true(
            "Vilvoorde",
            "its manager tries to release what she froze",
            "it takes a second person",
            lambda: refused(town, "manager", f"{year}/releases").endswith(":samePerson"),
        )


def _seen_by_the_nation(told: Teller, reporting: tuple[Town, ...], silent: Town, nation: Town, year: int) -> None:
    for town in reporting:
        told.true(
            "Belgium",
            f"reads what {town.id} released",
            "it is what may leave, and no count",
            functools.partial(_shown_as_released, nation, town, year),
        )
    told.true(
        "Belgium",
        "reads who reported",
        f"{silent.id} froze and did not release: not reported",
        lambda: _states(nation, year).get(silent.id) == "notReported",
    )
    told.true(
        "Vilvoorde",
        "reads its year",
        "the nation's receipt stands",
        lambda: state(reporting[0], year) == "received",
    )


def _shown_as_released(nation: Town, town: Town, year: int) -> bool:
    return _figures_at(nation, town.id, year) == _protected(figures(town, year))


def state(town: Town, year: int) -> str:
    """Return how far a town is with a year."""
    return str(town.get(f"{YEARS}/{year}", role="manager")["state"])


def freeze(town: Town, year: int) -> None:
    """Will let the manager freeze the year, unless that was done before."""
    if state(town, year) == "notFrozen":
        town.post(f"{YEARS}/{year}/snapshots", {}, role="manager")


def release(town: Town, year: int) -> None:
    """Will let the coordinator release the year, unless that was done before."""
    if state(town, year) == "frozen":
        town.post(f"{YEARS}/{year}/releases", {}, role="coordinator")


def figures(town: Town, year: int) -> list[Json]:
    """Return a town's own figures, before and after protection."""
    found: list[Json] = town.get(f"{YEARS}/{year}", role="manager")["figures"]
    return found


def refused(town: Town, role: str, what: str) -> str:
    """Return the type of the problem with which an act is refused to a role."""
    return str(town.refuses(f"{YEARS}/{what}", {}, role=role)["type"])


def _differs(found: list[Json]) -> bool:
    return any("value" in one and one["value"] != one["count"] for one in found)


def _hidden(found: list[Json]) -> bool:
    return any(one["count"] > 0 and not one["shown"] for one in found)


def _protected(found: list[Json]) -> list[Json]:
    return [{name: value for name, value in one.items() if name != "count"} for one in found]


def _states(nation: Town, year: int) -> dict[str, str]:
    known = nation.get(f"{STATISTICS}/years/{year}", role=READER)["municipalities"]
    return {one["participant"]: one["state"] for one in known}


def _figures_at(nation: Town, participant: str, year: int) -> list[Json]:
    releases = nation.get(f"{STATISTICS}/releases?pageSize=100", role=READER)["items"]
    mine = [one for one in releases if (one["participant"], one["year"]) == (participant, year)]
    if len(mine) != 1:
        return []
    found: list[Json] = nation.get(f"{STATISTICS}/releases/{mine[0]['id']}", role=READER)["figures"]
    return found
