"""What we say is sent until the signed receipt stands, and never to somebody whom nobody has confirmed."""

import datetime
import uuid

import pytest
from django.db import transaction

from bus_world import OWN, World, count, query
from federation import seals
from federation.bus import consumer, outbox, relay, topics
from federation.bus.models import OutboxMessage
from federation.contracts import digests
from federation.contracts.messages import (
    DossierReleased,
    MessageReceived,
    MessageRefused,
    ReferralOpened,
)
from federation.seals import keys
from peer import Peer

PEER_INBOX = topics.inbox_of("molenbeek")
DOSSIER = '{"blocks":{"goals":["a job"]}}'


def _say(world: World, referral_id: uuid.UUID | None = None) -> OutboxMessage:
    with transaction.atomic():
        return outbox.put(to="molenbeek", body=ReferralOpened(), referral_id=referral_id or uuid.uuid4(), at=world.at)


def _release(world: World, dossier: str = DOSSIER) -> OutboxMessage:
    body = DossierReleased("moves", digests.digest(dossier), uuid.uuid4())
    with transaction.atomic():
        return outbox.put(to="molenbeek", body=body, referral_id=uuid.uuid4(), at=world.at, dossier=dossier)


def _send(world: World) -> int:
    return relay.send_due(world.publisher, world.at)


def _opened(world: World) -> list[seals.Opened]:
    return [world.peer.hears(record.value or b"")[1] for record in world.bus.records(PEER_INBOX)]


def _refuse(world: World, reason: str, row: OutboxMessage | None = None) -> None:
    """Let the peer refuse the sealing that came last."""
    raw = world.bus.records(PEER_INBOX)[-1].value or b""
    event_id, _ = seals.peek(raw)
    world.says(MessageRefused(reason, event_id, digests.digest(raw), row.digest if row else None))


def test_a_message_outside_the_transaction_of_its_change_is_refused(committed_world: World) -> None:
    with pytest.raises(outbox.OutsideTransaction):
        outbox.put(to="molenbeek", body=ReferralOpened(), referral_id=uuid.uuid4(), at=committed_world.at)

    assert count("outbox_message") == 0


def test_numbers_count_from_one_without_gaps_for_each_referral_and_recipient(world: World) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()

    numbers = [_say(world, one).seq, _say(world, other).seq, _say(world, one).seq, _say(world, one).seq]

    assert numbers == [1, 1, 2, 3]


def test_a_rolled_back_change_leaves_no_message_and_takes_no_number(world: World) -> None:
    referral_id = uuid.uuid4()

    with transaction.atomic():
        outbox.put(to="molenbeek", body=ReferralOpened(), referral_id=referral_id, at=world.at)
        transaction.set_rollback(True)

    assert count("outbox_message") == 0
    assert _say(world, referral_id).seq == 1


def test_it_is_sent_again_by_the_timetable_in_the_same_bytes(world: World) -> None:
    _say(world)
    sent_at = []

    start = world.at
    for minute in range(4 * 60 + 1):
        for second in (0, 30):
            world.at = start + datetime.timedelta(minutes=minute, seconds=second)
            if _send(world):
                sent_at.append(int((world.at - start).total_seconds()))

    assert sent_at == [0, 30, 150, 750, 4350, 7950, 11550]
    assert len({record.value for record in world.bus.records(PEER_INBOX)}) == 1


def test_the_receipt_ends_it_and_its_bytes_are_forgotten(world: World) -> None:
    row = _say(world)
    _send(world)

    world.says(MessageReceived(row.digest))
    world.work()
    world.later(days=1)

    assert _send(world) == 0
    assert world.effects() == ["receipt ReferralOpened"]
    assert query("SELECT next_attempt_at, sealed FROM outbox_message JOIN outbox_sealing ON message_id = id") == [
        (None, None)
    ]


def test_a_second_receipt_and_a_receipt_for_nothing_change_nothing(world: World) -> None:
    row = _say(world)
    _send(world)

    world.says(MessageReceived(row.digest))
    world.says(MessageReceived(row.digest), time=world.at + datetime.timedelta(seconds=1))
    world.says(MessageReceived(digests.digest("nothing")))
    world.work()

    assert world.effects() == ["receipt ReferralOpened"]
    assert query("SELECT kind FROM bus_alarm") == [("unknownReceipt",)]
    assert count("outbox_message") == 1


def test_messages_of_one_referral_go_out_in_their_order(world: World) -> None:
    referral_id = uuid.uuid4()
    for _ in range(5):
        _say(world, referral_id)

    _send(world)

    assert [message.seq for message in world.heard()] == [1, 2, 3, 4, 5]


