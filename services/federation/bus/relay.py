"""Sends what the outbox holds, until the other side's signed receipt stands.

Found by state (`next_attempt_at` is past), never by a cursor: a transaction that commits late would
be skipped for ever. A crash after the broker's acknowledgement sends twice, which harms nobody (F3).
"""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from federation import seals
from federation.bus import directory, local, outbox, topics
from federation.bus.models import OutboxDossier, OutboxMessage, OutboxSealing
from federation.contracts import digests
from federation.contracts.messages import Message

log = structlog.get_logger()

Gate = Callable[[Message, datetime.datetime], bool]


@dataclass(frozen=True)
class Ready:
    """A statement in the bytes that go onto the wire."""

    message_id: uuid.UUID
    recipient: str
    due_at: datetime.datetime
    sealed: bytes


def send_due(publisher: topics.Publisher, at: datetime.datetime, *, limit: int = 200) -> int:
    """Send what is due and return how many statements the broker acknowledged.

    A recipient whose topic does not take our records holds up nobody else.
    """
    sent, failing = 0, set[str]()
    for row in due(at, limit):
        if row.recipient in failing:
            continue
        ready = prepare(row, at)
        if ready is None:
            continue
        try:
            publisher.publish(topics.inbox_of(ready.recipient), ready.sealed)
        except topics.BusUnavailable as unavailable:
            failing.add(ready.recipient)
            _wait_for_broker(ready.recipient, at)
            log.warning(
                "bus does not take our messages", recipient=ready.recipient, cause=unavailable.facts.get("cause")
            )
            continue
        mark_sent(ready, at)
        sent += 1
    return sent


def due(at: datetime.datetime, limit: int) -> list[OutboxMessage]:
    """Return what is to be sent now: without `seq` first, then so that each referral keeps its order."""
    found = OutboxMessage.objects.filter(next_attempt_at__lte=at)
    return list(found.order_by(F("seq").asc(nulls_first=True), "created_at")[:limit])


def prepare(row: OutboxMessage, at: datetime.datetime) -> Ready | None:
    """Return the bytes to send, sealed anew where the recipient's record has changed; None: not now.

    Nothing is sealed for a recipient whose record no person here, or no key that we believe, confirms.
    The sealing is committed before it goes out, because a refusal names it.
    """
    with transaction.atomic():
        peer = directory.sealing_key(row.recipient)
        if peer is None:
            _wait_for_trust(row, at)
            return None
        # The gate locks the consent; it comes before our own locks, in the order that a withdrawal takes them.
        if _dossier_leaves_again(row, peer.version) and not _gate()(outbox.read(row), at):
            OutboxDossier.objects.filter(message=row).delete()
        locked = (
            OutboxMessage.objects.select_for_update().filter(pk=row.pk, next_attempt_at=row.next_attempt_at).first()
        )
        if locked is None or row.next_attempt_at is None:
            return None
        live = OutboxSealing.objects.filter(message=row, sealed__isnull=False).first()
        if live is None or live.record_version != peer.version:
            live = _seal_anew(locked, peer, at)
        return Ready(row.pk, row.recipient, row.next_attempt_at, bytes(live.sealed or b""))


def mark_sent(ready: Ready, at: datetime.datetime) -> None:
    """Note the broker's acknowledgement and when the statement goes out again if no receipt comes."""
    with transaction.atomic():
        row = OutboxMessage.objects.select_for_update().get(pk=ready.message_id)
        row.attempts += 1
        row.first_sent_at = row.first_sent_at or at
        row.last_sent_at = at
        # Somebody asked for it once more while it was on its way: that wish stands.
        if row.next_attempt_at == ready.due_at:
            done = row.receipt_at or row.refused_at or row.type == "MessageReceived"
            row.next_attempt_at = None if done else outbox.next_attempt(row.attempts, at)
        row.save(update_fields=["attempts", "first_sent_at", "last_sent_at", "next_attempt_at"])


def _dossier_leaves_again(row: OutboxMessage, version: int) -> bool:
    """Say whether a dossier that was sealed before would be sealed anew: only the consent of today allows that."""
    if not OutboxDossier.objects.filter(message=row).exists():
        return False
    sealings = list(OutboxSealing.objects.filter(message=row).values_list("record_version", "sealed"))
    return bool(sealings) and not any(sealed is not None and known == version for known, sealed in sealings)


def _seal_anew(row: OutboxMessage, peer: directory.SealingKey, at: datetime.datetime) -> OutboxSealing:
    OutboxSealing.objects.filter(message=row, sealed__isnull=False).update(sealed=None)
    dossier = OutboxDossier.objects.filter(message=row).values_list("content", flat=True).first()
    event_id = uuid.uuid4()
    sealed = seals.seal(
        jws=row.jws,
        dossier=dossier,
        sender=local.participant(),
        recipient_key=peer.key,
        at=at,
        event_id=event_id,
    )
    return OutboxSealing.objects.create(
        event_id=event_id,
        message=row,
        digest=digests.digest(sealed),
        record_version=peer.version,
        has_dossier=dossier is not None,
        sealed=sealed,
        sealed_at=at,
    )


def _wait_for_broker(recipient: str, at: datetime.datetime) -> None:
    pause = datetime.timedelta(seconds=local.setting("BUS_BROKER_PAUSE_SECONDS", 2))
    OutboxMessage.objects.filter(recipient=recipient, next_attempt_at__lte=at).update(next_attempt_at=at + pause)


def _wait_for_trust(row: OutboxMessage, at: datetime.datetime) -> None:
    """Look again in an hour; a new record or a confirmation makes it due at once."""
    later = at + datetime.timedelta(hours=1)
    OutboxMessage.objects.filter(pk=row.pk, next_attempt_at=row.next_attempt_at).update(next_attempt_at=later)


def _gate() -> Gate:
    return cast("Gate", local.named(settings.BUS_RESEAL_GATE))
