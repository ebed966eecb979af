"""What an attacker with Vilvoorde's key and certificate could send to Molenbeek: any statement, signed and sealed."""

import uuid
from typing import Any

from kafka import KafkaProducer

from door import trusting
from federation import clock
from federation.contracts import codec, messages
from federation.seals import envelope, keys, signatures
from stack import Stack

THEIRS = "zenne.inbox.molenbeek"


def bus(stack: Stack, participant: str) -> dict[str, object]:
    """Return how a participant reaches the broker with its own certificate."""
    context = trusting(stack.instance.folder / "bus" / "ca.pem")
    context.load_cert_chain(stack.folder(participant) / "bus.pem")
    servers = f"127.0.0.1:{stack.instance.ports['kafka']}"
    return {"bootstrap_servers": servers, "security_protocol": "SSL", "ssl_context": context}


def signed(stack: Stack, sender: str, **changed: object) -> str:
    """Return a statement signed with Vilvoorde's key, whatever it says."""
    ring = keys.KeyRing.load(stack.folder("vilvoorde") / "keys")
    said: dict[str, Any] = {
        "type": "ReferralAccepted",
        "sender": sender,
        "recipient": "molenbeek",
        "epoch": 1,
        "referral_id": uuid.uuid4(),
        "seq": 1,
        "time": clock.now().replace(microsecond=0),
        "relates_to": None,
        "consent_digest": None,
        "body": messages.ReferralAccepted(team="prevention"),
    } | changed
    # our own codec refuses to write what is not so: the words are put in afterwards, as an attacker would
    honest = codec.encode(messages.Message(**said | {"sender": "vilvoorde"}))
    forged = honest.replace(b'"sender":"vilvoorde"', f'"sender":"{sender}"'.encode())
    return signatures.sign(forged, ring.signing_key)


def publish(stack: Stack, jws: str, *, source: str = "vilvoorde") -> str:
    """Will seal `jws` to Molenbeek and publish it with Vilvoorde's certificate; return the event's id."""
    theirs = keys.KeyRing.load(stack.folder("molenbeek") / "keys").public_encryption_keys[0]
    event = uuid.uuid4()
    raw = envelope.seal(jws=jws, dossier=None, sender=source, recipient_key=theirs, at=clock.now(), event_id=event)
    producer = KafkaProducer(**bus(stack, "vilvoorde"), acks="all", enable_idempotence=False)
    producer.send(THEIRS, raw, partition=0).get(30)
    producer.close()
    return str(event)


def fate(stack: Stack, event: str) -> str | None:
    """Return what became of a message at Molenbeek: `applied`, or why not; None while it is undecided or held back."""
    with stack.database("molenbeek") as connection:
        row = connection.execute(
            "SELECT attempt.outcome, attempt.reason FROM inbox_attempt attempt "
            "JOIN inbox_message message ON message.id = attempt.message_id "
            "WHERE message.event_id = %s ORDER BY attempt.id DESC LIMIT 1",
            [event],
        ).fetchone()
        waits = connection.execute(
            "SELECT work.state, work.reason FROM inbox_work work "
            "JOIN inbox_message message ON message.id = work.message_id WHERE message.event_id = %s",
            [event],
        ).fetchone()
    if row is not None:
        return "applied" if row[0] == "applied" else f"{row[0]} {row[1]}"
    return f"waits {waits[1] or waits[0]}" if waits and waits[0] != "ready" else None
