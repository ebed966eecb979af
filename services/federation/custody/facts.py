"""What the two sides of a referral know of it, what they may say and do, and which steps are legal."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

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
    """S: end exactly the row that the offer named, and close the file for writing.

    Where a referral had brought that row, its facts go on by `recipient.passed_on`."""
    END_CUSTODY = "endCustody"
    """R: end exactly the row of this referral."""
    APPLY_DOSSIER = "applyDossier"
    """R: store the blocks that came beside the release."""
    ERASE_COPY = "eraseCopy"
    """R: erase preview and dossier of this referral; signed statements stay."""
    REOPEN_OWN_FILE = "reopenOwnFile"
    """The tenant that gets a case back opens its own file for writing again."""
    TAKE_DOSSIER_OUT = "takeDossierOut"
    """S: remove the dossier from a release: R holds it, or may not get it; the statement alone is re-sent."""
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

_ENDED = frozenset({State.DECLINED, State.REVOKED, State.CLOSED, State.REASSIGNED, State.HANDED_BACK})

_VERDICTS = frozenset(
    {
        State.RELEASED,
        State.ACCEPTED,
        State.REVOKED,
        State.DECLINED,
        State.WITHDRAWN,
        State.KEPT,
        State.REASSIGNED,
        State.CLOSED,
    }
)

SENT_STEPS: frozenset[tuple[State, State]] = frozenset(
    [(State.DRAFT, State.OFFERED)]
    + [(State.OFFERED, State.RECEIVED)]
    + [(a, State.OPENED) for a in (State.OFFERED, State.RECEIVED, State.UNDELIVERABLE)]
    + [(a, State.UNDELIVERABLE) for a in (State.OFFERED, State.RECEIVED)]
    + [(a, b) for a in S_UNANSWERED for b in _VERDICTS | {State.REVOKING}]
    + [(State.REVOKING, b) for b in _VERDICTS]
    + [(State.ACCEPTED, b) for b in (State.RELEASED, State.WITHDRAWN, State.KEPT, State.REASSIGNED)]
    + [(a, State.REASSIGNED) for a in (State.WITHDRAWN, State.KEPT)]
    + [(State.RELEASED, State.FIRST_CONTACT), (State.CLOSED, State.REVOKED), (State.CLOSED, State.HANDED_BACK)]
    + [
        (a, b)
        for a in (State.RELEASED, State.FIRST_CONTACT)
        for b in (State.CLOSED, State.HANDED_BACK, State.REVOKING, State.REVOKED)
    ]
)
"""Every legal change of S's state; the database refuses any other as second line."""

RECEIVED_STEPS: frozenset[tuple[State | None, State]] = frozenset(
    [(None, b) for b in (State.RECEIVED, State.REVOKED, State.WITHDRAWN, State.ACCEPTED)]
    + [(State.RECEIVED, b) for b in (State.OPENED, State.REVOKED, State.WITHDRAWN)]
    + [(State.OPENED, b) for b in (State.ACCEPTED, State.DECLINED, State.REVOKED, State.WITHDRAWN, State.CLOSED)]
    + [(State.ACCEPTED, b) for b in (State.HELD, State.WITHDRAWN, State.KEPT, State.REVOKED, State.HANDED_BACK)]
    + [(State.HELD, b) for b in (State.FIRST_CONTACT, State.CLOSED, State.REVOKED, State.WITHDRAWN, State.HANDED_BACK)]
    + [(State.FIRST_CONTACT, b) for b in (State.CLOSED, State.REVOKED, State.WITHDRAWN, State.HANDED_BACK)]
    + [(State.CLOSED, b) for b in (State.REVOKED, State.WITHDRAWN, State.HANDED_BACK)]
    + [(State.KEPT, b) for b in (State.REVOKED, State.WITHDRAWN)]
    + [(State.WITHDRAWN, State.REVOKED)]
)
"""Every legal change of R's state."""


def refuse(facts: Sent | Received, act: str) -> ReferralStateConflict:
    """Return the refusal of `act` in the state that `facts` stand in."""
    state = facts.state.value if facts.state else "none"
    return ReferralStateConflict(f"A referral that is {state} cannot be {act}.", state=state, act=act)


def is_open(facts: Sent) -> bool:
    """Say whether a handover still binds the case, so that no second one may be offered (loss L12)."""
    if facts.state in (State.WITHDRAWN, State.KEPT):
        return not facts.recipient_out
    return facts.state in S_BEFORE_RELEASE


def is_ended(facts: Sent) -> bool:
    """Say whether a signature ended the referral; all others stand on the list of what is overdue in time (loss L1)."""
    if facts.state in (State.WITHDRAWN, State.KEPT):
        return facts.recipient_out
    if facts.kind is Kind.SHARE and facts.state in (State.RELEASED, State.FIRST_CONTACT):
        return facts.recipient_out
    return facts.state in _ENDED


def is_settled(facts: Received) -> bool:
    """Say whether R's custody by this referral waits for nothing more of S, so that R may offer onward."""
    return not facts.custody_open or facts.released


def old_handed_back(facts: F) -> Step[F]:
    """Return the step of the old referral when its hand back is released, on either side.

    It wins over an outcome: the two words travel in two referrals, so S may hear them in either
    order, and both sides must end alike.
    """
    legal = {State.RELEASED, State.FIRST_CONTACT, State.HELD, State.ACCEPTED, State.CLOSED}
    changes: dict[str, Any] = {"custody_open": False} if isinstance(facts, Received) else {}
    if facts.state in legal:
        changes["state"] = State.HANDED_BACK
    return Step(replace(facts, **changes), effects=dossier_done(facts) if isinstance(facts, Sent) else ())


def dossier_done(facts: Sent) -> tuple[Effect, ...]:
    """Return what becomes of a released dossier that R holds, or is not to get: nobody needs it in S's outbox.

    Should R ask again, the statement alone is sent: it applied a release before, or hands back by itself.
    """
    return (Effect.TAKE_DOSSIER_OUT,) if facts.answer == "released" and not facts.by_itself else ()
