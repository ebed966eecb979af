"""Who answers for a case: the protocol of one referral as plain data and functions. Read this first.

A referral is one question that a sender S puts to a recipient R. Each side keeps its own facts
(`Sent`, `Received`) and changes them only by the functions below: a person's act, or a message of
the other side. A function returns a `Step`: the new facts, what this side now says to the other
(`Say`), and what else must happen in the same transaction (`Effect`). It reads no clock, no
database, and never the state of the other side: only what was said. The services and the model
checker run this very code.

The promise (I1): at every instant some municipality has an open custody row for the case. R's row
opens with its acceptance, S's row ends with its release, and only a signed word of the other side
moves either. So silence, time and the bus decide nothing.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from federation.errors import DomainError, Kind as ErrorKind


class Kind(enum.StrEnum):
    """What is asked: an opinion, a helping hand, or to take the case over."""

    ADVICE = "advice"
    SHARE = "share"
    HANDOVER = "handover"


class State(enum.StrEnum):
    """Where a referral stands, on either side (codes as in the database and in APIs)."""

    DRAFT = "draft"
    OFFERED = "offered"
    RECEIVED = "received"
    OPENED = "opened"
    UNDELIVERABLE = "undeliverable"
    ACCEPTED = "accepted"
    RELEASED = "released"
    HELD = "held"
    FIRST_CONTACT = "firstContact"
    CLOSED = "closed"
    REVOKING = "revoking"
    REVOKED = "revoked"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    KEPT = "kept"
    REASSIGNED = "reassigned"
    HANDED_BACK = "handedBack"


class Gate(enum.StrEnum):
    """What the consent check found, in the transaction that acts on it."""

    STANDS = "stands"
    NOT_NEEDED = "notNeeded"
    WITHDRAWN = "consentWithdrawn"
    ENDED = "consentEnded"
    UNCONFIRMED = "unconfirmed"
    TOO_LARGE = "tooLarge"


class Effect(enum.StrEnum):
    """What the caller does in the same transaction, beside storing the facts and sending the words."""

    OPEN_CUSTODY = "openCustody"
    """R: a custody row for this referral, and a case shell where there is no file yet."""
    END_OFFERED_CUSTODY = "endOfferedCustody"
    """S: end exactly the row that the offer named, and close the file for writing."""
    END_CUSTODY = "endCustody"
    """R: end exactly the row of this referral."""
    APPLY_DOSSIER = "applyDossier"
    """R: store the blocks that came beside the release."""
    ERASE_COPY = "eraseCopy"
    """R: erase preview and dossier of this referral; signed statements stay."""
    REOPEN_OWN_FILE = "reopenOwnFile"
    """The tenant that gets a case back opens its own file for writing again."""
    TAKE_DOSSIER_OUT = "takeDossierOut"
    """S: remove the dossier from a release that has no receipt; the statement alone is re-sent."""
    SEND_ANSWER_AGAIN = "sendAnswerAgain"
    """S: send the stored answer to the acceptance again."""
    SEND_ACCEPTANCE_AGAIN = "sendAcceptanceAgain"
    """R: send the stored acceptance again."""
    HAND_BACK_BY_ITSELF = "handBackByItself"
    """R: offer the case back at once, without consent and without file."""
    MARK_OLD_HANDED_BACK = "markOldHandedBack"
    """Both: the referral that this hand back answers is now `handedBack`."""
    TELL_TEAM = "tellTeam"
    """An unread item on the list of a named team (loss L2: the sender was not told)."""
    ALARM = "alarm"
    """The other side signed words that exclude each other: a person must look."""


@dataclass(frozen=True)
class Say:
    """One message to the other side: its type and the fields that the protocol decides."""

    type: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """What S knows of a referral it sent."""

    kind: Kind
    state: State = State.DRAFT
    hand_back: bool = False
    by_itself: bool = False
    revocation_asked: bool = False
    consent_withdrawn: bool = False
    answer: str = ""
    """What S answered to the acceptance: "", "released", or the reason of CustodyKept."""
    held: bool = False
    recipient_out: bool = False
    """R has signed that it does not answer for the case: WithdrawalApplied(custodian: no) or CustodyEnded."""


@dataclass(frozen=True)
class Received:
    """What R knows of a referral it received. `state` is None while only a tombstone stands."""

    kind: Kind
    state: State | None = None
    hand_back: bool = False
    by_itself: bool = False
    revocation_asked: bool = False
    consent_withdrawn: bool = False
    accepted: bool = False
    custody_open: bool = False
    released: bool = False
    """S's release has been applied."""
    has_dossier: bool = False


