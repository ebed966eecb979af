"""Who answered for a case, out of both sides' clocks, and out of one side's alone; the line that is drawn of it."""

import datetime
import uuid

import pytest

from region_at_work import AT, RANIA, keep, word
from regional.progress import queries
from regional.progress.models import Progress
from regional.search import drawings, pages

S, R, BOTH = ("vilvoorde",), ("molenbeek",), ("vilvoorde", "molenbeek")


def on(day: int) -> datetime.datetime:
    """Return noon of a day of November."""
    return datetime.datetime(2026, 11, day, 12, tzinfo=datetime.UTC)


def line(
    sender: dict[str, int], recipient: dict[str, int], *, kind: str = "handover", ended: int | None = None
) -> queries.LifeLine:
    """Return a life line out of the days on which each side came into its states."""
    marks = queries.marks(
        {state: on(day) for state, day in sender.items()}, {state: on(day) for state, day in recipient.items()}
    )
    referral = Progress(
        pk=uuid.uuid4(),
        sender="vilvoorde",
        recipient="molenbeek",
        kind=kind,
        began_at=min(mark.first_at for mark in marks),
        ended_at=on(ended) if ended else None,
    )
    return queries.LifeLine(
        referral=referral, marks=marks, heard=marks, statements=(), silent_days=0, sides_disagree=False
    )


ASKED = {"offered": 2, "received": 2}
READ = {"received": 2, "opened": 3}
TAKEN = READ | {"accepted": 4}
GIVEN = ASKED | {"opened": 3, "accepted": 5, "released": 6}
HELD = TAKEN | {"held": 7}

WHO_ANSWERED = {
    "asked": (ASKED, READ, {}, [(S, 2, None)]),
    "accepted, and both know": (ASKED | {"accepted": 5}, TAKEN, {}, [(S, 2, 4), (BOTH, 4, None)]),
    "accepted, and the sender has not heard": (ASKED, TAKEN, {}, [(S, 2, 4), (BOTH, 4, None)]),
    "accepted, without the recipient's word": (ASKED | {"accepted": 5}, {}, {}, [(S, 2, 5), (BOTH, 5, None)]),
    "handed over, and both know": (GIVEN, HELD, {}, [(S, 2, 4), (BOTH, 4, 6), (R, 6, None)]),
    "handed over, not held yet": (GIVEN, TAKEN, {}, [(S, 2, 4), (BOTH, 4, 6), (R, 6, None)]),
    "handed over, without the recipient's word": (GIVEN, {}, {}, [(S, 2, 5), (BOTH, 5, 6), (R, 6, None)]),
    "handed over, and the sender never told of the acceptance": (
        ASKED | {"released": 6},
        {},
        {},
        [(S, 2, 6), (R, 6, None)],
    ),
    "handed over, without the sender's word": ({}, HELD, {}, [(S, 2, 4), (BOTH, 4, 7), (R, 7, None)]),
    "handed over, with an older word of the sender": (ASKED, HELD, {}, [(S, 2, 4), (BOTH, 4, 7), (R, 7, None)]),
    "handed over, the sender's clock behind": (
        ASKED | {"released": 3},
        HELD,
        {},
        [(S, 2, 4), (R, 4, None)],
    ),
    "handed over and closed": (
        GIVEN | {"closed": 9},
        HELD | {"closed": 9},
        {"ended": 9},
        [(S, 2, 4), (BOTH, 4, 6), (R, 6, 9)],
    ),
    "closed before the case moved, by a clock": (GIVEN, HELD, {"ended": 5}, [(S, 2, 4), (BOTH, 4, 5)]),
    "handed back": (
        GIVEN | {"handedBack": 12},
        HELD,
        {"ended": 12},
        [(S, 2, 4), (BOTH, 4, 6), (R, 6, 12), (S, 12, None)],
    ),
    "kept": (ASKED | {"kept": 6}, TAKEN, {"ended": 6}, [(S, 2, 4), (BOTH, 4, 6)]),
    "kept, and the recipient goes on": (ASKED | {"kept": 6}, TAKEN, {}, [(S, 2, 4), (BOTH, 4, 6), (S, 6, None)]),
    "a share moves nothing": (GIVEN, HELD, {"kind": "share"}, [(S, 2, None)]),
    "an advice moves nothing": (
        ASKED | {"closed": 8},
        READ | {"closed": 7},
        {"kind": "advice", "ended": 8},
        [(S, 2, 8)],
    ),
    "over in an instant": ({"offered": 2, "revoked": 2}, {}, {"ended": 2}, [(S, 2, 2)]),
}


@pytest.mark.parametrize(("sender", "recipient", "how", "answered"), WHO_ANSWERED.values(), ids=list(WHO_ANSWERED))
def test_who_answered_is_told_by_both_sides_or_by_one(sender, recipient, how, answered) -> None:
    found = drawings.periods(line(sender, recipient, **how))

    assert [(one.towns, one.since, one.until) for one in found] == [
        (towns, on(since), on(until) if until else None) for towns, since, until in answered
    ]


DRAWN = {
    "at the sender's bank": (ASKED, READ, {}, ("M0 24H900",)),
    "both banks": (ASKED, TAKEN, {}, ("M0 24H180", "M180 24H900", "M180 24V72H900")),
    "over to the recipient": (GIVEN, HELD, {}, ("M0 24H180", "M180 24H360", "M180 24V72H360", "M360 72H900")),
    "over, without the recipient's word": (
        GIVEN,
        {},
        {},
        ("M0 24H270", "M270 24H360", "M270 24V72H360", "M360 72H900"),
    ),
    "over, without the sender's word": ({}, HELD, {}, ("M0 24H180", "M180 24H450", "M180 24V72H450", "M450 72H900")),
}


@pytest.mark.parametrize(("sender", "recipient", "how", "paths"), DRAWN.values(), ids=list(DRAWN))
def test_the_line_lies_at_the_bank_of_who_answered(sender, recipient, how, paths) -> None:
    assert drawings.river(line(sender, recipient, **how), at=on(12)).paths == paths


def test_the_months_below_the_line_are_the_last_twelve() -> None:
    asked = line(ASKED, READ)

    assert drawings.river(asked, at=on(12)).months == (datetime.date(2026, 11, 1),)
    later = drawings.river(asked, at=on(12) + datetime.timedelta(days=700)).months
    assert (len(later), later[0], later[-1]) == (12, datetime.date(2027, 11, 1), datetime.date(2028, 10, 1))


@pytest.mark.parametrize("silent", ["vilvoorde", "molenbeek", ""])
def test_the_heading_and_the_list_of_one_page_name_the_same_town(region, silent) -> None:
    one = uuid.uuid4()
    times = {"received": AT, "opened": AT, "accepted": AT + datetime.timedelta(hours=1)}
    for by, state in {"vilvoorde": "released", "molenbeek": "held"}.items():
        if by != silent:
            keep(word(one, state, by=by, clocks=times, said_at=AT + datetime.timedelta(hours=2)))
    found = queries.get(one, by=RANIA)
    (row,) = pages.lines(pages.queries.entries([found], at=AT))

    last = drawings.periods(queries.life_line(found, at=AT + datetime.timedelta(hours=3)))[-1]

    assert (last.towns, row.state) == (R, "released")
