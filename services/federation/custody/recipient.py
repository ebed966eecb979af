"""R, who received the referral: what S's words do to it, and what its people may do."""

from dataclasses import replace

from federation.custody.facts import (
    R_UNANSWERED,
    R_WORKING,
    Effect,
    Gate,
    Kind,
    Received,
    Say,
    State,
    Step,
    WrongReferralKind,
    refuse,
)


def on_offered(facts: Received) -> Step[Received]:
    """Return the step of ReferralOffered or ReferralHandedBack arriving, also after a tombstone (F14, F15)."""
    if facts.state is not None:
        return Step(facts)
    if facts.revocation_asked:
        return Step(replace(facts, state=State.REVOKED), effects=(Effect.ERASE_COPY,))
    if facts.consent_withdrawn:
        return Step(replace(facts, state=State.WITHDRAWN), effects=(Effect.ERASE_COPY,))
    if facts.by_itself:
        return _accept(facts)
    return Step(replace(facts, state=State.RECEIVED), effects=(Effect.TELL_TEAM,))


def on_revocation_asked(facts: Received) -> Step[Received]:
    """Return R's verdict on RevocationAsked: R alone decides which came first (F13).

    Before the offer it leaves a tombstone and is confirmed at once: an offer that R refused, or that
    never comes, would keep S waiting for ever, with the case bound.
    """
    facts = replace(facts, revocation_asked=True)
    if facts.state is None:
        return Step(facts, (Say("RevocationConfirmed"),))
    shared = facts.kind is Kind.SHARE and facts.state is not State.DECLINED
    if facts.state in R_UNANSWERED or shared:
        effects = (Effect.ERASE_COPY, Effect.TELL_TEAM)
        return Step(replace(facts, state=State.REVOKED, has_dossier=False), (Say("RevocationConfirmed"),), effects)
    if facts.state is State.WITHDRAWN and not facts.accepted:
        return Step(facts, (Say("RevocationConfirmed"),))
    if facts.accepted:
        return Step(facts, effects=(Effect.SEND_ACCEPTANCE_AGAIN,))
    return Step(facts)


def on_consent_withdrawn(facts: Received) -> Step[Received]:
    """Return R's answer to ConsentWithdrawn.

    An R that accepted a handover does not drop custody on this alone, because a release may be on
    its way: it waits for CustodyKept or for the release. What it was lawfully given before stays
    (GDPR art. 7(3)), restricted.
    """
    facts = replace(facts, consent_withdrawn=True)
    if facts.state in R_UNANSWERED or (
        facts.kind is Kind.SHARE and facts.state not in (None, State.DECLINED, State.REVOKED)
    ):
        facts = replace(facts, state=State.WITHDRAWN, has_dossier=False)
        return Step(facts, (_applied("erased", custodian=False),), (Effect.ERASE_COPY, Effect.TELL_TEAM))
    if facts.custody_open:
        return Step(facts, (_applied("restricted", custodian=True),), (Effect.TELL_TEAM,))
    facts = replace(facts, has_dossier=False)
    return Step(facts, (_applied("erased", custodian=False),), (Effect.ERASE_COPY,))


def _applied(handling: str, *, custodian: bool) -> Say:
    return Say("WithdrawalApplied", {"handling": handling, "custodian": custodian})


def on_released(facts: Received, *, dossier: bool) -> Step[Received]:
    """Return the step of DossierReleased; `dossier` says whether readable blocks came beside it.

    A custodian without a dossier hands back at once, but a hand back is never handed back by itself:
    who gets a case back has its own file. A share that came without blocks is over, and S is told.
    """
    if facts.released:
        return Step(facts)
    if facts.state is not State.ACCEPTED:
        late = facts.kind is Kind.SHARE and facts.accepted and facts.state is not State.KEPT
        return Step(facts, effects=(Effect.ERASE_COPY,) if late else (Effect.ERASE_COPY, Effect.ALARM))
    facts = replace(facts, released=True)
    readable = dossier and not facts.consent_withdrawn
    back = (Effect.MARK_OLD_HANDED_BACK, Effect.REOPEN_OWN_FILE) if facts.hand_back else ()
    if readable:
        facts = replace(facts, state=State.HELD, has_dossier=True)
        return Step(facts, (Say("DossierHeld"),), (*back, Effect.APPLY_DOSSIER, Effect.TELL_TEAM))
    if facts.hand_back:
        return Step(replace(facts, state=State.HELD), (Say("DossierHeld"),), (*back, Effect.TELL_TEAM))
    if facts.kind is Kind.SHARE:
        return Step(replace(facts, state=State.KEPT), (Say("CustodyEnded"),), (Effect.TELL_TEAM,))
    return Step(facts, effects=(Effect.HAND_BACK_BY_ITSELF, Effect.TELL_TEAM))


