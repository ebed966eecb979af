"""From raw bytes off the bus to a statement that its sender signed, or to the reason why not."""

import datetime
import uuid
from dataclasses import dataclass

from federation import seals
from federation.bus import directory, inbox, local
from federation.bus.models import InboxAttempt, InboxMessage, InboxStatement, InboxWork, OutboxMessage
from federation.contracts import strict_json
from federation.contracts.schemas import NAMESPACE

State = InboxWork.State
Outcome = InboxAttempt.Outcome


@dataclass(frozen=True)
class Statement:
    """A signed statement out of its seal, with what travelled beside it."""

    opened: seals.Opened
    payload: bytes
    digest: str


@dataclass(frozen=True)
class NotOpened:
    """Why the bytes are no statement of the participant that they name. `later`: it may become one."""

    reason: str
    statement_digest: str | None = None
    later: bool = False


def peek(raw: bytes) -> tuple[uuid.UUID | None, str]:
    """Return id and source as the wire names them; (None, "") when the bytes name none."""
    try:
        return seals.peek(raw)
    except seals.SealInvalid:
        return None, ""


def open_raw(raw: bytes, source: str) -> Statement | NotOpened:
    """Open the seal and check the signature of participant `source`."""
    try:
        opened = seals.open_seal(raw, local.keyring())
    except seals.EncryptionKeyUnknown:
        return NotOpened("kid")
    except seals.SealInvalid:
        return NotOpened("sealInvalid")
    digest = seals.digest(opened.jws)
    try:
        payload = seals.verify(opened.jws, directory.signing_keys(source))
    except seals.SigningKeyUnknown:
        return NotOpened("signingKeyUnknown", digest, later=True)
    except seals.SigningKeyCompromised:
        return NotOpened("signingKeyCompromised", digest)
    except seals.SignatureInvalid:
        return NotOpened("signatureInvalid", digest)
    return Statement(opened, payload, digest)


def admit(message: InboxMessage, raw: bytes, at: datetime.datetime) -> None:
    """Open a stored message and answer it: the receipt, or the refusal, in the running transaction.

    Another sealing of a statement that is here already brings back the stored receipt, and nothing else.
    """
    found = open_raw(raw, message.source) if message.event_id else NotOpened("unreadable")
    if isinstance(found, NotOpened):
        _set_aside(message, found, at)
        return
    first = InboxStatement.objects.filter(sender=message.source, digest=found.digest).first()
    if first is not None:
        inbox.note(message, Outcome.COPY, at=at, copy_of=first.message)
        inbox.repeat_receipt(message.source, found.digest, at)
        InboxWork.objects.filter(message=message).delete()
        return
    InboxStatement.objects.create(sender=message.source, digest=found.digest, message=message, opened_at=at)
    # A receipt for a receipt would never end.
    if type_of(found.payload) != "MessageReceived":
        inbox.confirm_receipt(message, found.digest, at)
    inbox.queue(message, State.READY, at=at)


def type_of(payload: bytes) -> str:
    """Return the type that a payload names, before its schema is checked; "" when it names none."""
    try:
        value = strict_json.loads(payload)
    except strict_json.JsonRefused:
        return ""
    named = value.get("type") if isinstance(value, dict) else None
    return named.removeprefix(NAMESPACE) if isinstance(named, str) else ""


def _set_aside(message: InboxMessage, why: NotOpened, at: datetime.datetime) -> None:
    """Park what did not open, and tell the sender where that is safe."""
    if why.later:
        # No answer: whose word it is, and whether it may write here, is what we do not know.
        inbox.queue(message, State.UNKNOWN_KEY, at=at, reason=why.reason)
        return
    # Two towns that both changed their keys would refuse each other's refusals without end.
    if inbox.waits_for_new_key(message.source):
        told = False
    else:
        told = inbox.refuse(message, why.reason, at, why.statement_digest)
    inbox.note(message, Outcome.REFUSED if told else Outcome.PARKED, at=at, reason=why.reason)
    if why.reason == "kid" and told:
        # The sender seals it anew: nothing is left for a person to do.
        InboxWork.objects.filter(message=message).delete()
        return
    inbox.queue(message, State.PARKED, at=at, reason=why.reason)


def repeat(message: InboxMessage, at: datetime.datetime) -> None:
    """Answer a record that came a second time as it was: with what was answered the first time."""
    own = InboxStatement.objects.filter(message=message).first()
    copied = InboxAttempt.objects.filter(message=message, outcome=Outcome.COPY).select_related("copy_of").first()
    if own is None and copied is not None and copied.copy_of_id is not None:
        own = InboxStatement.objects.filter(message_id=copied.copy_of_id).first()
    if own is not None:
        inbox.repeat_receipt(own.sender, own.digest, at)
        return
    OutboxMessage.objects.filter(
        recipient=message.source,
        type="MessageRefused",
        answers=message.digest,
        receipt_at__isnull=True,
        refused_at=None,
    ).update(next_attempt_at=at)
