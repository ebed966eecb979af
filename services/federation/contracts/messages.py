"""The messages between participants as frozen values, one to one with `schemas/messages`.

A field is the schema's property in snake_case; a property that may be absent is None. Nothing here
knows how a message is written down (`codec`), signed or sealed (`federation.seals`).
"""

import datetime
import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """The recipient has stored the message whose JWS has this digest, durably."""

    digest: str


@dataclass(frozen=True, slots=True)
class MessageRefused:
    """The recipient could not open, verify, read or apply a sealed message, and says why."""

    reason: str
    refused_id: uuid.UUID
    refused_digest: str
    message_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the recipient sees before it accepts: codes only, nothing that names a person."""

    age_band: str
    contact_language: str
    interpreter_needed: bool
    needs: tuple[str, ...]
    urgency: str
    wished_help: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockCount:
    """A block of the file that is offered, and how many entries it has."""

    name: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralOffered:
    """S asks R to take a case, to share in it, or for advice. `answer_by` is advice, not a trigger."""

    kind: str
    team: str
    preview: Preview
    blocks: tuple[BlockCount, ...]
    answer_by: datetime.date
    ground: str | None = None
    custody_row: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralHandedBack:
    """The offer of a new referral that brings custody home; `relates_to` names the old one."""

    reason: str
    by_itself: bool
    kind: str
    team: str
    custody_row: uuid.UUID
    preview: Preview
    blocks: tuple[BlockCount, ...]
    answer_by: datetime.date
    ground: str | None = None


@dataclass(frozen=True, slots=True)
class ReferralOpened:
    """A person at R has seen the offer."""


@dataclass(frozen=True, slots=True)
class ReferralAccepted:
    """A person at R accepts; for a handover R is custodian from this commit on (`custody_row`)."""

    custody_row: uuid.UUID | None = field(default=None, kw_only=True)
    team: str


@dataclass(frozen=True, slots=True)
class ReferralDeclined:
    """A person at R says no."""

    reason: str


@dataclass(frozen=True, slots=True)
class DossierReleased:
    """S answers an acceptance: the dossier goes (`custody` moves or stays), or the statement alone."""

    custody: str
    dossier_digest: str | None = None
    ends_custody_row: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class CustodyKept:
    """S answers an acceptance: nothing goes, S keeps the case. Only this ends R's custody."""

    reason: str


@dataclass(frozen=True, slots=True)
class DossierHeld:
    """R has applied the release and can read the dossier that has this digest."""

    dossier_digest: str | None = None


@dataclass(frozen=True, slots=True)
class CustodyEnded:
    """R has applied CustodyKept and is no longer custodian."""


@dataclass(frozen=True, slots=True)
class AdviceGiven:
    """R answers a request for advice."""

    text: str


@dataclass(frozen=True, slots=True)
class RevocationAsked:
    """S asks to take the referral back; R alone decides which came first."""

    reason: str


@dataclass(frozen=True, slots=True)
class RevocationConfirmed:
    """R confirms that the referral is taken back."""


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """The person has taken consent back at this instant."""

    withdrawn_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class WithdrawalApplied:
    """R says what it did with what it held, and whether it is custodian."""

    handling: str
    ground: str | None = field(default=None, kw_only=True)
    custodian: bool


@dataclass(frozen=True, slots=True)
class ProgressReported:
    """R reports a step with the person, as a code."""

    progress: str
    on: datetime.date


@dataclass(frozen=True, slots=True)
class OutcomeReported:
    """R closes the loop with an outcome."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """When one side itself came into each state of a referral; what did not happen there is None."""

    offered_at: datetime.datetime | None = None
    received_at: datetime.datetime | None = None
    opened_at: datetime.datetime | None = None
    undeliverable_at: datetime.datetime | None = None
    accepted_at: datetime.datetime | None = None
    released_at: datetime.datetime | None = None
    held_at: datetime.datetime | None = None
    first_contact_at: datetime.datetime | None = None
    closed_at: datetime.datetime | None = None
    revoking_at: datetime.datetime | None = None
    revoked_at: datetime.datetime | None = None
    declined_at: datetime.datetime | None = None
    withdrawn_at: datetime.datetime | None = None
    kept_at: datetime.datetime | None = None
    reassigned_at: datetime.datetime | None = None
    handed_back_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressStated:
    """All that one side knows of a referral's course, for a region: clocks and codes. The highest `version` counts."""

    from_: str
    to: str
    kind: str
    state: str
    version: int
    clocks: Clocks
    decline_reason: str | None = None
    revocation_reason: str | None = None
    kept_reason: str | None = None
    hand_back_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CheckpointSigned:
    """The sender's audit log stood at this digest: the peer keeps it as a witness."""

    number: int
    entries: int
    digest: str


@dataclass(frozen=True, slots=True)
class CountsReleased:
    """A municipality releases its protected figures of a closed year, once and for good."""

    programme: int
    year: int
    figures: tuple[str, ...]


Body = (
    MessageReceived
    | MessageRefused
    | ReferralOffered
    | ReferralHandedBack
    | ReferralOpened
    | ReferralAccepted
    | ReferralDeclined
    | DossierReleased
    | CustodyKept
    | DossierHeld
    | CustodyEnded
    | AdviceGiven
    | RevocationAsked
    | RevocationConfirmed
    | ConsentWithdrawn
    | WithdrawalApplied
    | ProgressReported
    | OutcomeReported
    | ProgressStated
    | CheckpointSigned
    | CountsReleased
)

BODIES: dict[str, type[Body]] = {body.__name__: body for body in Body.__args__}
"""Every message type by its name."""

SEQUENCED: frozenset[str] = frozenset(BODIES) - {
    "MessageReceived",
    "MessageRefused",
    "RevocationAsked",
    "ConsentWithdrawn",
    "ProgressStated",
    "CheckpointSigned",
    "CountsReleased",
}
"""The types that take a `seq`: what one side tells the other about one referral, from 1, without gaps."""

OFFERS: frozenset[str] = frozenset({"ReferralOffered", "ReferralHandedBack"})
"""The types that begin a referral: their `seq` is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The signed payload. Identity is (sender, referral, seq), else sender and the digest of the JWS."""

    type: str
    sender: str
    recipient: str
    epoch: int
    time: datetime.datetime
    body: Body
    referral_id: uuid.UUID | None = None
    seq: int | None = None
    relates_to: uuid.UUID | None = None
    consent_digest: str | None = None

    def __post_init__(self) -> None:
        """Will refuse a type that is not its body's: a mistake in our own code, never in input."""
        if BODIES.get(self.type) is not type(self.body):
            raise TypeMismatch(self.type, type(self.body).__name__)


class TypeMismatch(TypeError):
    """A Message was made with a type that is not the name of its body's class."""

    def __init__(self, named: str, body: str) -> None:
        """Will name both."""
        super().__init__(f"a Message of type {named} cannot have a {body} as body")
