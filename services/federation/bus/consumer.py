"""Stores first and understands later: two steps, each one commit, each callable by itself.

`store_next` commits raw bytes, position and receipt together, so that what was receipted is never
lost and what was not is read again (F6, F7). `apply_one` checks one stored message and applies it,
with its effect, in another commit. Poison holds up its own referral and nothing else (F9).
"""

import datetime
import traceback
from collections.abc import Callable
from typing import cast

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from federation import seals
from federation.bus import alarms, answers, inbox, local, opening, sequence, topics
from federation.bus.models import InboxAttempt, InboxMessage, InboxPayload, InboxPosition, InboxStatement, InboxWork
from federation.contracts import digests, messages
from federation.contracts.messages import Message
from federation.errors import DomainError, Kind

log = structlog.get_logger()

Handler = Callable[..., None]
State = InboxWork.State
Outcome = InboxAttempt.Outcome
TRIES = 3


def store_next(reader: topics.Reader, at: datetime.datetime, *, limit: int = 200) -> int:
    """Store the records that come next and return how many were taken off the topic.

    The position stands in our database: the topic's id, the offset, and the digest of the last
    record. Where the topic no longer fits it (F8), reading starts at the log's start, with an alarm:
    what was stored before is recognised, and nothing is skipped.
    """
    try:
        offset = _place(reader)
        records = reader.read(offset, limit)
    except PositionDoubtful as doubtful:
        _start_again(reader, doubtful.alarm, at)
        return 0
    except topics.PositionLost:
        _start_again(reader, alarms.POSITION_LOST, at)
        return 0
    for record in records:
        with transaction.atomic():
            _store(reader.topic, record, at)
    return len(records)


class PositionDoubtful(Exception):
    """The topic is not the one, or not as long, as it was where we stopped."""

    def __init__(self, alarm: str) -> None:
        """Will name the alarm to raise."""
        super().__init__(alarm)
        self.alarm = alarm


def _place(reader: topics.Reader) -> int:
    """Return the offset to read from. Raises PositionDoubtful, BusUnavailable."""
    state = reader.describe()
    position, _ = InboxPosition.objects.get_or_create(
        topic=reader.topic, defaults={"topic_id": state.topic_id, "offset": state.start}
    )
    if position.topic_id != state.topic_id:
        raise PositionDoubtful(alarms.TOPIC_RECREATED)
    if not reader.continued:
        if not state.start <= position.offset <= state.end:
            raise PositionDoubtful(alarms.POSITION_LOST)
        if position.last_digest and position.offset > state.start:
            _compare_last(reader, position)
        reader.continued = True
    return position.offset


def _compare_last(reader: topics.Reader, position: InboxPosition) -> None:
    """Raise PositionDoubtful when the record before our place is not the one that we read there."""
    last = reader.read(position.offset - 1, 1)
    if not last:
        raise topics.BusUnavailable(cause="Slow")
    if last[0].offset != position.offset - 1 or _digest(last[0]) != position.last_digest:
        raise PositionDoubtful(alarms.RECORD_CHANGED)


def _start_again(reader: topics.Reader, alarm: str, at: datetime.datetime) -> None:
    state = reader.describe()
    with transaction.atomic():
        InboxPosition.objects.filter(topic=reader.topic).update(
            topic_id=state.topic_id, offset=state.start, last_digest=""
        )
        alarms.raise_alarm(alarm, at=at)
    reader.continued = True


def _digest(record: topics.Record) -> str:
    return digests.digest(record.value or b"")


def _store(topic: str, record: topics.Record, at: datetime.datetime) -> None:
    """Store one record with position and answer, in the running transaction."""
    position = InboxPosition.objects.select_for_update().get(topic=topic)
    if record.offset < position.offset:
        return  # another worker was faster
    raw, digest = record.value or b"", _digest(record)
    event_id, source = opening.peek(raw)
    known = InboxMessage.objects.filter(source=source, event_id=event_id).first() if event_id else None
    place = {"topic_id": position.topic_id, "offset": record.offset, "digest": digest}
    if known is not None and known.digest == digest:
        opening.repeat(known, at)
    elif not InboxMessage.objects.filter(**place).exists():
        # The same id with other bytes: kept, and never taken for the first one.
        message = InboxMessage.objects.create(
            **place, source=source, event_id=None if known else event_id, stored_at=at
        )
        InboxPayload.objects.create(message=message, raw=raw)
        if known is not None:
            alarms.raise_alarm(alarms.EVENT_ID_REUSED, at=at, peer=source, message=message)
            inbox.note(message, Outcome.PARKED, at=at, reason=alarms.EVENT_ID_REUSED)
            inbox.queue(message, State.PARKED, at=at, reason=alarms.EVENT_ID_REUSED)
        else:
            opening.admit(message, raw, at)
    position.offset, position.last_digest = record.offset + 1, digest
    position.save(update_fields=["offset", "last_digest"])


