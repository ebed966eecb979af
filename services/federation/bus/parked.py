"""What waits for a person, and the two ways out: try it again, or close it and tell the sender."""

import datetime
import uuid
from dataclasses import dataclass

from django.db import transaction

from federation.bus import inbox, sequence
from federation.bus.models import InboxAttempt, InboxMessage, InboxStatement, InboxWork
from federation.errors import DomainError, Kind

State = InboxWork.State
Outcome = InboxAttempt.Outcome

WAYS_OUT = {
    State.PARKED: "retry it when the cause is mended; or answer it, which closes it and tells the sender",
    State.HELD: "nothing: it goes on by itself when the message before it has been applied",
    State.UNKNOWN_KEY: "trust_peer, when the sender's fingerprint has been compared",
    State.READY: "nothing: the worker applies it next",
}


class NothingParked(DomainError):
    """There is no such message that waits."""

    kind = Kind.NOT_FOUND


@dataclass(frozen=True)
class Parked:
    """A message that waits: ids and codes only."""

    id: int
    state: str
    reason: str
    source: str
    type: str
    referral_id: uuid.UUID | None
    seq: int | None
    since: datetime.datetime
    stored_at: datetime.datetime
    way_out: str


def waiting() -> list[Parked]:
    """Return everything that does not go on by itself at once, oldest first."""
    found = InboxWork.objects.exclude(state=State.READY).select_related("message").order_by("message_id")
    return [_parked(work) for work in found]


def look_at(message_id: int) -> tuple[Parked, list[InboxAttempt]]:
    """Return one waiting message with everything that was tried. Raises NothingParked."""
    work = InboxWork.objects.filter(pk=message_id).select_related("message").first()
    if work is None:
        raise NothingParked(inbox_message=message_id)
    return _parked(work), list(InboxAttempt.objects.filter(message_id=message_id).order_by("id"))


def retry(message_id: int, *, by: str, at: datetime.datetime) -> None:
    """Let the consumer try a parked message again. Raises NothingParked."""
    with transaction.atomic():
        work = _locked(message_id)
        inbox.note(work.message, Outcome.RETRIED, at=at, by=by, reason=work.reason)
        work.state, work.reason, work.failures, work.since = State.READY, "", 0, at
        work.save()


def answer(message_id: int, *, reason: str, by: str, at: datetime.datetime) -> bool:
    """Close a parked message unapplied and tell its sender; what was held behind it goes on.

    Returns whether the sender could be told. Raises NothingParked.
    """
    with transaction.atomic():
        work = _locked(message_id)
        statement = InboxStatement.objects.filter(message_id=message_id).values_list("digest", flat=True).first()
        told = inbox.refuse(work.message, reason, at, statement)
        inbox.note(work.message, Outcome.ANSWERED, at=at, by=by, reason=reason)
        source, referral_id, seq = work.message.source, work.referral_id, work.seq
        work.delete()
        if referral_id is not None and seq is not None:
            sequence.skip(source, referral_id, seq, at)
    return told


def _locked(message_id: int) -> InboxWork:
    found = InboxWork.objects.select_for_update(of=("self",)).select_related("message").filter(pk=message_id)
    work = found.exclude(state=State.READY).first()
    if work is None:
        raise NothingParked(inbox_message=message_id)
    return work


def _parked(work: InboxWork) -> Parked:
    message: InboxMessage = work.message
    return Parked(
        id=work.message_id,
        state=work.state,
        reason=work.reason,
        source=message.source,
        type=work.type,
        referral_id=work.referral_id,
        seq=work.seq,
        since=work.since,
        stored_at=message.stored_at,
        way_out=WAYS_OUT[State(work.state)],
    )