F = TypeVar("F", Sent, Received)


@dataclass(frozen=True)
class Step(Generic[F]):
    """The outcome of one event: new facts, words to the other side, effects in the same transaction."""

    facts: F
    says: tuple[Say, ...] = ()
    effects: tuple[Effect, ...] = ()


class ReferralStateConflict(DomainError):
    """The referral's state does not allow this."""

    kind = ErrorKind.CONFLICT


class WrongReferralKind(DomainError):
    """This kind of referral does not know this act."""

    kind = ErrorKind.CONFLICT


class ConsentNotStanding(DomainError):
    """No consent stands for this recipient, purpose and blocks."""

    kind = ErrorKind.CONFLICT


S_UNANSWERED = frozenset({State.OFFERED, State.RECEIVED, State.OPENED, State.UNDELIVERABLE})
"""S has heard no verdict of R."""
S_BEFORE_RELEASE = S_UNANSWERED | {State.ACCEPTED, State.REVOKING}
S_AFTER_RELEASE = frozenset({State.RELEASED, State.FIRST_CONTACT, State.CLOSED, State.HANDED_BACK})
R_UNANSWERED = frozenset({State.RECEIVED, State.OPENED})
R_WORKING = frozenset({State.HELD, State.FIRST_CONTACT})

_U = sorted(S_UNANSWERED)
SENT_STEPS: frozenset[tuple[State, State]] = frozenset(
    [(State.DRAFT, State.OFFERED)]
    + [(a, State.RECEIVED) for a in (State.OFFERED, State.UNDELIVERABLE)]
    + [(a, State.OPENED) for a in (State.OFFERED, State.RECEIVED, State.UNDELIVERABLE)]
    + [(a, State.UNDELIVERABLE) for a in (State.OFFERED, State.RECEIVED, State.OPENED)]
    + [
        (a, b)
        for a in _U
        for b in (
            State.ACCEPTED,
            State.RELEASED,
            State.REVOKING,
            State.REVOKED,
            State.DECLINED,
            State.WITHDRAWN,
            State.KEPT,
            State.REASSIGNED,
            State.CLOSED,
        )
    ]
    + [(State.REVOKING, b) for b in (State.RELEASED, State.ACCEPTED, State.REVOKED, State.DECLINED, State.WITHDRAWN, State.KEPT, State.REASSIGNED, State.CLOSED)]
    + [(State.ACCEPTED, b) for b in (State.RELEASED, State.WITHDRAWN, State.KEPT, State.REASSIGNED)]
    + [(a, State.REASSIGNED) for a in (State.WITHDRAWN, State.KEPT)]
    + [(State.RELEASED, b) for b in (State.FIRST_CONTACT, State.CLOSED, State.HANDED_BACK, State.REVOKING, State.REVOKED)]
    + [(State.FIRST_CONTACT, b) for b in (State.CLOSED, State.HANDED_BACK, State.REVOKING, State.REVOKED)]
    + [(State.CLOSED, b) for b in (State.REVOKED,)]
)
"""Every legal change of S's state; the database refuses any other as second line."""

