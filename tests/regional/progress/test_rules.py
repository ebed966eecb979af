"""What two sides' words come to: every pair of states, the phases, silence in working days."""

import datetime
import itertools

import pytest

from federation.contracts import codes
from federation.identity.actor import MissingPermission, Role
from region_at_work import at, coordinator
from regional.progress import rules
from regional.progress.rules import Phase

STATES = codes.ordered("referral-state")
CLOSED = frozenset({datetime.date(2026, 11, 11)})


@pytest.mark.parametrize(
    ("sender", "recipient", "phase"),
    [
        ("offered", "", "waitsForAnswer"),
        ("received", "received", "waitsForAnswer"),
        ("received", "opened", "waitsForAnswer"),
        ("revoking", "opened", "waitsForAnswer"),
        ("undeliverable", "", "notDelivered"),
        ("undeliverable", "received", "waitsForAnswer"),
        ("opened", "accepted", "inTransfer"),
        ("accepted", "accepted", "inTransfer"),
        ("released", "accepted", "waitsForFirstContact"),
        ("released", "held", "waitsForFirstContact"),
        ("released", "firstContact", "underWay"),
        ("firstContact", "firstContact", "underWay"),
        ("firstContact", "closed", "underWay"),
        ("closed", "closed", "ended"),
        ("opened", "declined", "waitsForAnswer"),
        ("declined", "declined", "ended"),
        ("withdrawn", "declined", "ended"),
        ("released", "withdrawn", "ended"),
        ("revoked", "", "ended"),
        ("reassigned", "opened", "ended"),
        ("", "received", "waitsForAnswer"),
        ("closed", "declined", "ended"),
    ],
)
def test_a_phase_is_told_by_the_side_that_has_come_furthest(sender, recipient, phase) -> None:
    assert rules.phase(sender, recipient) == phase


@pytest.mark.parametrize(
    ("sender", "recipient", "furthest"),
    [
        ("offered", "", "offered"),
        ("", "received", "received"),
        ("received", "opened", "opened"),
        ("revoking", "opened", "revoking"),
        ("undeliverable", "", "undeliverable"),
        ("undeliverable", "received", "received"),
        ("received", "accepted", "accepted"),
        ("accepted", "", "accepted"),
        ("accepted", "held", "released"),
        ("released", "", "released"),
        ("", "held", "released"),
        ("received", "firstContact", "firstContact"),
        ("firstContact", "closed", "firstContact"),
        ("opened", "declined", "declined"),
        ("closed", "closed", "closed"),
        ("released", "withdrawn", "withdrawn"),
        ("reassigned", "opened", "reassigned"),
    ],
)
def test_where_a_case_lies_is_told_by_the_side_that_has_come_furthest(sender, recipient, furthest) -> None:
    assert rules.furthest(sender, recipient) == furthest


@pytest.mark.parametrize(
    ("sender", "recipient", "same"),
    [
        ("received", "received", True),
        ("released", "held", True),
        ("undeliverable", "", True),
        ("undeliverable", "opened", False),
        ("offered", "", False),
        ("", "received", False),
        ("received", "opened", False),
        ("opened", "accepted", False),
        ("released", "accepted", False),
        ("declined", "withdrawn", True),
        ("closed", "closed", True),
        ("closed", "declined", False),
        ("handedBack", "closed", True),
        ("closed", "withdrawn", True),
        ("kept", "accepted", False),
        ("reassigned", "held", True),
        ("revoked", "", True),
    ],
)
def test_two_sides_agree_when_both_tell_what_stands_at_rest(sender, recipient, same) -> None:
    assert rules.agree(sender, recipient) is same


def test_every_pair_of_states_has_a_phase_and_no_open_one_is_called_ended() -> None:
    for sender, recipient in itertools.product(["", *STATES], repeat=2):
        if not sender and not recipient:
            continue
        found = rules.phase(sender, recipient)

        assert found in Phase
        if not {sender, recipient} & rules.ENDED:
            assert found is not Phase.ENDED
    assert set(codes.ordered("referral-phase")) == {phase.value for phase in Phase}
    assert set(STATES) >= rules.ENDED


def test_a_difference_becomes_a_disagreement_after_an_hour() -> None:
    since = at("2026-11-23 09:00")

    assert not rules.disagree(None, at=since)
    assert not rules.disagree(since, at=at("2026-11-23 10:00"))
    assert rules.disagree(since, at=at("2026-11-23 10:01"))


def test_everything_goes_ninety_days_after_the_end() -> None:
    ended = at("2026-08-20 10:00")

    assert not rules.is_over(None, at=at("2027-01-01 10:00"))
    assert not rules.is_over(ended, at=ended + datetime.timedelta(days=90))
    assert rules.is_over(ended, at=ended + datetime.timedelta(days=90, seconds=1))


@pytest.mark.parametrize(
    ("since", "days"),
    [
        ("2026-11-23 08:00", 0),
        ("2026-11-20 23:00", 1),
        ("2026-11-21 10:00", 1),
        ("2026-11-16 10:00", 5),
        ("2026-11-10 10:00", 8),
    ],
)
def test_silence_counts_working_days_and_no_holiday(since, days) -> None:
    now = at("2026-11-23 10:00")

    assert rules.silent_days(at(since), at=now, closed=CLOSED) == days
    # what has been silent for so long is what the search finds for so many days, and not for one more
    today = datetime.date(2026, 11, 23)
    day = at(since).astimezone(datetime.UTC).date()
    assert day < rules.silent_before(days, today=today, closed=CLOSED)
    assert not day < rules.silent_before(days + 1, today=today, closed=CLOSED)


@pytest.mark.parametrize("role", list(Role))
def test_only_a_regional_coordinator_has_the_right(role) -> None:
    who = coordinator(role=role)
    if role is Role.REGIONAL_COORDINATOR:
        who.check_role(*rules.READERS)
        return
    with pytest.raises(MissingPermission):
        who.check_role(*rules.READERS)
