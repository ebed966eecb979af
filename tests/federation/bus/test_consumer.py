"""Stored first, understood later: what comes in has one effect and one receipt."""

import uuid

from bus_world import OWN, OWN_INBOX, World, count, query
from federation import seals
from federation.bus import consumer, relay
from federation.contracts.messages import ConsentWithdrawn, MessageReceived, ReferralOpened
from peer import CONSENT, offer


def test_a_message_is_stored_with_its_receipt_before_anything_understands_it(world: World) -> None:
    _, jws = world.offers()

    stored = consumer.store_next(world.reader, world.at)

    assert stored == 1
    assert world.effects() == []
    assert query('SELECT source, "offset" FROM inbox_message') == [("molenbeek", 0)]
    assert query('SELECT "offset" FROM inbox_position') == [(1,)]
    assert query("SELECT type, answers FROM outbox_message") == [("MessageReceived", seals.digest(jws))]


def test_a_stored_message_is_applied_once_and_its_receipt_reaches_the_sender(world: World) -> None:
    referral_id, jws = world.offers()

    world.work()
    world.work()

    assert world.effects() == ["handler ReferralOffered"]
    assert [message.body for message in world.heard()] == [MessageReceived(seals.digest(jws))]
    assert query("SELECT referral_id, applied_seq FROM conversation") == [(referral_id, 1)]
    assert count("inbox_work") == 0
    assert query("SELECT outcome, by FROM inbox_attempt") == [("applied", "consumer")]


def test_the_same_bytes_again_bring_back_the_same_receipt_and_nothing_else(world: World) -> None:
    jws = world.peer.statement(OWN, offer(), referral_id=uuid.uuid4(), seq=1, consent_digest=CONSENT)
    raw = world.peer.sealed(jws, world.own_key())
    world.arrives(raw)
    world.work()

    world.arrives(raw)
    world.work()

    assert count("inbox_message") == 1
    assert world.effects() == ["handler ReferralOffered"]
    first, second = world.bus.records("zenne.inbox.molenbeek")
    assert first.value == second.value


def test_a_statement_that_is_sealed_anew_is_still_the_same_one(world: World) -> None:
    jws = world.peer.statement(OWN, offer(), referral_id=uuid.uuid4(), seq=1, consent_digest=CONSENT)
    for _ in range(3):
        world.arrives(world.peer.sealed(jws, world.own_key()))

    world.work()

    assert count("inbox_message") == 3
    assert query("SELECT outcome FROM inbox_attempt ORDER BY id") == [("copy",), ("copy",), ("applied",)]
    assert world.effects() == ["handler ReferralOffered"]
    assert query("SELECT type FROM outbox_message") == [("MessageReceived",)]


def test_a_receipt_is_never_sent_by_a_timer(world: World) -> None:
    world.offers()
    world.work()

    world.later(days=30)
    sent = relay.send_due(world.publisher, world.at)

    assert sent == 0
    assert query("SELECT next_attempt_at FROM outbox_message") == [(None,)]


def test_a_gap_holds_back_its_own_referral_only(world: World) -> None:
    referral_id, _ = world.offers()
    world.says(ReferralOpened(), referral_id=referral_id, seq=3)
    world.says(ReferralOpened(), referral_id=referral_id, seq=4)
    other, _ = world.offers()

    world.work()

    assert world.effects(referral_id=referral_id) == ["handler ReferralOffered"]
    assert world.effects(referral_id=other) == ["handler ReferralOffered"]
    assert query("SELECT state, reason, seq FROM inbox_work ORDER BY seq") == [("held", "gap", 3), ("held", "gap", 4)]

    world.says(ReferralOpened(), referral_id=referral_id, seq=2)
    world.work()

    assert query("SELECT seq FROM effects WHERE referral_id = %s ORDER BY id", referral_id) == [(1,), (2,), (3,), (4,)]
    assert count("inbox_work") == 0


def test_a_withdrawal_takes_effect_at_once_although_an_earlier_message_is_missing(world: World) -> None:
    referral_id = uuid.uuid4()
    world.says(ReferralOpened(), referral_id=referral_id, seq=2)
    world.says(ConsentWithdrawn(world.at), referral_id=referral_id, consent_digest=CONSENT)

    world.work()

    assert world.effects() == ["handler ConsentWithdrawn"]


def test_the_same_number_with_other_words_is_an_alarm_and_never_applied(world: World) -> None:
    referral_id, _ = world.offers()
    world.work()

    world.offers(referral_id)
    world.work()

    assert world.effects() == ["handler ReferralOffered"]
    assert query("SELECT kind, peer, referral_id FROM bus_alarm") == [("seqReused", "molenbeek", referral_id)]
    assert query("SELECT state, reason FROM inbox_work") == [("parked", "seqReused")]
    assert [message.type for message in world.heard()] == ["MessageReceived", "MessageReceived", "MessageRefused"]


def test_a_number_that_waits_parked_is_not_free_for_other_words(world: World) -> None:
    world.order("ReferralOffered", "refuse")
    referral_id, _ = world.offers()
    world.work()
    world.order("ReferralOffered", "")

    world.offers(referral_id)
    world.work()

    assert world.effects() == []
    assert query("SELECT reason FROM inbox_work ORDER BY message_id") == [("notToday",), ("seqReused",)]


def test_what_our_rules_refuse_is_receipted_refused_and_parked_and_leaves_nothing(world: World) -> None:
    world.order("ReferralOffered", "refuse")

    _, jws = world.offers()
    world.work()

    assert world.effects() == []
    received, refused = (message.body for message in world.heard())
    assert received == MessageReceived(seals.digest(jws))
    assert (refused.reason, refused.message_digest) == ("notToday", seals.digest(jws))  # type: ignore[union-attr]
    assert query("SELECT state, reason FROM inbox_work") == [("parked", "notToday")]


def test_a_mistake_of_ours_is_tried_three_times_then_parked_and_the_others_go_on(world: World) -> None:
    world.order("ReferralOffered", "fail")
    bad, _ = world.offers()
    world.says(ReferralOpened(), referral_id=bad, seq=2)
    world.says(ConsentWithdrawn(world.at), referral_id=uuid.uuid4(), consent_digest=CONSENT)

    world.work()

    assert world.effects() == ["handler ConsentWithdrawn"]
    assert query("SELECT state, reason FROM inbox_work ORDER BY message_id") == [
        ("parked", "unexpected"),
        ("held", "gap"),
    ]
    places = [row[0] for row in query("SELECT place FROM inbox_attempt WHERE outcome = 'failed'")]
    assert len(places) == 3
    assert all(place.startswith("Mistake") and "Peeters" not in place for place in places)


def test_the_inbox_reads_on_where_the_database_says(world: World) -> None:
    world.offers()
    world.work()
    world.offers()

    fresh = world.bus.reader(OWN_INBOX)
    stored = consumer.store_next(fresh, world.at)

    assert stored == 1
    assert count("bus_alarm") == 0


def test_a_handler_that_erases_a_referral_erases_the_bytes_of_its_own_message_too(world: World) -> None:
    world.settings.BUS_HANDLERS = {"ReferralOffered": "bus_world.on_message_erasing"}

    world.offers()
    world.work()

    assert (count("inbox_message"), count("inbox_payload"), count("inbox_attempt")) == (1, 0, 1)