def test_a_recipient_that_cannot_be_written_to_holds_up_nobody_else(world: World) -> None:
    other = Peer("kraainem", world.folder, world.federation, with_=(OWN,))
    world.know(other)
    world.trust(other)
    with transaction.atomic():
        for _ in range(3):
            outbox.put(to="kraainem", body=ReferralOpened(), referral_id=uuid.uuid4(), at=world.at)
    _say(world)

    sent = _send(world)
    assert (sent, len(world.heard())) == (1, 1)

    world.bus.make_topic(topics.inbox_of("kraainem"))
    world.later(seconds=5)
    assert _send(world) == 3


def test_a_broker_that_is_away_costs_no_attempt(world: World) -> None:
    row = _say(world)
    world.bus.away = True
    assert _send(world) == 0

    world.bus.away = False
    world.later(seconds=2)

    assert _send(world) == 1
    row.refresh_from_db()
    assert row.attempts == 1


def test_nothing_is_sealed_to_a_participant_whom_nobody_has_confirmed(world: World) -> None:
    other = Peer("kraainem", world.folder, world.federation, with_=(OWN,))
    world.bus.make_topic(topics.inbox_of("kraainem"))
    world.know(other)
    with transaction.atomic():
        outbox.put(to="kraainem", body=ReferralOpened(), referral_id=uuid.uuid4(), at=world.at)

    world.later(hours=2)
    assert _send(world) == 0
    assert count("outbox_sealing") == 0

    world.trust(other)
    assert _send(world) == 1
    assert [message.type for message in world.heard(other)] == ["ReferralOpened"]


def test_a_refusal_ends_it_and_the_one_who_said_it_is_told(world: World) -> None:
    row = _say(world)
    _send(world)

    _refuse(world, "notForUs", row)
    world.work()
    world.later(days=1)

    assert _send(world) == 0
    assert world.effects() == ["refusal notForUs ReferralOpened"]
    assert query("SELECT refused_reason, next_attempt_at FROM outbox_message WHERE refused_at IS NOT NULL") == [
        ("notForUs", None)
    ]


def test_a_refusal_of_somebody_else_s_message_changes_nothing(world: World) -> None:
    other = Peer("kraainem", world.folder, world.federation, with_=(OWN,))
    world.know(other)
    world.trust(other)
    row = _say(world)
    _send(world)
    raw = world.bus.records(PEER_INBOX)[-1].value or b""

    world.says(MessageRefused("notForUs", seals.peek(raw)[0], digests.digest(raw), row.digest), other)
    world.work()

    assert world.effects() == []
    assert query("SELECT kind, peer FROM bus_alarm") == [("unknownRefusal", "kraainem")]
    assert query("SELECT count(*) FROM outbox_message WHERE refused_at IS NOT NULL") == [(0,)]


def _rotate(world: World) -> None:
    """Let the peer take a new encryption key into use, and forget the old one."""
    old = world.peer.ring.encryption_key.kid
    world.peer.ring = keys.rotate(world.peer.folder, "enc", world.at)
    world.peer.ring = keys.destroy(world.peer.folder, old)
    world.peer.version += 1


def test_a_refusal_for_the_key_seals_the_same_statement_anew_when_the_new_record_comes(world: World) -> None:
    row = _say(world)
    _send(world)
    first = world.bus.records(PEER_INBOX)[0].value or b""
    _rotate(world)

    _refuse(world, "kid")
    world.work()
    assert query("SELECT count(*) FROM outbox_sealing WHERE message_id = %s AND sealed IS NOT NULL", row.pk) == [(0,)]
    world.know(world.peer)
    world.work()

    second = world.bus.records(PEER_INBOX)[-1].value or b""
    heard, opened = world.peer.hears(second)
    assert (heard.type, seals.digest(opened.jws)) == ("ReferralOpened", row.digest)
    assert seals.peek(first)[0] != seals.peek(second)[0]
    assert world.effects() == []


def test_every_re_send_seals_anew_when_the_peer_s_record_has_changed(world: World) -> None:
    _say(world)
    _send(world)
    _rotate(world)
    world.know(world.peer)

    world.later(minutes=1)
    _send(world)

    assert world.peer.hears(world.bus.records(PEER_INBOX)[-1].value or b"")[0].type == "ReferralOpened"


def test_a_dossier_travels_beside_its_statement(world: World) -> None:
    row = _release(world)

    _send(world)

    (opened,) = _opened(world)
    assert (opened.dossier, seals.digest(opened.jws)) == (DOSSIER, row.digest)