RECEIVED_STEPS: frozenset[tuple[State | None, State]] = frozenset(
    [(None, b) for b in (State.RECEIVED, State.REVOKED, State.WITHDRAWN, State.ACCEPTED)]
    + [(State.RECEIVED, b) for b in (State.OPENED, State.REVOKED, State.WITHDRAWN)]
    + [(State.OPENED, b) for b in (State.ACCEPTED, State.DECLINED, State.REVOKED, State.WITHDRAWN, State.CLOSED)]
    + [(State.ACCEPTED, b) for b in (State.HELD, State.WITHDRAWN, State.KEPT, State.REVOKED, State.HANDED_BACK)]
    + [(State.HELD, b) for b in (State.FIRST_CONTACT, State.CLOSED, State.REVOKED, State.WITHDRAWN, State.HANDED_BACK)]
    + [(State.FIRST_CONTACT, b) for b in (State.CLOSED, State.REVOKED, State.WITHDRAWN, State.HANDED_BACK)]
    + [(State.CLOSED, b) for b in (State.REVOKED, State.WITHDRAWN)]
    + [(State.KEPT, b) for b in (State.REVOKED, State.WITHDRAWN)]
)
"""Every legal change of R's state."""


def _refuse(facts: Sent | Received, act: str) -> ReferralStateConflict:
    state = facts.state.value if facts.state else "none"
    return ReferralStateConflict(f"A referral that is {state} cannot be {act}.", state=state, act=act)


def is_open(facts: Sent) -> bool:
    """Say whether a handover still binds the case, so that no second one may be offered (loss L12)."""
    if facts.state in (State.WITHDRAWN, State.KEPT):
        return not facts.recipient_out
    return facts.state in S_BEFORE_RELEASE


def is_settled(facts: Received) -> bool:
    """Say whether R's custody by this referral waits for nothing more of S, so that R may offer onward."""
    return not facts.custody_open or facts.released


# --- S: what people and this side's own rules do -------------------------------------------------


def offer(facts: Sent, *, gate: Gate) -> Step[Sent]:
    """Return the step that puts the question. `gate` is gate 1. Raises ConsentNotStanding, ReferralStateConflict."""
    if facts.state is not State.DRAFT:
        raise _refuse(facts, "offered")
    needed = facts.kind is not Kind.ADVICE and not facts.by_itself
    if needed and gate is not Gate.STANDS:
        raise ConsentNotStanding(gate=gate.value)
    word = "ReferralHandedBack" if facts.hand_back else "ReferralOffered"
    return Step(replace(facts, state=State.OFFERED), (Say(word),))


def revoke(facts: Sent) -> Step[Sent]:
    """Return the step that takes the referral back; R decides which came first. Raises ReferralStateConflict."""
    legal = S_UNANSWERED | ({State.RELEASED, State.FIRST_CONTACT} if facts.kind is Kind.SHARE else set())
    if facts.state not in legal or facts.by_itself:
        raise _refuse(facts, "revoked")
    return Step(replace(facts, state=State.REVOKING, revocation_asked=True), (Say("RevocationAsked"),))


def withdraw(facts: Sent) -> Step[Sent]:
    """Return the step of a person's withdrawal: legal in every state after the offer (loss L4). Raises ReferralStateConflict."""
    if facts.state is State.DRAFT or facts.consent_withdrawn or facts.kind is Kind.ADVICE or facts.by_itself:
        raise _refuse(facts, "withdrawn")
    says: tuple[Say, ...] = (Say("ConsentWithdrawn"),)
    effects: tuple[Effect, ...] = (Effect.TELL_TEAM,)
    facts = replace(facts, consent_withdrawn=True)
    if facts.state is State.ACCEPTED:
        step = _keep(facts, Gate.WITHDRAWN.value)
        return Step(step.facts, says + step.says, step.effects)
    # A share that is being revoked may have been released: what is without receipt still has to lose its dossier.
    if facts.answer == "released":
        return Step(facts, says, (*effects, Effect.TAKE_DOSSIER_OUT))
    if facts.state in S_BEFORE_RELEASE:
        facts = replace(facts, state=State.WITHDRAWN)
    return Step(facts, says, effects)


def reassign(facts: Sent) -> Step[Sent]:
    """Return the step of the federation's signed decision that R is gone (F19). It binds S alone, before its release."""
    if facts.state in S_BEFORE_RELEASE | {State.WITHDRAWN, State.KEPT} and facts.answer != "released":
        return Step(replace(facts, state=State.REASSIGNED), effects=(Effect.TELL_TEAM,))
    return Step(facts)


