"""The order within a referral: each number once, in turn, and a gap holds back its own referral only."""

import datetime
import uuid

from django.db import connection

from federation.bus.models import Conversation, InboxWork
from federation.contracts.messages import Message
from federation.errors import DomainError, Kind

State = InboxWork.State


class SeqReused(DomainError):
    """This number was given to another statement already."""

    kind = Kind.CONFLICT


class OrderBroken(RuntimeError):
    """Another process advanced the conversation meanwhile: the transaction is rolled back."""


def holds_back(work: InboxWork, said: Message, at: datetime.datetime) -> bool:
    """Hold the message back when an earlier one of its referral is missing; return whether it is held.

    What has no `seq` is never held: a revocation or a withdrawal takes effect at once. Raises
    SeqReused for a number that was applied already: the same statement is recognised before, so this
    one says something else under the same number.
    """
    if said.seq is None or said.referral_id is None:
        return False
    applied = _applied_seq(said.referral_id, said.sender)
    if said.seq <= applied or _is_taken(work, said):
        raise SeqReused
    if said.seq == applied + 1:
        return False
    work.state, work.reason, work.since = State.HELD, "gap", at
    work.type, work.referral_id, work.seq = said.type, said.referral_id, said.seq
    work.save()
    return True


def _is_taken(work: InboxWork, said: Message) -> bool:
    """Say whether an earlier statement of the sender waits, held or parked, under the same number."""
    return InboxWork.objects.filter(
        message__source=said.sender, referral_id=said.referral_id, seq=said.seq, message_id__lt=work.message_id
    ).exists()


def _applied_seq(referral_id: uuid.UUID, sender: str) -> int:
    found = Conversation.objects.filter(referral_id=referral_id, peer=sender)
    return found.values_list("applied_seq", flat=True).first() or 0


def advance(said: Message) -> None:
    """Note that a numbered message was applied. Comes after the handler, whose locks come first everywhere."""
    if said.seq is None or said.referral_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversation (referral_id, peer, sent_seq, applied_seq) VALUES (%s, %s, 0, 1)"
            " ON CONFLICT (referral_id, peer) DO UPDATE SET applied_seq = conversation.applied_seq + 1"
            " RETURNING applied_seq",
            [said.referral_id, said.sender],
        )
        if cursor.fetchone() != (said.seq,):
            raise OrderBroken


def free_next(said: Message, at: datetime.datetime) -> None:
    """Let the message go on that was held back for this one."""
    if said.seq is not None and said.referral_id is not None:
        _free(said.sender, said.referral_id, said.seq + 1, at)


def skip(sender: str, referral_id: uuid.UUID, seq: int, at: datetime.datetime) -> None:
    """Count a number as dealt with that a person closed unapplied, so that the next one goes on."""
    conversation, _ = Conversation.objects.get_or_create(referral_id=referral_id, peer=sender)
    if Conversation.objects.filter(pk=conversation.pk, applied_seq=seq - 1).update(applied_seq=seq):
        _free(sender, referral_id, seq + 1, at)


def _free(sender: str, referral_id: uuid.UUID, seq: int, at: datetime.datetime) -> None:
    held = InboxWork.objects.filter(state=State.HELD, message__source=sender, referral_id=referral_id, seq=seq)
    held.update(state=State.READY, reason="", since=at)
