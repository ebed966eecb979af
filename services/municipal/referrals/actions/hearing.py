"""What the recipient's words do at the sender, but an acceptance, which `releasing` answers."""

import datetime
import uuid
from typing import Any

import structlog
from django.db import transaction

from federation.custody import sender
from federation.custody.facts import State, Step
from federation.identity.actor import Actor
from municipal.referrals import queries
from municipal.referrals.actions.carrying import carry_out
from municipal.referrals.actions.turn import Turn
from municipal.referrals.models import Referral, Report, TeamItem
from municipal.referrals.rules import Direction

log = structlog.get_logger(__name__)


@transaction.atomic
def mark_received(*, referral_id: uuid.UUID, recipient: str, by: Actor, at: datetime.datetime) -> Referral:
    """Note the recipient's receipt for the offer."""
    referral = _theirs(referral_id, recipient)
    return _hear(referral, sender.on_receipt(queries.sent_facts(referral)), "offerReceived", at, by=by, at=at)


@transaction.atomic
def mark_undeliverable(
    *, referral_id: uuid.UUID, recipient: str, reason: str, by: Actor, at: datetime.datetime
) -> Referral:
    """Show people that the recipient could not take the offer: a task, never a silent dead letter (loss L11)."""
    referral = _theirs(referral_id, recipient)
    step = sender.on_refusal(queries.sent_facts(referral))
    referral.refused_reason = reason
    return _hear(referral, step, "offerUndeliverable", at, by=by, at=at)


@transaction.atomic
def note_refused_word(*, referral_id: uuid.UUID, recipient: str, word: str, by: Actor, at: datetime.datetime) -> None:
    """Put it before the coordinators that the other side could not take a word of ours beside the offer."""
    referral = queries.locked(referral_id)
    TeamItem.objects.create(referral=referral, team=referral.team or "-", code="wordRefused", role="coordinator", at=at)
    log.warning("the other side refused a word", referral=str(referral_id), peer=recipient, type=word, by=by.subject)


@transaction.atomic
def hear_opened(
    *, referral_id: uuid.UUID, recipient: str, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> Referral:
    """Note that a human at the recipient has seen the offer."""
    referral = _theirs(referral_id, recipient)
    return _hear(referral, sender.on_opened(queries.sent_facts(referral)), "referralOpened", said_at, by=by, at=at)


@transaction.atomic
def hear_declined(
    *, referral_id: uuid.UUID, recipient: str, reason: str, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> Referral:
    """Note a no with its reason; the case stays here (loss L2)."""
    referral = _theirs(referral_id, recipient)
    step = sender.on_declined(queries.sent_facts(referral))
    if step.facts.state is State.DECLINED:
        referral.decline_reason = reason
    return _hear(referral, step, "referralDeclined", said_at, by=by, at=at)


@transaction.atomic
def hear_advice(
    *, referral_id: uuid.UUID, recipient: str, text: str, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> Referral:
    """Keep the advice that was asked for."""
    referral = _theirs(referral_id, recipient)
    step = sender.on_advice(queries.sent_facts(referral))
    if step.facts.state is not None and step.facts.state.value != referral.state:
        referral.outcome = "advice"
        on = queries.today(said_at)
        Report.objects.create(referral=referral, kind="advice", text=text, on=on, at=at, by=by.subject)
    return _hear(referral, step, "adviceGiven", said_at, by=by, at=at)


@transaction.atomic
def hear_revocation_confirmed(
    *, referral_id: uuid.UUID, recipient: str, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> Referral:
    """Note that the referral is taken back."""
    referral = _theirs(referral_id, recipient)
    step = sender.on_revocation_confirmed(queries.sent_facts(referral))
    return _hear(referral, step, "referralRevoked", said_at, by=by, at=at)


@transaction.atomic
def hear_withdrawal_applied(
    *,
    referral_id: uuid.UUID,
    recipient: str,
    handling: str,
    ground: str,
    custodian: bool,
    said_at: datetime.datetime,
    by: Actor,
    at: datetime.datetime,
) -> Referral:
    """Note what the recipient did about a withdrawal (loss L22)."""
    referral = _theirs(referral_id, recipient)
    step = sender.on_withdrawal_applied(queries.sent_facts(referral), custodian=custodian)
    referral.withdrawal_handling, referral.withdrawal_ground = handling, ground
    referral.withdrawal_applied_at, referral.withdrawal_applied_by = at, by.subject
    return _hear(referral, step, "withdrawalApplied", said_at, by=by, at=at)


@transaction.atomic
def hear_held(
    *, referral_id: uuid.UUID, recipient: str, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> Referral:
    """Note that the recipient can read the dossier."""
    referral = _theirs(referral_id, recipient)
    return _hear(referral, sender.on_held(queries.sent_facts(referral)), "dossierHeld", said_at, by=by, at=at)


@transaction.atomic
def hear_custody_ended(
    *, referral_id: uuid.UUID, recipient: str, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> Referral:
    """Note that the recipient has applied our word that the case is kept."""
    referral = _theirs(referral_id, recipient)
    step = sender.on_custody_ended(queries.sent_facts(referral))
    return _hear(referral, step, "custodyEnded", said_at, by=by, at=at)


@transaction.atomic
def hear_progress(
    *,
    referral_id: uuid.UUID,
    recipient: str,
    progress: str,
    on: datetime.date,
    said_at: datetime.datetime,
    by: Actor,
    at: datetime.datetime,
) -> Referral:
    """Keep what the recipient reports of the person's way."""
    referral = _theirs(referral_id, recipient)
    step = sender.on_progress(queries.sent_facts(referral), first_contact=progress == "firstContact")
    Report.objects.create(referral=referral, kind="progress", code=progress, on=on, at=at, by=by.subject)
    return _hear(referral, step, "progressReported", said_at, by=by, at=at)


@transaction.atomic
def hear_outcome(
    *,
    referral_id: uuid.UUID,
    recipient: str,
    outcome: str,
    said_at: datetime.datetime,
    by: Actor,
    at: datetime.datetime,
) -> Referral:
    """Keep the outcome that closes the loop."""
    referral = _theirs(referral_id, recipient)
    step = sender.on_outcome(queries.sent_facts(referral))
    if not queries.has_verdict(referral):
        referral.outcome = outcome
        on = queries.today(said_at)
        Report.objects.create(referral=referral, kind="outcome", code=outcome, on=on, at=at, by=by.subject)
    return _hear(referral, step, "outcomeReported", said_at, by=by, at=at)


def _theirs(referral_id: uuid.UUID, recipient: str) -> Referral:
    return queries.theirs(referral_id, Direction.SENT, sender=recipient)


def _hear(
    referral: Referral, step: Step[Any], act: str, said_at: datetime.datetime, *, by: Actor, at: datetime.datetime
) -> Referral:
    turn = Turn(referral=referral, step=step, act=act, said_at=said_at)
    return carry_out(turn=turn, by=by, at=at)