def confirm(facts: Sent, *, gate: Gate) -> Step[Sent]:
    """Return the answer to an acceptance that waited for a person to confirm the consent. Raises ReferralStateConflict."""
    if facts.state is not State.ACCEPTED:
        raise _refuse(facts, "confirmed")
    return _answer(facts, gate)


# --- S: what R's words do -------------------------------------------------------------------------


def on_receipt(facts: Sent) -> Step[Sent]:
    """Return the step of R's receipt for the offer; a late one moves nothing back."""
    if facts.state in (State.OFFERED, State.UNDELIVERABLE):
        return Step(replace(facts, state=State.RECEIVED))
    return Step(facts)


def on_refusal(facts: Sent) -> Step[Sent]:
    """Return the step of R's MessageRefused for the offer: not deliverable, with a task for people (loss L11)."""
    if facts.state in (State.OFFERED, State.RECEIVED, State.OPENED):
        return Step(replace(facts, state=State.UNDELIVERABLE), effects=(Effect.TELL_TEAM,))
    return Step(facts)


def on_opened(facts: Sent) -> Step[Sent]:
    """Return the step of ReferralOpened."""
    if facts.state in (State.OFFERED, State.RECEIVED, State.UNDELIVERABLE):
        return Step(replace(facts, state=State.OPENED))
    return Step(facts)


def on_accepted(facts: Sent, *, gate: Gate) -> Step[Sent]:
    """Return the answer to ReferralAccepted: there is one in every state. `gate` is gate 2, found in this transaction."""
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
    return Step(replace(facts, state=state, answer=reason), (Say("CustodyKept", {"reason": reason}),), (Effect.TELL_TEAM,))


def on_declined(facts: Sent) -> Step[Sent]:
    """Return the step of ReferralDeclined: the case stays, and a named team is told (loss L2)."""
    if facts.by_itself or facts.answer:
        return Step(facts, effects=(Effect.ALARM,))
    if facts.state in S_UNANSWERED or facts.state is State.REVOKING:
        return Step(replace(facts, state=State.DECLINED, recipient_out=True), effects=(Effect.TELL_TEAM,))
    return Step(replace(facts, recipient_out=True))


def on_advice(facts: Sent) -> Step[Sent]:
    """Return the step of AdviceGiven."""
    if facts.kind is not Kind.ADVICE:
        return Step(facts, effects=(Effect.ALARM,))
    if facts.state in S_UNANSWERED or facts.state is State.REVOKING:
        return Step(replace(facts, state=State.CLOSED), effects=(Effect.TELL_TEAM,))
    return Step(facts)


def on_revocation_confirmed(facts: Sent) -> Step[Sent]:
    """Return the step of RevocationConfirmed, also for a tenant that forgot having asked."""
    if facts.kind is not Kind.SHARE and facts.answer == "released":
        return Step(facts, effects=(Effect.ALARM,))
    shared = facts.kind is Kind.SHARE and facts.state in (State.RELEASED, State.FIRST_CONTACT, State.CLOSED)
    if facts.state in S_UNANSWERED or facts.state is State.REVOKING or shared:
        return Step(replace(facts, state=State.REVOKED, recipient_out=True), effects=(Effect.TELL_TEAM,))
    return Step(facts)


def on_withdrawal_applied(facts: Sent, *, custodian: bool) -> Step[Sent]:
    """Return the step of WithdrawalApplied: how R dealt with it, and whether R answers for the case."""
    facts = replace(facts, consent_withdrawn=True, recipient_out=facts.recipient_out or not custodian)
    if facts.state in S_UNANSWERED:
        facts = replace(facts, state=State.WITHDRAWN)
    return Step(facts, effects=(Effect.TELL_TEAM,))


def on_held(facts: Sent) -> Step[Sent]:
    """Return the step of DossierHeld: R can read the dossier."""
    return Step(replace(facts, held=True))


def on_custody_ended(facts: Sent) -> Step[Sent]:
    """Return the step of CustodyEnded: R has applied CustodyKept."""
    return Step(replace(facts, recipient_out=True))


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


