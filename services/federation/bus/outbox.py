"""What we say: a statement is signed and stored in the transaction of the change that it tells."""

import datetime
import uuid
from collections.abc import Iterable
from typing import TypeVar

from django.db import connection
from django.db.models import QuerySet

from federation import seals
from federation.bus import local
from federation.bus.models import OutboxDossier, OutboxMessage, OutboxSealing
from federation.contracts import codec, strict_json
from federation.contracts.messages import SEQUENCED, Body, Message
from federation.seals import signatures

B = TypeVar("B", bound=Body)

CHANNEL = "zenne_outbox"
"""NOTIFY on it wakes the relay early; the relay looks every second anyway."""


ROOM_FOR_STATEMENT = 64 * 1024


class OutsideTransaction(RuntimeError):
    """A message was put outside a transaction: a crash could keep the message without the change, or the reverse."""


def put(
    *,
    to: str,
    body: Body,
    referral_id: uuid.UUID | None,
    at: datetime.datetime,
    relates_to: uuid.UUID | None = None,
    consent_digest: str | None = None,
    dossier: str | None = None,
    answers: str = "",
) -> OutboxMessage:
    """Say `body` to participant `to`, as part of the running transaction.

    Takes the next `seq` under the lock of the conversation's row, signs, stores; the relay sends
    after the commit. `dossier` travels beside the statement, in a row of its own. Raises TooLarge.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction
    if dossier is not None and not fits(dossier):
        raise seals.TooLarge
    kind = type(body).__name__
    message = Message(
        type=kind,
        sender=local.participant(),
        recipient=to,
        epoch=local.epoch(),
        referral_id=referral_id,
        seq=_next_seq(referral_id, to) if kind in SEQUENCED and referral_id is not None else None,
        time=at,
        relates_to=relates_to,
        consent_digest=consent_digest,
        body=body,
    )
    jws = seals.sign(codec.encode(message), local.keyring().signing_key)
    row = OutboxMessage.objects.create(
        recipient=to,
        type=kind,
        referral_id=referral_id,
        seq=message.seq,
        epoch=message.epoch,
        jws=jws,
        digest=seals.digest(jws),
        answers=answers,
        created_at=at,
        next_attempt_at=at,
    )
    if dossier is not None:
        OutboxDossier.objects.create(message=row, content=dossier)
    wake(CHANNEL)
    return row


def fits(dossier: str) -> bool:
    """Say whether a dossier can travel at all; the statement beside it never needs more than the room kept here."""
    return len(strict_json.dumps(dossier)) <= seals.LIMIT * 3 // 4 - ROOM_FOR_STATEMENT


def read(row: OutboxMessage) -> Message:
    """Return what one of our own statements says."""
    return codec.decode(signatures.payload_of(row.jws))


def sent(referral_id: uuid.UUID, kind: str) -> OutboxMessage | None:
    """Return our latest statement of type `kind` about a referral."""
    return OutboxMessage.objects.filter(referral_id=referral_id, type=kind).order_by("created_at", "seq").last()


def told(recipient: str, kind: str) -> QuerySet[OutboxMessage, uuid.UUID | None]:
    """Return the referrals about which we ever said something of type `kind` to a recipient."""
    found = OutboxMessage.objects.filter(recipient=recipient, type=kind, referral_id__isnull=False)
    return found.values_list("referral_id", flat=True)


def send_again(row: OutboxMessage, at: datetime.datetime | None = None) -> None:
    """Send a stored statement once more, as it is, whatever became of it before."""
    OutboxMessage.objects.filter(pk=row.pk).update(next_attempt_at=at or row.created_at)
    wake(CHANNEL)


def take_dossier_out(referral_id: uuid.UUID) -> bool:
    """Remove the dossier of a release, receipted or not; the signed statement stays, and is sent alone from now on.

    Returns whether something was taken out. What is on its way already is refused by a recipient that
    knows of the withdrawal.
    """
    return _remove_dossiers(OutboxMessage.objects.filter(referral_id=referral_id))


def erase_stored_dossiers(referrals: Iterable[uuid.UUID]) -> bool:
    """Remove the dossiers of the releases that their recipients have stored, because the file behind them is erased.

    Returns whether something was removed. One that its recipient has not stored is owed to it still: it
    answers for the person, and rests on a consent of its own. DossierHeld takes that one out.
    """
    return _remove_dossiers(OutboxMessage.objects.filter(referral_id__in=list(referrals), receipt_at__isnull=False))


def _remove_dossiers(among: QuerySet[OutboxMessage]) -> bool:
    if not connection.in_atomic_block:
        raise OutsideTransaction
    # The relay holds this lock while it seals: after us it finds no dossier, and before us its sealing loses its bytes.
    found = among.filter(pk__in=OutboxDossier.objects.values("message")).select_for_update()
    rows = list(found.values_list("pk", flat=True))
    if not rows:
        return False
    OutboxSealing.objects.filter(message__in=rows, has_dossier=True).update(sealed=None)
    OutboxDossier.objects.filter(message__in=rows).delete()
    return True


def next_attempt(attempts: int, at: datetime.datetime) -> datetime.datetime:
    """Return when a statement that was sent `attempts` times goes out again: 30 s, 2 min, 10 min, 1 h, then hourly."""
    seconds = local.setting("BUS_RESEND_SECONDS", [30, 120, 600, 3600])
    return at + datetime.timedelta(seconds=seconds[min(attempts, len(seconds)) - 1])


def wake(channel: str) -> None:
    """Wake whoever listens on `channel`, when the running transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])


def _next_seq(referral_id: uuid.UUID, peer: str) -> int:
    """Return the next number in one statement, which locks the conversation's row until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversation (referral_id, peer, sent_seq, applied_seq) VALUES (%s, %s, 1, 0)"
            " ON CONFLICT (referral_id, peer) DO UPDATE SET sent_seq = conversation.sent_seq + 1 RETURNING sent_seq",
            [referral_id, peer],
        )
        (seq,) = cursor.fetchone()
    return int(seq)


def all_said(kind: type[B]) -> list[B]:
    """Return the bodies of everything that we ever said of one type, in order."""
    rows = OutboxMessage.objects.filter(type=kind.__name__).order_by("created_at")
    return [body for body in (read(row).body for row in rows) if isinstance(body, kind)]
