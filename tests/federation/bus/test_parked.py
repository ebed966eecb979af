"""What is parked is seen, tried again, or closed, and each of it is written down with who did it."""

import uuid

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bus_world import World, count, query
from federation.bus import health, parked
from federation.contracts.messages import MessageRefused, ReferralOpened


def _refused_offer(world: World) -> tuple[uuid.UUID, int]:
    """Let a handler refuse an offer; return the referral and the number of the parked message."""
    world.order("ReferralOffered", "refuse")
    referral_id, _ = world.offers()
    world.work()
    world.order("ReferralOffered", "")
    (one,) = parked.waiting()
    return referral_id, one.id


def test_a_parked_message_is_applied_when_it_is_tried_again_after_the_mending(world: World) -> None:
    referral_id, number = _refused_offer(world)
    world.says(ReferralOpened(), referral_id=referral_id, seq=2)
    world.work()
    assert world.effects() == []

    parked.retry(number, by="els.operator", at=world.at)
    world.work()

    assert world.effects() == ["handler ReferralOffered", "handler ReferralOpened"]
    assert parked.waiting() == []
    assert query("SELECT outcome, by FROM inbox_attempt WHERE message_id = %s ORDER BY id", number) == [
        ("refused", "consumer"),
        ("retried", "els.operator"),
        ("applied", "consumer"),
    ]


def test_a_message_that_fails_again_is_parked_again_and_the_sender_is_told_once(world: World) -> None:
    _, number = _refused_offer(world)
    world.order("ReferralOffered", "refuse")

    parked.retry(number, by="els.operator", at=world.at)
    world.work()

    assert [one.id for one in parked.waiting()] == [number]
    assert query("SELECT count(*) FROM outbox_message WHERE type = 'MessageRefused'") == [(1,)]


def test_closing_a_message_tells_the_sender_and_lets_the_next_one_go_on(world: World) -> None:
    world.order("ReferralOffered", "fail")
    referral_id, _ = world.offers()
    world.says(ReferralOpened(), referral_id=referral_id, seq=2)
    world.work()
    number = parked.waiting()[0].id

    told = parked.answer(number, reason="closedByPerson", by="els.operator", at=world.at)
    world.work()

    assert told
    assert world.effects() == ["handler ReferralOpened"]
    assert parked.waiting() == []
    assert [message.body.reason for message in world.heard() if isinstance(message.body, MessageRefused)] == [
        "unexpected"
    ]
    assert query("SELECT applied_seq FROM conversation") == [(2,)]


def test_what_is_not_parked_can_be_neither_tried_again_nor_closed(world: World) -> None:
    world.offers()
    world.work()
    ((number,),) = query("SELECT id FROM inbox_message")

    with pytest.raises(parked.NothingParked):
        parked.retry(number, by="els.operator", at=world.at)
    with pytest.raises(parked.NothingParked):
        parked.answer(number, reason="x", by="els.operator", at=world.at)

    assert query("SELECT outcome FROM inbox_attempt") == [("applied",)]


def test_the_command_lists_shows_retries_and_answers(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    referral_id, number = _refused_offer(world)

    call_command("parked", "list")
    call_command("parked", "show", str(number))
    listed = capsys.readouterr().out
    call_command("parked", "retry", str(number), "--by", "els.operator")
    world.work()
    call_command("parked", "list")

    assert f"{number} parked notToday: ReferralOffered of molenbeek referral {referral_id} seq 1" in listed
    assert "Way out: " in listed
    assert "refused notToday" in listed
    assert capsys.readouterr().out == f"{number}: will be tried again by the worker\n"
    with pytest.raises(CommandError):
        call_command("parked", "answer", str(number))
    with pytest.raises(CommandError):
        call_command("parked", "show")


def test_health_counts_what_a_person_must_know(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    _refused_offer(world)
    world.says(ReferralOpened(), referral_id=uuid.uuid4(), seq=2)
    world.work()
    world.later(minutes=3)

    found = health.health(world.at)
    call_command("bus_health")

    assert (found.parked, found.held, found.unreceipted, found.oldest_unreceipted_seconds) == (1, 1, 1, 180)
    assert '"parked": 1' in capsys.readouterr().out
    assert count("bus_alarm") == found.alarms == 0