def on_custody_kept(facts: Received, *, reason: str) -> Step[Received]:
    """Return the step of CustodyKept: only this ends R's custody without a release.

    After a release it ends nothing: S answers no more, so R's row may be the last one (I1).
    """
    if facts.released or not facts.accepted:
        return Step(facts, effects=(Effect.ALARM,))
    effects = [Effect.TELL_TEAM, Effect.ERASE_COPY]
    if facts.custody_open:
        effects.append(Effect.END_CUSTODY)
    state = facts.state
    if state is State.ACCEPTED:
        state = State.WITHDRAWN if reason == Gate.WITHDRAWN.value else State.KEPT
    return Step(replace(facts, state=state, custody_open=False), (Say("CustodyEnded"),), tuple(effects))


def passed_on(facts: Received) -> Step[Received]:
    """Return the step of the referral that brought R the row which R's own release to another has just ended."""
    return Step(replace(facts, custody_open=False))


def open_offer(facts: Received) -> Step[Received]:
    """Return the step of a person opening the offer: a human has seen it. Raises ReferralStateConflict."""
    if facts.state is not State.RECEIVED:
        raise refuse(facts, "opened")
    return Step(replace(facts, state=State.OPENED), (Say("ReferralOpened"),))


def accept(facts: Received) -> Step[Received]:
    """Return the step of an acceptance: with its commit R answers for the case.

    Raises ReferralStateConflict, WrongReferralKind.
    """
    if facts.kind is Kind.ADVICE:
        raise WrongReferralKind("A request for advice is answered with advice or declined, never accepted.")
    if facts.state is not State.OPENED:
        raise refuse(facts, "accepted")
    return _accept(facts)


def _accept(facts: Received) -> Step[Received]:
    moves = facts.kind is Kind.HANDOVER
    effects = (Effect.OPEN_CUSTODY, Effect.TELL_TEAM) if moves else (Effect.TELL_TEAM,)
    facts = replace(facts, state=State.ACCEPTED, accepted=True, custody_open=moves)
    return Step(facts, (Say("ReferralAccepted"),), effects)


def decline(facts: Received, *, reason: str) -> Step[Received]:
    """Return the step of a no with its reason. Raises ReferralStateConflict."""
    if facts.state is not State.OPENED or facts.by_itself:
        raise refuse(facts, "declined")
    return Step(
        replace(facts, state=State.DECLINED), (Say("ReferralDeclined", {"reason": reason}),), (Effect.ERASE_COPY,)
    )


def advise(facts: Received) -> Step[Received]:
    """Return the step of an answer to a request for advice. Raises ReferralStateConflict, WrongReferralKind."""
    if facts.kind is not Kind.ADVICE:
        raise WrongReferralKind("Only a request for advice is answered with advice.")
    if facts.state is not State.OPENED:
        raise refuse(facts, "answered")
    return Step(replace(facts, state=State.CLOSED), (Say("AdviceGiven"),))


def report_progress(facts: Received, *, progress: str) -> Step[Received]:
    """Return the step of a report to S: `firstContact`, `appointment` or `noShow`. Raises ReferralStateConflict."""
    if facts.state not in R_WORKING or (progress == "firstContact" and facts.state is State.FIRST_CONTACT):
        raise refuse(facts, "reported on")
    state = State.FIRST_CONTACT if progress == "firstContact" else facts.state
    return Step(replace(facts, state=state), (Say("ProgressReported", {"progress": progress}),))


def report_outcome(facts: Received, *, outcome: str) -> Step[Received]:
    """Return the step that closes the loop. Raises ReferralStateConflict."""
    if facts.state not in R_WORKING:
        raise refuse(facts, "closed")
    return Step(replace(facts, state=State.CLOSED), (Say("OutcomeReported", {"outcome": outcome}),))


def check_hand_back(facts: Received) -> None:
    """Will raise ReferralStateConflict or WrongReferralKind when R's people cannot hand this referral back now."""
    if facts.kind is not Kind.HANDOVER:
        raise WrongReferralKind("Only a handover is handed back; a share is closed with an outcome.")
    if facts.state not in R_WORKING or not facts.custody_open:
        raise refuse(facts, "handed back")