def apply_one(at: datetime.datetime) -> bool:
    """Apply the stored message that is next, and return whether there was one.

    A refusal by our rules is answered and parked. An unforeseen exception is counted; after three the
    message is parked and the others go on. Raises what the database's connection raises.
    """
    work = InboxWork.objects.filter(state=State.READY).order_by("message_id").first()
    if work is None:
        return False
    try:
        with transaction.atomic():
            _apply(work.message_id, at)
    except (OperationalError, InterfaceError):
        # Not the message's fault: the loop ends, and the supervisor starts the worker again.
        raise
    except DomainError as error:
        with transaction.atomic():
            _refuse(work.message_id, error.code, at)
    except Exception as error:  # noqa: BLE001 -- the one place: a handler's mistake must not stop the bus (F9)
        with transaction.atomic():
            _count_failure(work.message_id, error, at)
    return True


class NotForUs(DomainError):
    """The statement names another recipient than us."""

    kind = Kind.INVALID


class NotOpenedAnyMore(DomainError):
    """The statement opened when it came and does not now: its key is destroyed or marked compromised."""

    kind = Kind.INVALID


class NoHandler(DomainError):
    """This participant does nothing with messages of this type."""

    kind = Kind.INVALID


def _apply(message_id: int, at: datetime.datetime) -> None:
    work = InboxWork.objects.select_for_update(of=("self",)).select_related("message").get(pk=message_id)
    if work.state != State.READY:
        return
    raw = bytes(InboxPayload.objects.get(pk=message_id).raw)
    if not InboxStatement.objects.filter(message_id=message_id).exists():
        # It did not open before: a key has become known since, or a person asked to try again.
        opening.admit(work.message, raw, at)
        return
    statement = opening.open_raw(raw, work.message.source)
    if isinstance(statement, opening.NotOpened):
        raise NotOpenedAnyMore(reason=statement.reason)
    said = seals.read_message(statement.opened, statement.payload)
    if said.recipient != local.participant():
        raise NotForUs
    if sequence.holds_back(work, said, at):
        return
    # Noted first, in the same transaction: a handler that erases the referral's raw bytes erases these too.
    message = work.message
    inbox.note(message, Outcome.APPLIED, at=at, said=said)
    work.delete()
    _handle(said, message, statement.opened.dossier, at)
    sequence.advance(said)
    sequence.free_next(said, at)


def _handle(said: Message, message: InboxMessage, dossier: str | None, at: datetime.datetime) -> None:
    if said.type == "MessageReceived":
        answers.on_received(said, at)
    elif said.type == "MessageRefused":
        answers.on_refused(said, message, at)
    else:
        path = settings.BUS_HANDLERS.get(said.type)
        if path is None:
            raise NoHandler(type=said.type)
        cast("Handler", local.named(path))(said, dossier=dossier, at=at)


def _refuse(message_id: int, reason: str, at: datetime.datetime) -> None:
    """Park what our rules refuse and tell the sender, in the running transaction."""
    work = InboxWork.objects.select_for_update(of=("self",)).select_related("message").get(pk=message_id)
    digest = InboxStatement.objects.filter(message_id=message_id).values_list("digest", flat=True).first()
    named, said = _read_for_the_operator(work)
    # A refusal is never refused: two systems that misunderstand each other would not stop.
    told = named not in {"MessageRefused", "MessageReceived"} and inbox.refuse(work.message, reason, at, digest)
    inbox.note(work.message, Outcome.REFUSED if told else Outcome.PARKED, at=at, reason=reason, said=said)
    work.state, work.reason, work.since = State.PARKED, reason, at
    work.type = named if named in messages.BODIES else ""
    if said is not None:
        work.referral_id, work.seq = said.referral_id, said.seq
    work.save()
    if reason == alarms.SEQ_REUSED:
        alarms.raise_alarm(reason, at=at, peer=work.message.source, referral_id=work.referral_id, message=work.message)
    log.warning("message parked", inbox_message=message_id, reason=reason, type=work.type)


def _count_failure(message_id: int, error: Exception, at: datetime.datetime) -> None:
    work = InboxWork.objects.select_for_update(of=("self",)).select_related("message").get(pk=message_id)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} {'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno}"[:120]
    work.failures += 1
    work.save(update_fields=["failures"])
    inbox.note(work.message, Outcome.FAILED, at=at, place=place)
    log.error("message failed", inbox_message=message_id, failures=work.failures, place=place.replace(" ", ":"))
    if work.failures >= TRIES:
        _refuse(message_id, "unexpected", at)


def _read_for_the_operator(work: InboxWork) -> tuple[str, Message | None]:
    """Return the type that a message names and what it says, as far as it can be read."""
    raw = bytes(InboxPayload.objects.get(pk=work.message_id).raw)
    statement = opening.open_raw(raw, work.message.source)
    if isinstance(statement, opening.NotOpened):
        return "", None
    named = opening.type_of(statement.payload)
    try:
        return named, seals.read_message(statement.opened, statement.payload)
    except DomainError:
        return named, None
