"""Rows of the inbox: what each step of the consumer writes down."""

import datetime
import uuid

from django.db import connection

from federation.bus import directory, outbox
from federation.bus.models import InboxAttempt, InboxMessage, InboxWork, OutboxMessage
from federation.contracts.messages import Message, MessageReceived, MessageRefused

CHANNEL = "zenne_inbox"
CONSUMER = "consumer"


def note(
    message: InboxMessage,
    outcome: InboxAttempt.Outcome,
    *,
    at: datetime.datetime,
    by: str = CONSUMER,
    reason: str = "",
    place: str = "",
    said: Message | None = None,
    copy_of: InboxMessage | None = None,
) -> None:
    """Write down what was done with `message`; `said` is what it says, where that is known."""
    InboxAttempt.objects.create(
        message=message,
        outcome=outcome,
        reason=reason,
        place=place,
        sender=said.sender if said else "",
        type=said.type if said else "",
        referral_id=said.referral_id if said else None,
        seq=said.seq if said else None,
        copy_of=copy_of,
        by=by,
        at=at,
    )


def queue(message: InboxMessage, state: InboxWork.State, *, at: datetime.datetime, reason: str = "") -> None:
    """Write down what still has to happen with `message`."""
    changed = InboxWork.objects.filter(message=message).update(state=state, reason=reason, since=at)
    if not changed:
        InboxWork.objects.create(message=message, state=state, reason=reason, since=at)


def confirm_receipt(message: InboxMessage, statement_digest: str, at: datetime.datetime) -> None:
    """Say that `message` is stored, in the commit that stores it."""
    outbox.put(
        to=message.source,
        body=MessageReceived(statement_digest),
        referral_id=None,
        at=at,
        answers=statement_digest,
    )


def repeat_receipt(sender: str, statement_digest: str, at: datetime.datetime) -> None:
    """Send the stored receipt once more, as it is."""
    found = OutboxMessage.objects.filter(recipient=sender, type="MessageReceived", answers=statement_digest)
    if found.update(next_attempt_at=at):
        outbox.wake(outbox.CHANNEL)


def refuse(message: InboxMessage, reason: str, at: datetime.datetime, statement_digest: str | None = None) -> bool:
    """Tell the sender that `message` is not deliverable, once; return whether somebody could be told.

    Only a participant that may write here is answered: an answer to anybody else would let a stranger
    make us write to whom it likes.
    """
    if message.event_id is None or not directory.may_write_here(message.source, at):
        return False
    if OutboxMessage.objects.filter(recipient=message.source, type="MessageRefused", answers=message.digest).exists():
        return True
    outbox.put(
        to=message.source,
        body=MessageRefused(reason, message.event_id, message.digest, statement_digest),
        referral_id=None,
        at=at,
        answers=message.digest,
    )
    return True


def waits_for_new_key(peer: str) -> bool:
    """Say whether a refusal for an unknown key is on its way to `peer`, so that a second one would only echo."""
    return any(
        outbox.read(row).body.reason == "kid"  # type: ignore[union-attr]
        for row in OutboxMessage.objects.filter(recipient=peer, type="MessageRefused", receipt_at__isnull=True)
    )


def erase_payloads(*, referral_id: uuid.UUID, at: datetime.datetime) -> int:
    """Erase the raw bytes of every message about a referral, as a withdrawal or an erasure asks.

    The signed statements of ours, and the digests of theirs, stay.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(erase_inbox_payload(message_id, %s, true)) FROM ("
            " SELECT message_id FROM inbox_attempt WHERE referral_id = %s"
            " UNION SELECT copy.message_id FROM inbox_attempt AS copy JOIN inbox_attempt AS first"
            " ON first.message_id = copy.copy_of_id WHERE first.referral_id = %s) AS found"
            " WHERE NOT EXISTS (SELECT FROM inbox_work WHERE inbox_work.message_id = found.message_id)",
            [at, referral_id, referral_id],
        )
        return int(cursor.fetchone()[0])


def forget_old_payloads(at: datetime.datetime) -> int:
    """Erase the raw bytes of what was dealt with more than 40 days ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(erase_inbox_payload(message_id, %s, false)) FROM inbox_payload JOIN inbox_message"
            " ON inbox_message.id = message_id WHERE stored_at < %s - interval '40 days'"
            " AND NOT EXISTS (SELECT FROM inbox_work WHERE inbox_work.message_id = inbox_payload.message_id)",
            [at, at],
        )
        return int(cursor.fetchone()[0])
