"""Carries out what the protocol answered to one event, in one transaction: the only way in which a referral changes.

The order is fixed: own columns, the row, its history, effects on files and lists, words to the other
side, what the regions are told, the entry in the audit. A crash anywhere leaves nothing of it.
"""

import dataclasses
import datetime
import uuid
from typing import Any

from django.db import transaction

from federation.audit import actions as audit
from federation.bus import directory, outbox
from federation.custody import facts, recipient, sender
from federation.custody.facts import Effect, Gate, Kind, Say, State
from federation.identity.actor import Actor
from municipal.referrals import queries
from municipal.referrals.actions import effects, stating, words
from municipal.referrals.actions.turn import Turn
from municipal.referrals.models import Referral, ReferralStep, column, step_code
from municipal.referrals.rules import Direction


def carry_out(*, turn: Turn, by: Actor, at: datetime.datetime) -> Referral:
    """Store, do and say everything that one step asks for; a step that changes nothing leaves no trace."""
    turn.by, turn.at = by, at
    referral, before = turn.referral, _facts(turn.referral)
    if turn.step.facts == before and not turn.step.says and not turn.step.effects and not referral._state.adding:  # noqa: SLF001 -- Django's documented way to ask
        return referral
    # Inside the caller's transaction always: he holds the locks.
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction
    state_before = referral.state
    _keep_facts(turn)
    _do(turn, effects.BEFORE_STORING)
    version_before = referral.stated_version
    referral.stated_version, referral.stated_digest = queries.next_statement(referral)
    referral.save(force_insert=referral._state.adding, force_update=not referral._state.adding)  # noqa: SLF001
    _keep_history(turn, state_before)
    _do(turn, effects.AFTER_STORING)
    for say in turn.step.says:
        _say(turn, say)
    if referral.stated_version != version_before:
        stating.state_progress(referral=referral, by=by, at=at)
    _record(turn, state_before)
    if Effect.END_OFFERED_CUSTODY in turn.step.effects:
        _pass_on(turn)
    if Effect.MARK_OLD_HANDED_BACK in turn.step.effects:
        _mark_old_handed_back(turn)
    if Effect.HAND_BACK_BY_ITSELF in turn.step.effects:
        _hand_back_by_itself(turn)
    return referral


class OutsideTransaction(RuntimeError):
    """A step was to be carried out without a transaction: a crash could keep half of it."""


def _facts(referral: Referral) -> facts.Sent | facts.Received | None:
    if referral.direction == Direction.RECEIVED:
        return queries.received_facts(referral)
    return queries.sent_facts(referral) if referral.state else None


def _keep_facts(turn: Turn) -> None:
    """Copy the new facts into the row, with time and person of what is new among them."""
    referral, new = turn.referral, turn.step.facts
    was_withdrawn, was_held = referral.consent_withdrawn, referral.held
    entered = new.state is not None and new.state.value != referral.state
    for name, value in dataclasses.asdict(new).items():
        if name not in ("kind", "state"):
            setattr(referral, name, value)
    if new.state is not None:
        referral.state = new.state.value
        if entered:
            _mark(turn, column(new.state))
    if referral.consent_withdrawn and not was_withdrawn and referral.withdrawn_at is None:
        _mark(turn, "withdrawn")
    if referral.held and not was_held:
        _mark(turn, "held")


def _mark(turn: Turn, stem: str) -> None:
    setattr(turn.referral, f"{stem}_at", turn.at)
    setattr(turn.referral, f"{stem}_by", turn.by.subject)


def _keep_history(turn: Turn, state_before: str) -> None:
    referral = turn.referral
    if referral.state == state_before:
        return
    first = State.DRAFT if referral.direction == Direction.SENT else None
    before = State(state_before) if state_before else first
    ReferralStep.objects.create(
        referral=referral,
        legal_id=step_code(referral.direction, before, State(referral.state)),
        at=turn.at,
        by=turn.by.subject,
        said_at=turn.said_at,
    )


def _do(turn: Turn, table: Any) -> None:
    for effect in turn.step.effects:
        if effect in table:
            table[effect](turn)


def _say(turn: Turn, say: Say) -> None:
    referral = turn.referral
    rests = say.type in words.WITH_CONSENT and bool(referral.consent_digest)
    outbox.put(
        to=referral.peer,
        body=words.BODIES[say.type](turn, say),
        referral_id=referral.pk,
        at=turn.at,
        relates_to=referral.relates_to if say.type in words.WITH_RELATION else None,
        consent_digest=referral.consent_digest if rests else None,
        dossier=turn.dossier if say.type == "DossierReleased" and say.fields["with_dossier"] else None,
    )


def _record(turn: Turn, state_before: str) -> None:
    referral = turn.referral
    audit.record(
        act=turn.act,
        by=turn.by,
        at=turn.at,
        subject=f"referral:{referral.pk}",
        case_id=referral.case_id,
        facts={
            "direction": referral.direction,
            "peer": referral.peer,
            "kind": referral.kind,
            "from": state_before,
            "to": referral.state,
            "said": "+".join(say.type for say in turn.step.says),
        },
    )


def _pass_on(turn: Turn) -> None:
    """Tell the referral that had brought the ended row here that it answers for nothing any more."""
    brought = queries.by_accepted_row(turn.referral.offered_custody_row)
    if brought is not None:
        step = recipient.passed_on(queries.received_facts(brought))
        carry_out(turn=Turn(referral=brought, step=step, act="custodyPassedOn"), by=turn.by, at=turn.at)


def _mark_old_handed_back(turn: Turn) -> None:
    """Say on the referral that this hand back answers that it went home; both sides do it with the release."""
    if turn.referral.relates_to is None:
        return
    old = queries.locked(turn.referral.relates_to)
    known = queries.sent_facts(old) if old.direction == Direction.SENT else queries.received_facts(old)
    step: Any = facts.old_handed_back(known)
    old.hand_back_reason = turn.referral.hand_back_reason
    carry_out(turn=Turn(referral=old, step=step, act="handedBack"), by=turn.by, at=turn.at)


def _hand_back_by_itself(turn: Turn) -> None:
    """Offer the case back at once: a custodian without a file cannot help, and nothing of the file goes."""
    old = turn.referral
    back = Referral(
        pk=uuid.uuid4(),
        direction=Direction.SENT.value,
        kind=Kind.HANDOVER.value,
        peer=old.peer,
        peer_team=_a_team_of(old.peer),
        team=old.team,
        began_at=turn.at,
        hand_back=True,
        by_itself=True,
        case_id=old.case_id,
        offered_custody_row=old.accepted_custody_row,
        relates_to=old.pk,
        preview=old.preview,
        urgency=old.urgency,
        answer_by=queries.today(turn.at),
        hand_back_reason="consentWithdrawn" if old.consent_withdrawn else "noDossier",
    )
    step = sender.offer(facts.Sent(Kind.HANDOVER, hand_back=True, by_itself=True), gate=Gate.NOT_NEEDED)
    carry_out(turn=Turn(referral=back, step=step, act="handedBackByItself"), by=turn.by, at=turn.at)


def _a_team_of(peer: str) -> str:
    """Return some team of the town that gets the case back; it routes to the team of its own file."""
    record = directory.record_of(peer)
    return record.teams[0].id if record and record.teams else "unknown"
