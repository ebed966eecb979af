"""S, who sent the referral: what its people may do, and what R's words do to it."""

from dataclasses import replace

from federation.custody.facts import (
    S_BEFORE_RELEASE,
    S_UNANSWERED,
    ConsentNotStanding,
    Effect,
    Gate,
    Kind,
    Say,
    Sent,
    State,
    Step,
    dossier_done,
    refuse,
)


def offer(facts: Sent, *, gate: Gate) -> Step[Sent]:
    """Return the step that puts the question. `gate` is gate 1. Raises ConsentNotStanding, ReferralStateConflict."""
    if facts.state is not State.DRAFT:
        raise refuse(facts, "offered")
    needed = facts.kind is not Kind.ADVICE and not facts.by_itself
    if needed and gate is not Gate.STANDS:
        raise ConsentNotStanding(gate=gate.value)
    word = "ReferralHandedBack" if facts.hand_back else "ReferralOffered"
    return Step(replace(facts, state=State.OFFERED), (Say(word),))


def revoke(facts: Sent) -> Step[Sent]:
    """Return the step that takes the referral back; R decides which came first. Raises ReferralStateConflict.

    A share that is taken back after its release is always confirmed: R is not to get the dossier any more.
    """
    legal = S_UNANSWERED | ({State.RELEASED, State.FIRST_CONTACT} if facts.kind is Kind.SHARE else set())
    if facts.state not in legal or facts.by_itself:
        raise refuse(facts, "revoked")
    facts = replace(facts, state=State.REVOKING, revocation_asked=True)
    return Step(facts, (Say("RevocationAsked"),), dossier_done(facts))


def withdraw(facts: Sent) -> Step[Sent]:
    """Return the step of a person's withdrawal: legal in every state after the offer (loss L4).

    Raises ReferralStateConflict.
    """
    if facts.state is State.DRAFT or facts.consent_withdrawn or facts.kind is Kind.ADVICE or facts.by_itself:
        raise refuse(facts, "withdrawn")
    says: tuple[Say, ...] = (Say("ConsentWithdrawn"),)
    effects: tuple[Effect, ...] = (Effect.TELL_TEAM,)
    facts = replace(facts, consent_withdrawn=True)
    if facts.state is State.ACCEPTED:
        step = _keep(facts, Gate.WITHDRAWN.value)
        return Step(step.facts, says + step.says, step.effects)
    # A share that is being revoked may have been released: it is not withdrawn before its release.
    if facts.answer == "released":
        return Step(facts, says, (*effects, *dossier_done(facts)))
    if facts.state in S_BEFORE_RELEASE:
        facts = replace(facts, state=State.WITHDRAWN)
    return Step(facts, says, effects)


def reassign(facts: Sent) -> Step[Sent]:
    """Return the step of the federation's signed decision that R is gone (F19).

    It binds S alone, and only while S has not released. An acceptance that waited is answered now,
    because R would wait for ever if it came back.
    """
    if facts.state is State.ACCEPTED:
        step = _keep(facts, "reassigned")
        return replace(step, facts=replace(step.facts, state=State.REASSIGNED))
    if facts.state in S_BEFORE_RELEASE | {State.WITHDRAWN, State.KEPT} and facts.answer != "released":
        return Step(replace(facts, state=State.REASSIGNED), effects=(Effect.TELL_TEAM,))
    return Step(facts)


def confirm(facts: Sent, *, gate: Gate) -> Step[Sent]:
    """Return the answer to an acceptance that waited for a confirmed consent. Raises ReferralStateConflict."""
    if facts.state is not State.ACCEPTED:
        raise refuse(facts, "confirmed")
    return _answer(facts, gate)


def seal_again(facts: Sent, *, gate: Gate) -> Step[Sent]:
    """Return the step of sealing a release anew, because R's key changed: gate 2 once more (F20).

    Where the consent no longer stands the step has TAKE_DOSSIER_OUT: the statement goes alone.
    """
    if facts.by_itself or (gate is Gate.STANDS and not facts.consent_withdrawn):
        return Step(facts)
    return Step(facts, effects=(Effect.TAKE_DOSSIER_OUT,))


def on_receipt(facts: Sent) -> Step[Sent]:
    """Return the step of R's receipt for the offer; a late one moves nothing back.

    Nor does it undo a refusal: what R stored it may still have refused, and the two travel in any order.
    """
    if facts.state is State.OFFERED:
        return Step(replace(facts, state=State.RECEIVED))
    return Step(facts)


def on_refusal(facts: Sent) -> Step[Sent]:
    """Return the step of R's MessageRefused for the offer: not deliverable, with a task for people (loss L11).

    Once a person at R has opened the offer, a refusal that comes later is older than that.
    """
    if facts.state in (State.OFFERED, State.RECEIVED):
        return Step(replace(facts, state=State.UNDELIVERABLE), effects=(Effect.TELL_TEAM,))
    return Step(facts)


def on_opened(facts: Sent) -> Step[Sent]:
    """Return the step of ReferralOpened."""
    if facts.state in (State.OFFERED, State.RECEIVED, State.UNDELIVERABLE):
        return Step(replace(facts, state=State.OPENED))
    return Step(facts)


def on_accepted(facts: Sent, *, gate: Gate) -> Step[Sent]:  # noqa: PLR0911 -- one return a group of states
    """Return the answer to ReferralAccepted: one in every state. `gate` is gate 2, found in this transaction."""
    if facts.kind is Kind.ADVICE:
        return Step(facts, effects=(Effect.ALARM,))
    if facts.answer:
        return Step(facts, effects=(Effect.SEND_ANSWER_AGAIN,))
    if facts.state is State.REVOKING and facts.kind is Kind.SHARE:
        return _keep(facts, "revoked")
    if facts.state in S_UNANSWERED or facts.state is State.REVOKING:
        return _answer(facts, gate)
    if facts.state in (State.WITHDRAWN, State.REASSIGNED):
        return _keep(facts, Gate.WITHDRAWN.value if facts.state is State.WITHDRAWN else "reassigned")
    if facts.state is State.ACCEPTED:
        return Step(facts)
    return Step(facts, effects=(Effect.ALARM,))