def old_handed_back(facts: F) -> Step[F]:
    """Return the step of the old referral when its hand back is released, on either side."""
    legal = {State.RELEASED, State.FIRST_CONTACT, State.HELD, State.ACCEPTED}
    if facts.state in legal:
        return Step(replace(facts, state=State.HANDED_BACK))
    return Step(facts)


# --- R: what S's words do -------------------------------------------------------------------------


def on_offered(facts: Received) -> Step[Received]:
    """Return the step of ReferralOffered or ReferralHandedBack arriving, also after a tombstone (F14, F15)."""
    if facts.state is not None:
        return Step(facts)
    if facts.revocation_asked:
        return Step(replace(facts, state=State.REVOKED), (Say("RevocationConfirmed"),), (Effect.ERASE_COPY,))
    if facts.consent_withdrawn:
        return Step(replace(facts, state=State.WITHDRAWN), effects=(Effect.ERASE_COPY,))
    if facts.by_itself:
        return _accept(facts)
    return Step(replace(facts, state=State.RECEIVED), effects=(Effect.TELL_TEAM,))


def on_revocation_asked(facts: Received) -> Step[Received]:
    """Return R's verdict on RevocationAsked: R alone decides which came first (F13)."""
    facts = replace(facts, revocation_asked=True)
    if facts.state is None:
        return Step(facts)
    shared = facts.kind is Kind.SHARE and facts.state is not State.DECLINED
    if facts.state in R_UNANSWERED or shared:
        effects = (Effect.ERASE_COPY, Effect.TELL_TEAM)
        return Step(replace(facts, state=State.REVOKED, has_dossier=False), (Say("RevocationConfirmed"),), effects)
    if facts.accepted:
        return Step(facts, effects=(Effect.SEND_ACCEPTANCE_AGAIN,))
    if facts.state is State.WITHDRAWN:
        return Step(facts, (Say("RevocationConfirmed"),))
    return Step(facts)


def on_consent_withdrawn(facts: Received) -> Step[Received]:
    """Return R's answer to ConsentWithdrawn.

    An R that accepted a handover does not drop custody on this alone, because a release may be on
    its way: it waits for CustodyKept or for the release. What it was lawfully given before stays
    (GDPR art. 7(3)), restricted.
    """
    facts = replace(facts, consent_withdrawn=True)
    if facts.state in R_UNANSWERED or (facts.kind is Kind.SHARE and facts.state not in (None, State.DECLINED, State.REVOKED)):
        facts = replace(facts, state=State.WITHDRAWN, has_dossier=False)
        return Step(facts, (_applied("erased", custodian=False),), (Effect.ERASE_COPY, Effect.TELL_TEAM))
    if facts.custody_open:
        return Step(facts, (_applied("restricted", custodian=True),), (Effect.TELL_TEAM,))
    return Step(facts, (_applied("erased", custodian=False),), (Effect.ERASE_COPY,))


def _applied(handling: str, *, custodian: bool) -> Say:
    return Say("WithdrawalApplied", {"handling": handling, "custodian": custodian})


def on_released(facts: Received, *, dossier: bool) -> Step[Received]:
    """Return the step of DossierReleased; `dossier` says whether readable blocks came beside it.

    A custodian without a dossier hands back at once, but a hand back is never handed back by itself:
    who gets a case back has its own file.
    """
    if facts.state is not State.ACCEPTED or facts.released:
        return Step(facts, effects=(Effect.ERASE_COPY,))
    facts = replace(facts, released=True)
    readable = dossier and not facts.consent_withdrawn
    back = (Effect.MARK_OLD_HANDED_BACK, Effect.REOPEN_OWN_FILE) if facts.hand_back else ()
    if readable:
        facts = replace(facts, state=State.HELD, has_dossier=True)
        return Step(facts, (Say("DossierHeld"),), (*back, Effect.APPLY_DOSSIER, Effect.TELL_TEAM))
    if facts.hand_back:
        return Step(replace(facts, state=State.HELD), (Say("DossierHeld"),), (*back, Effect.TELL_TEAM))
    if facts.kind is Kind.SHARE:
        return Step(replace(facts, state=State.KEPT), effects=(Effect.TELL_TEAM,))
    return Step(facts, effects=(Effect.HAND_BACK_BY_ITSELF, Effect.TELL_TEAM))


