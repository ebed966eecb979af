"""What pages draw: who answered for a case in the course of one referral, and the band of open questions at the border.

Plain values for the templates; every drawing has its words or its table beside it.
"""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from federation import clock
from regional.progress.queries import Flow, LifeLine, Mark

WIDTH, UPPER, LOWER = 900, 24, 72
HEIGHT = 240
LINES_OF_MONTHS = 12


@dataclass(frozen=True)
class Period:
    """From when to when which towns answered; `until` is None where it lasts."""

    towns: tuple[str, ...]
    since: datetime.datetime
    until: datetime.datetime | None


Turn: TypeAlias = tuple[tuple[str, ...], datetime.datetime]
"""Which towns answer from an instant on."""


def periods(line: LifeLine) -> tuple[Period, ...]:
    """Return who answered for the case, in turn and without a gap: a handover alone moves it.

    Where one side's word is missing, the other's tells: who releases a case has heard the acceptance, and who holds its
    dossier was given it.
    """
    referral, marks = line.referral, {mark.state: mark for mark in line.heard}
    sender, recipient = (referral.sender,), (referral.recipient,)
    accepted, released, held = (marks.get(state, Mark(state, None, None)) for state in ("accepted", "released", "held"))
    taken = accepted.recipient_at or accepted.sender_at or released.sender_at
    given = released.sender_at or held.recipient_at
    turns: list[Turn] = [(sender, referral.began_at)]
    until = referral.ended_at
    if referral.kind == "handover" and taken is not None:
        turns.append(((*sender, *recipient), taken))
        if given is not None:
            turns.append((recipient, given))
            if "handedBack" in marks:
                turns.append((sender, marks["handedBack"].first_at))
                until = None
        elif stayed := [marks[state].first_at for state in ("kept", "withdrawn", "revoked") if state in marks]:
            turns.append((sender, stayed[0]))
    return _in_turn(turns, until)


def _in_turn(turns: Sequence[Turn], until: datetime.datetime | None) -> tuple[Period, ...]:
    """Return periods that follow each other: two towns' clocks differ, and nobody answers backwards in time."""
    begun = list(itertools.accumulate((since for _, since in turns), max))
    if until is not None:
        begun = [min(since, until) for since in begun]
    ends = [*begun[1:], until]
    found = [Period(towns, since, end) for (towns, _), since, end in zip(turns, begun, ends, strict=True)]
    return tuple(one for one in found if one.since != one.until) or tuple(found[:1])


@dataclass(frozen=True)
class River:
    """The drawn line: paths along the two banks, and the months below."""

    paths: tuple[str, ...]
    months: tuple[datetime.date, ...]


def river(line: LifeLine, *, at: datetime.datetime) -> River:
    """Return the line of a referral from its beginning to its end, or until now."""
    found = periods(line)
    start, end = found[0].since, found[-1].until or max(at, found[-1].since)
    length = max((end - start).total_seconds(), 1.0)

    def across(instant: datetime.datetime) -> int:
        return round((instant - start).total_seconds() / length * WIDTH)

    paths, before = [], ""
    for period in found:
        for town in period.towns:
            height = UPPER if town == line.referral.sender else LOWER
            left, right = across(period.since), across(period.until or end)
            crossing = (
                f"M{left} {UPPER + LOWER - height}V{height}" if before and town != before else f"M{left} {height}"
            )
            paths.append(f"{crossing}H{right}")
        before = period.towns[-1]
    return River(tuple(paths), _months(start, end))


def _months(start: datetime.datetime, end: datetime.datetime) -> tuple[datetime.date, ...]:
    """Return the first days of the months that the line touches, the last twelve at most."""
    first, last = clock.today_in_brussels(start).replace(day=1), clock.today_in_brussels(end)
    found = [first]
    while (following := (found[-1] + datetime.timedelta(days=32)).replace(day=1)) <= last:
        found.append(following)
    return tuple(found[-LINES_OF_MONTHS:])


@dataclass(frozen=True)
class Stripe:
    """Open questions from one town to another, as a stripe between the two banks."""

    path: str
    width: int
    outward: bool
    """Out of this region: drawn dashed."""


@dataclass(frozen=True)
class Row:
    """The open questions of one town of the other bank: the table's line."""

    town: str
    coming: int
    going: int
    oldest: datetime.datetime


@dataclass(frozen=True)
class Band:
    """The border of a region: towns of the other bank on the left, its own on the right."""

    others: tuple[str, ...]
    own: tuple[str, ...]
    stripes: tuple[Stripe, ...]
    rows: tuple[Row, ...]
    coming: int
    going: int
    within: int
    """Open questions between two towns of this region: they cross no border."""


def band(flows: Sequence[Flow], *, own_towns: frozenset[str]) -> Band:
    """Return the band of open questions and its table. Ended ones are in neither."""
    crossing = [flow for flow in flows if (flow.sender in own_towns) != (flow.recipient in own_towns)]
    others = sorted({town for flow in crossing for town in (flow.sender, flow.recipient)} - own_towns)
    own = sorted({town for flow in crossing for town in (flow.sender, flow.recipient)} & own_towns)
    rows = [_row(town, crossing) for town in others]
    return Band(
        others=tuple(others),
        own=tuple(own),
        stripes=tuple(_stripe(flow, others, own) for flow in crossing),
        rows=tuple(rows),
        coming=sum(row.coming for row in rows),
        going=sum(row.going for row in rows),
        within=sum(flow.open for flow in flows if flow not in crossing),
    )


def _row(town: str, crossing: Sequence[Flow]) -> Row:
    coming = [flow for flow in crossing if flow.sender == town]
    going = [flow for flow in crossing if flow.recipient == town]
    return Row(
        town=town,
        coming=sum(flow.open for flow in coming),
        going=sum(flow.open for flow in going),
        oldest=min(flow.last_sign_at for flow in (*coming, *going)),
    )


def _stripe(flow: Flow, others: Sequence[str], own: Sequence[str]) -> Stripe:
    outward = flow.recipient in others
    left = _height(flow.recipient if outward else flow.sender, others) + (8 if outward else 0)
    right = _height(flow.sender if outward else flow.recipient, own) + (8 if outward else 0)
    return Stripe(f"M0 {left}C50 {left} 50 {right} 100 {right}", min(2 * flow.open, 10), outward)


def _height(town: str, bank: Sequence[str]) -> int:
    """Return how low a town lies on its bank: in the middle of its share."""
    return round((bank.index(town) + 0.5) * HEIGHT / len(bank)) - 4