def _answer(facts: Sent, gate: Gate) -> Step[Sent]:
    if facts.by_itself:
        gate = Gate.NOT_NEEDED
    elif facts.consent_withdrawn:
        gate = Gate.WITHDRAWN
    elif gate is Gate.NOT_NEEDED:
        # only what carries no file needs no consent: a caller that found none must not open the gate (I5)
        gate = Gate.ENDED
    if gate is Gate.UNCONFIRMED:
        return Step(replace(facts, state=State.ACCEPTED), effects=(Effect.TELL_TEAM,))
    if gate not in (Gate.STANDS, Gate.NOT_NEEDED):
        return _keep(facts, gate.value)
    moves = facts.kind is Kind.HANDOVER
    effects = [Effect.TELL_TEAM]
    if moves:
        effects.append(Effect.END_OFFERED_CUSTODY)
    if facts.hand_back:
        effects.append(Effect.MARK_OLD_HANDED_BACK)
    say = Say("DossierReleased", {"custody": "moves" if moves else "stays", "with_dossier": not facts.by_itself})
    return Step(replace(facts, state=State.RELEASED, answer="released"), (say,), tuple(effects))


def _keep(facts: Sent, reason: str) -> Step[Sent]:
    state = facts.state
    if state in S_BEFORE_RELEASE:
        state = State.WITHDRAWN if reason == Gate.WITHDRAWN.value else State.KEPT
    return Step(
        replace(facts, state=state, answer=reason), (Say("CustodyKept", {"reason": reason}),), (Effect.TELL_TEAM,)
    )


def on_declined(facts: Sent) -> Step[Sent]:
    """Return the step of ReferralDeclined: the case stays, and a named team is told (loss L2)."""
    if facts.by_itself or facts.answer:
        return Step(facts, effects=(Effect.ALARM,))
    if facts.state in S_UNANSWERED or facts.state is State.REVOKING:
        return Step(replace(facts, state=State.DECLINED, recipient_out=True), effects=(Effect.TELL_TEAM,))
    if facts.state in (State.WITHDRAWN, State.REASSIGNED):
        return Step(replace(facts, recipient_out=True))
    return Step(facts, effects=(Effect.ALARM,))


def on_advice(facts: Sent) -> Step[Sent]:
    """Return the step of AdviceGiven."""
    if facts.kind is not Kind.ADVICE:
        return Step(facts, effects=(Effect.ALARM,))
    if facts.state in S_UNANSWERED or facts.state is State.REVOKING:
        return Step(replace(facts, state=State.CLOSED), effects=(Effect.TELL_TEAM,))
    return Step(facts)


def on_revocation_confirmed(facts: Sent) -> Step[Sent]:
    """Return the step of RevocationConfirmed, also for a tenant that forgot having asked."""
    if facts.kind is not Kind.SHARE and (facts.answer == "released" or facts.state is State.ACCEPTED):
        return Step(facts, effects=(Effect.ALARM,))
    shared = facts.kind is Kind.SHARE and facts.state in (State.RELEASED, State.FIRST_CONTACT, State.CLOSED)
    if facts.state in S_UNANSWERED or facts.state is State.REVOKING or shared:
        effects = (Effect.TELL_TEAM, *dossier_done(facts))
        return Step(replace(facts, state=State.REVOKED, recipient_out=True), effects=effects)
    return Step(replace(facts, recipient_out=True), effects=dossier_done(facts))


def on_withdrawal_applied(facts: Sent, *, custodian: bool) -> Step[Sent]:
    """Return the step of WithdrawalApplied: how R dealt with it, and whether R answers for the case.

    A tenant that forgot the withdrawal learns it here; an acceptance that waited is answered now.
    """
    facts = replace(facts, consent_withdrawn=True, recipient_out=facts.recipient_out or not custodian)
    if facts.state is State.ACCEPTED:
        return _keep(facts, Gate.WITHDRAWN.value)
    if facts.state in S_UNANSWERED:
        facts = replace(facts, state=State.WITHDRAWN)
    return Step(facts, effects=(Effect.TELL_TEAM, *dossier_done(facts)))


def on_held(facts: Sent) -> Step[Sent]:
    """Return the step of DossierHeld: R can read the dossier, and S keeps it for sending no longer."""
    return Step(replace(facts, held=True), effects=dossier_done(facts))


def on_custody_ended(facts: Sent) -> Step[Sent]:
    """Return the step of CustodyEnded: R has applied CustodyKept, or has a share without a dossier it can read."""
    return Step(replace(facts, recipient_out=True), effects=dossier_done(facts))


def on_progress(facts: Sent, *, first_contact: bool) -> Step[Sent]:
    """Return the step of ProgressReported."""
    if first_contact and facts.state is State.RELEASED:
        return Step(replace(facts, state=State.FIRST_CONTACT), effects=(Effect.TELL_TEAM,))
    return Step(facts)


def on_outcome(facts: Sent) -> Step[Sent]:
    """Return the step of OutcomeReported: the loop is closed only by an outcome."""
    if facts.state in (State.RELEASED, State.FIRST_CONTACT):
        return Step(replace(facts, state=State.CLOSED), effects=(Effect.TELL_TEAM,))
    return Step(facts)
