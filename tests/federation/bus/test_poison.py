"""Whatever arrives is stored, answered or parked, visible with its way out, and holds up nobody else."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from bus_world import OWN, World, count, query
from federation import seals
from federation.bus import health, parked
from federation.contracts import digests
from federation.contracts.messages import DossierReleased, MessageReceived, MessageRefused, ReferralOpened
from federation.seals import keys, signatures
from peer import CONSENT, Peer, offer


def _good(world: World) -> bytes:
    jws = world.peer.statement(OWN, offer(), referral_id=uuid.uuid4(), seq=1, consent_digest=CONSENT)
    return world.peer.sealed(jws, world.own_key())


def _raw(world: World, payload: bytes, **how: Any) -> bytes:
    """Return a sealed statement with any payload, properly signed."""
    return world.peer.sealed(seals.sign(payload, world.peer.ring.signing_key), world.own_key(), **how)


def _changed(world: World, **changes: Any) -> bytes:
    """Return a good offer with other fields, properly signed and sealed."""
    jws = world.peer.statement(OWN, offer(), referral_id=uuid.uuid4(), seq=1, consent_digest=CONSENT)
    value = json.loads(signatures.payload_of(jws))
    return _raw(world, json.dumps(value | changes, sort_keys=True, separators=(",", ":")).encode())


def _typed(world: World, name: str) -> bytes:
    return _changed(world, type=f"be.zenne.exchange.{name}")


def _event(world: World, **changes: Any) -> bytes:
    """Return a good sealed message whose envelope says something else."""
    raw = _good(world)
    value = json.loads(raw)
    return json.dumps(value | changes).encode().ljust(len(raw))


def _foreign(world: World) -> bytes:
    jws = world.peer.statement(OWN, ReferralOpened(), keys.make_signing_key(world.at), referral_id=uuid.uuid4(), seq=1)
    return world.peer.sealed(jws, world.own_key())


def _forged(world: World) -> bytes:
    head, payload, signature = world.peer.statement(OWN, ReferralOpened(), referral_id=uuid.uuid4(), seq=1).split(".")
    forged = signature[:-4] + ("AAAA" if signature[-4:] != "AAAA" else "BBBB")
    return world.peer.sealed(f"{head}.{payload}.{forged}", world.own_key())


def _other_recipient(world: World) -> bytes:
    return world.peer.sealed(
        world.peer.statement("kraainem", ReferralOpened(), referral_id=uuid.uuid4(), seq=1), world.own_key()
    )


def _other_sender(world: World) -> bytes:
    return world.peer.sealed(
        world.peer.statement(OWN, ReferralOpened(), sender="kraainem", referral_id=uuid.uuid4(), seq=1), world.own_key()
    )


def _damaged(world: World) -> bytes:
    raw = bytearray(_good(world))
    place = raw.index(b'"data":"') + 900
    raw[place] = ord("A") if raw[place] != ord("A") else ord("B")
    return bytes(raw)


def _wrong_dossier(world: World) -> bytes:
    body = DossierReleased("moves", digests.digest("one"), uuid.uuid4())
    jws = world.peer.statement(OWN, body, referral_id=uuid.uuid4(), seq=1)
    return world.peer.sealed(jws, world.own_key(), dossier='"another"')


def _stray_dossier(world: World) -> bytes:
    jws = world.peer.statement(OWN, ReferralOpened(), referral_id=uuid.uuid4(), seq=1)
    return world.peer.sealed(jws, world.own_key(), dossier='"anything"')


def _unknown_key(world: World) -> bytes:
    jws = world.peer.statement(OWN, ReferralOpened(), referral_id=uuid.uuid4(), seq=1)
    return world.peer.sealed(jws, keys.make_encryption_key(world.at).public)


def _nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


POISON: list[tuple[str, Callable[[World], bytes | None], str, bool]] = [
    # what it is, its bytes, how it is parked, whether the sender is told
    ("no value at all", lambda _: None, "unreadable", False),
    ("no bytes", lambda _: b"", "unreadable", False),
    ("random bytes", lambda _: bytes(range(256)) * 8, "unreadable", False),
    ("text", lambda _: b"hello", "unreadable", False),
    ("deep JSON", lambda _: _nested(100_000), "unreadable", False),
    ("1 MiB and a byte", lambda _: b"x" * (seals.LIMIT + 1), "unreadable", False),
    ("a good one with a space more", lambda world: _good(world) + b" ", "sealInvalid", True),
    ("another major", lambda world: _event(world, type="be.zenne.exchange.v2.SealedMessage"), "unreadable", False),
    ("a damaged seal", _damaged, "sealInvalid", True),
    ("another id around the seal", lambda world: _event(world, id=str(uuid.uuid4())), "sealInvalid", True),
    ("a damaged signature", _forged, "signatureInvalid", True),
    ("another recipient inside", _other_recipient, "notForUs", True),
    ("another sender inside", _other_sender, "senderMismatch", True),
    ("no JSON inside", lambda world: _raw(world, b"hello"), "messageMalformed", True),
    ("deep JSON inside", lambda world: _raw(world, _nested(10_000)), "messageMalformed", True),
    ("an unknown type", lambda world: _typed(world, "v1.CaseSold"), "messageTypeUnknown", True),
    ("an unknown major inside", lambda world: _typed(world, "v2.ReferralOffered"), "messageTypeUnknown", True),
    ("an unknown field", lambda world: _changed(world, name="Jan"), "messageMalformed", True),
    ("a number as text", lambda world: _changed(world, seq="1"), "messageMalformed", True),
    ("the number 0", lambda world: _changed(world, seq=0), "messageMalformed", True),
    ("no number", lambda world: _changed(world, seq=None), "messageMalformed", True),
    ("a time without zone", lambda world: _changed(world, time="2026-11-23T10:00:00"), "messageMalformed", True),
    ("another dossier than announced", _wrong_dossier, "dossierMismatch", True),
    ("a dossier that nobody announced", _stray_dossier, "dossierMismatch", True),
]


@pytest.mark.parametrize(("make", "reason", "told"), [row[1:] for row in POISON], ids=[row[0] for row in POISON])
def test_poison_is_parked_with_a_way_out_and_the_next_message_is_applied(
    world: World, make: Callable[[World], bytes | None], reason: str, told: bool
) -> None:
    world.arrives(make(world))
    after, _ = world.offers()

    world.work()

    assert world.effects() == ["handler ReferralOffered"]
    assert world.effects(referral_id=after) == ["handler ReferralOffered"]
    (one,) = parked.waiting()
    assert (one.state, one.reason) == ("parked", reason)
    assert one.way_out
    assert [message.body.reason for message in world.heard() if isinstance(message.body, MessageRefused)] == (
        [reason] if told else []
    )
    assert (count("inbox_message"), count("inbox_payload")) == (2, 2)
    assert health.health(world.at).parked == 1


def test_an_unknown_signing_key_is_held_without_an_answer(world: World) -> None:
    world.arrives(_foreign(world))

    world.work()

    assert [one.reason for one in parked.waiting()] == ["signingKeyUnknown"]
    assert (count("outbox_message"), world.heard()) == (0, [])


def test_a_stranger_is_not_answered(world: World) -> None:
    stranger = Peer("kraainem", world.folder, world.federation)
    jws = stranger.statement(OWN, ReferralOpened(), referral_id=uuid.uuid4(), seq=1)
    world.arrives(stranger.sealed(jws, world.own_key()))
    world.arrives(stranger.sealed("a.b.c", keys.make_encryption_key(world.at).public))

    world.work()

    assert [one.reason for one in parked.waiting()] == ["signingKeyUnknown", "kid"]
    assert count("outbox_message") == 0


def test_an_unknown_encryption_key_is_answered_once_until_the_answer_is_receipted(world: World) -> None:
    for _ in range(3):
        world.arrives(_unknown_key(world))
    world.work()

    refusals = [message for message in world.heard() if message.type == "MessageRefused"]
    assert [message.body.reason for message in refusals] == ["kid"]  # type: ignore[union-attr]
    assert [one.reason for one in parked.waiting()] == ["kid", "kid"]


def test_when_the_answer_is_receipted_its_echoes_are_let_go_and_the_next_one_is_answered(world: World) -> None:
    for _ in range(2):
        world.arrives(_unknown_key(world))
    world.work()
    ((digest,),) = query("SELECT digest FROM outbox_message WHERE type = 'MessageRefused'")

    world.says(MessageReceived(digest))
    world.work()
    assert parked.waiting() == []

    world.arrives(_unknown_key(world))
    world.work()
    assert query("SELECT count(*) FROM outbox_message WHERE type = 'MessageRefused'") == [(2,)]


def test_a_refusal_that_makes_no_sense_is_parked_and_never_refused(world: World) -> None:
    world.arrives(_changed_refusal(world))

    world.work()

    assert [message.type for message in world.heard()] == ["MessageReceived"]
    assert [one.reason for one in parked.waiting()] == ["messageMalformed"]


def _changed_refusal(world: World) -> bytes:
    refusal = MessageRefused("kid", uuid.uuid4(), digests.digest("x"))
    value = json.loads(signatures.payload_of(world.peer.statement(OWN, refusal)))
    value["body"]["more"] = 1
    return _raw(world, json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def test_the_same_id_with_other_bytes_is_kept_apart_with_an_alarm(world: World) -> None:
    first = world.peer.statement(OWN, ReferralOpened(), referral_id=uuid.uuid4(), seq=1)
    second = world.peer.statement(OWN, ReferralOpened(), referral_id=uuid.uuid4(), seq=1)
    event_id = uuid.uuid4()
    for jws in (first, second):
        world.arrives(
            seals.seal(
                jws=jws,
                dossier=None,
                sender="molenbeek",
                recipient_key=world.own_key(),
                at=world.at,
                event_id=event_id,
            )
        )

    world.work()

    assert world.effects() == ["handler ReferralOpened"]
    assert query("SELECT kind FROM bus_alarm") == [("eventIdReused",)]
    assert [one.reason for one in parked.waiting()] == ["eventIdReused"]


def test_poison_that_comes_again_after_a_jump_to_the_start_is_not_stored_twice(world: World) -> None:
    world.arrives(b"hello")
    world.offers()
    world.work()

    query("UPDATE inbox_position SET \"offset\" = 0, last_digest = '' RETURNING topic")
    world.reader.continued = False
    world.work()

    assert count("inbox_message") == 2
    assert world.effects() == ["handler ReferralOffered"]
