"""What the other side's receipts and refusals do to our own statements."""

import datetime
from collections.abc import Callable
from typing import cast

from django.conf import settings

from federation.bus import alarms, directory, local, outbox
from federation.bus.models import InboxMessage, InboxWork, OutboxMessage, OutboxSealing
from federation.contracts.messages import Message, MessageReceived, MessageRefused

ReceiptHandler = Callable[[Message, datetime.datetime], None]
RefusalHandler = Callable[[Message, str, datetime.datetime], None]


def on_received(said: Message, at: datetime.datetime) -> None:
    """End the sending of exactly the statement that the recipient has stored."""
    if not isinstance(said.body, MessageReceived):
        raise TypeError(said.type)
    row = OutboxMessage.objects.filter(recipient=said.sender, digest=said.body.digest).first()
    if row is None or row.type == "MessageReceived":
        # Not a word of ours: after a restore a peer may hold words that we forgot.
        alarms.raise_alarm(alarms.UNKNOWN_RECEIPT, at=at, peer=said.sender)
        return
    if row.receipt_at is not None:
        return
    # The handler first: it locks the referral, as every action does before it touches the outbox.
    if row.referral_id is not None:
        cast("ReceiptHandler", local.named(settings.BUS_RECEIPT_HANDLER))(outbox.read(row), at)
    OutboxMessage.objects.filter(pk=row.pk).update(receipt_at=at, next_attempt_at=None)
    OutboxSealing.objects.filter(message=row, sealed__isnull=False).update(sealed=None)
    if row.type == "MessageRefused":
        _close_echoes(said.sender)


def on_refused(said: Message, message: InboxMessage, at: datetime.datetime) -> None:
    """Seal the statement anew when only the key was wrong; else stop sending it and tell who said it."""
    if not isinstance(said.body, MessageRefused):
        raise TypeError(said.type)
    row = _refused_row(said.sender, said.body)
    if row is None:
        alarms.raise_alarm(alarms.UNKNOWN_REFUSAL, at=at, peer=said.sender, message=message)
        return
    if said.body.reason == "kid":
        _seal_anew(row, said.body, at)
        return
    if row.refused_at is not None:
        return
    if row.referral_id is not None:
        cast("RefusalHandler", local.named(settings.BUS_REFUSAL_HANDLER))(outbox.read(row), said.body.reason, at)
    OutboxMessage.objects.filter(pk=row.pk).update(refused_at=at, refused_reason=said.body.reason, next_attempt_at=None)


def _refused_row(sender: str, refusal: MessageRefused) -> OutboxMessage | None:
    """Return the statement that was refused: by the sealing it travelled in, or by its own digest."""
    sealing = (
        OutboxSealing.objects.filter(event_id=refusal.refused_id, message__recipient=sender)
        .select_related("message")
        .first()
    )
    if sealing is not None and sealing.digest == refusal.refused_digest:
        return sealing.message
    if refusal.message_digest is None:
        return None
    return OutboxMessage.objects.filter(recipient=sender, digest=refusal.message_digest).first()


def _seal_anew(row: OutboxMessage, refusal: MessageRefused, at: datetime.datetime) -> None:
    """Throw the refused sealing away; the relay makes another one when it sends next (F20).

    At once when we hold a newer record of the recipient; else the timetable goes on, or the
    recipient's next record makes it due.
    """
    used = OutboxSealing.objects.filter(event_id=refusal.refused_id).values_list("record_version", flat=True).first()
    OutboxSealing.objects.filter(event_id=refusal.refused_id).update(sealed=None)
    key = directory.sealing_key(row.recipient)
    if key is None or used is None or key.version <= used:
        return
    if row.receipt_at is None and row.refused_at is None:
        OutboxMessage.objects.filter(pk=row.pk).update(next_attempt_at=at)
        outbox.wake(outbox.CHANNEL)


def _close_echoes(peer: str) -> None:
    """Let go of what was parked without an answer while our refusal was on its way: the peer seals it anew."""
    InboxWork.objects.filter(message__source=peer, state=InboxWork.State.PARKED, reason="kid").delete()