def test_a_dossier_leaves_a_second_time_only_when_the_gate_says_so(world: World) -> None:
    _release(world)
    _send(world)
    _rotate(world)
    world.know(world.peer)
    world.later(minutes=1)

    _send(world)
    assert world.effects() == ["gate DossierReleased"]
    assert world.peer.hears(world.bus.records(PEER_INBOX)[-1].value or b"")[1].dossier == DOSSIER

    world.order("gate", "closed")
    _rotate(world)
    world.know(world.peer)
    world.later(minutes=10)
    _send(world)

    heard, opened = world.peer.hears(world.bus.records(PEER_INBOX)[-1].value or b"")
    assert (heard.type, opened.dossier) == ("DossierReleased", None)
    assert count("outbox_dossier") == 0


def test_the_same_bytes_again_need_no_gate(world: World) -> None:
    _release(world)

    for _ in range(3):
        _send(world)
        world.later(hours=2)

    assert world.effects() == []


def test_a_dossier_that_is_taken_out_does_not_leave_and_its_sealing_neither(world: World) -> None:
    row = _release(world)
    _send(world)
    assert row.referral_id is not None

    taken = outbox.take_dossier_out(row.referral_id)
    world.later(minutes=1)
    _send(world)

    assert taken
    assert [opened.dossier for opened in _opened(world)] == [DOSSIER, None]
    assert query("SELECT count(*) FROM outbox_sealing WHERE has_dossier AND sealed IS NOT NULL") == [(0,)]
    assert not outbox.take_dossier_out(row.referral_id)


def test_a_dossier_is_taken_out_after_its_receipt_too(world: World) -> None:
    row = _release(world)
    _send(world)
    world.says(MessageReceived(row.digest))
    world.work()
    assert row.referral_id is not None

    assert outbox.take_dossier_out(row.referral_id)
    assert count("outbox_dossier") == 0


def test_an_erasure_takes_out_what_was_stored_and_leaves_what_is_owed(world: World) -> None:
    stored, owed = _release(world), _release(world)
    _send(world)
    world.says(MessageReceived(stored.digest))
    world.work()
    assert stored.referral_id is not None
    assert owed.referral_id is not None

    assert outbox.erase_stored_dossiers([stored.referral_id, owed.referral_id])
    assert query("SELECT message_id FROM outbox_dossier") == [(owed.pk,)]
    assert not outbox.erase_stored_dossiers([stored.referral_id, owed.referral_id])


def test_a_release_that_is_asked_for_again_goes_alone_once_its_dossier_is_out(world: World) -> None:
    row = _release(world)
    _send(world)
    world.says(MessageReceived(row.digest))
    world.work()
    assert row.referral_id is not None
    outbox.take_dossier_out(row.referral_id)

    outbox.send_again(row, world.at)
    _send(world)

    assert [opened.dossier for opened in _opened(world)] == [DOSSIER, None]
    assert world.effects() == ["receipt DossierReleased"]


def test_a_dossier_that_is_too_large_is_refused_before_anything_is_said(world: World) -> None:
    with pytest.raises(seals.TooLarge), transaction.atomic():
        _release(world, "x" * seals.LIMIT)

    assert (count("outbox_message"), count("conversation")) == (0, 0)


def test_the_largest_dossier_that_fits_goes_out(world: World) -> None:
    size = seals.LIMIT * 3 // 4 - outbox.ROOM_FOR_STATEMENT - 2
    assert (outbox.fits("x" * size), outbox.fits("x" * (size + 1))) == (True, False)

    _release(world, "x" * size)
    _send(world)

    assert [len(record.value or b"") for record in world.bus.records(PEER_INBOX)] == [seals.LIMIT]


def test_a_stored_statement_is_sent_once_more_on_request_also_after_its_receipt(world: World) -> None:
    row = _say(world)
    _send(world)
    world.says(MessageReceived(row.digest))
    world.work()

    outbox.send_again(row, world.at)

    assert (_send(world), _send(world)) == (1, 0)
    assert query("SELECT next_attempt_at FROM outbox_message WHERE id = %s", row.pk) == [(None,)]


def test_a_wish_to_send_again_that_comes_during_a_sending_stands(world: World) -> None:
    row = _say(world)
    ready = relay.prepare(row, world.at)
    assert ready is not None
    world.later(seconds=1)
    outbox.send_again(row, world.at)

    relay.mark_sent(ready, world.at)

    assert _send(world) == 1


def test_our_own_refusal_is_sent_until_it_is_receipted(world: World) -> None:
    world.order("ReferralOpened", "refuse")
    world.says(ReferralOpened(), referral_id=uuid.uuid4(), seq=1)
    world.work()
    ((digest,),) = query("SELECT digest FROM outbox_message WHERE type = 'MessageRefused'")

    world.later(minutes=1)
    assert _send(world) == 1
    world.says(MessageReceived(digest))
    while consumer.store_next(world.reader, world.at):
        pass
    consumer.apply_one(world.at)
    world.later(days=1)

    assert _send(world) == 0