def on_custody_kept(facts: Received, *, reason: str) -> Step[Received]:
    """Return the step of CustodyKept: only this ends R's custody without a release."""
    effects = [Effect.TELL_TEAM, Effect.ERASE_COPY]
    if facts.custody_open:
        effects.append(Effect.END_CUSTODY)
    state = facts.state
    if state is State.ACCEPTED:
        state = State.WITHDRAWN if reason == Gate.WITHDRAWN.value else State.KEPT
    return Step(replace(facts, state=state, custody_open=False), (Say("CustodyEnded"),), tuple(effects))


# --- R: what people do ----------------------------------------------------------------------------


def open_offer(facts: Received) -> Step[Received]:
    """Return the step of a person opening the offer: a human has seen it. Raises ReferralStateConflict."""
    if facts.state is not State.RECEIVED:
        raise _refuse(facts, "opened")
    return Step(replace(facts, state=State.OPENED), (Say("ReferralOpened"),))


def accept(facts: Received) -> Step[Received]:
    """Return the step of an acceptance: with its commit R answers for the case. Raises ReferralStateConflict, WrongReferralKind."""
    if facts.kind is Kind.ADVICE:
        raise WrongReferralKind("A request for advice is answered with advice or declined, never accepted.")
    if facts.state is not State.OPENED:
        raise _refuse(facts, "accepted")
    return _accept(facts)


def _accept(facts: Received) -> Step[Received]:
    moves = facts.kind is Kind.HANDOVER
    effects = (Effect.OPEN_CUSTODY, Effect.TELL_TEAM) if moves else (Effect.TELL_TEAM,)
    facts = replace(facts, state=State.ACCEPTED, accepted=True, custody_open=moves)
    return Step(facts, (Say("ReferralAccepted"),), effects)


def decline(facts: Received, *, reason: str) -> Step[Received]:
    """Return the step of a no with its reason. Raises ReferralStateConflict."""
    if facts.state is not State.OPENED or facts.by_itself:
        raise _refuse(facts, "declined")
    return Step(replace(facts, state=State.DECLINED), (Say("ReferralDeclined", {"reason": reason}),), (Effect.ERASE_COPY,))


def advise(facts: Received) -> Step[Received]:
    """Return the step of an answer to a request for advice. Raises ReferralStateConflict, WrongReferralKind."""
    if facts.kind is not Kind.ADVICE:
        raise WrongReferralKind("Only a request for advice is answered with advice.")
    if facts.state is not State.OPENED:
        raise _refuse(facts, "answered")
    return Step(replace(facts, state=State.CLOSED), (Say("AdviceGiven"),))


def report_progress(facts: Received, *, progress: str) -> Step[Received]:
    """Return the step of a report to S: `firstContact`, `appointment` or `noShow`. Raises ReferralStateConflict."""
    if facts.state not in R_WORKING or (progress == "firstContact" and facts.state is State.FIRST_CONTACT):
        raise _refuse(facts, "reported on")
    state = State.FIRST_CONTACT if progress == "firstContact" else facts.state
    return Step(replace(facts, state=state), (Say("ProgressReported", {"progress": progress}),))


def report_outcome(facts: Received, *, outcome: str) -> Step[Received]:
    """Return the step that closes the loop. Raises ReferralStateConflict."""
    if facts.state not in R_WORKING:
        raise _refuse(facts, "closed")
    return Step(replace(facts, state=State.CLOSED), (Say("OutcomeReported", {"outcome": outcome}),))


def check_hand_back(facts: Received) -> None:
    """Will raise ReferralStateConflict or WrongReferralKind when R's people cannot hand this referral back now."""
    if facts.kind is not Kind.HANDOVER:
        raise WrongReferralKind("Only a handover is handed back; a share is closed with an outcome.")
    if facts.state not in R_WORKING or not facts.custody_open:
        raise _refuse(facts, "handed back")
