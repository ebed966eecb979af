"""What two sides' words about one referral come to. Plain Python: no Django, no clock."""

import datetime
import enum
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from federation import clock
from federation.errors import DomainError, Kind as ErrorKind
from federation.identity.actor import Role

READERS = (Role.REGIONAL_COORDINATOR,)


class Side(enum.StrEnum):
    """Whose word a statement is."""

    SENDER = "sender"
    RECIPIENT = "recipient"


class Phase(enum.StrEnum):
    """What a referral waits for (code list `referral-phase`)."""

    WAITS_FOR_ANSWER = "waitsForAnswer"
    NOT_DELIVERED = "notDelivered"
    IN_TRANSFER = "inTransfer"
    WAITS_FOR_FIRST_CONTACT = "waitsForFirstContact"
    UNDER_WAY = "underWay"
    ENDED = "ended"


class ReferralUnknown(DomainError):
    """There is no such referral in this region."""

    kind = ErrorKind.NOT_FOUND


class NotInThisRegion(DomainError):
    """Neither side of the referral lies in this region."""

    kind = ErrorKind.NOT_ALLOWED


class AnotherReferral(DomainError):
    """This id names a referral between other municipalities, or of another kind."""

    kind = ErrorKind.CONFLICT


class VersionReused(DomainError):
    """This version said something else before."""

    kind = ErrorKind.CONFLICT


KEPT_AFTER_END = datetime.timedelta(days=90)
"""So long a coordinator can look back at what is over; then it goes."""

UNDER_WAY_AT_MOST = datetime.timedelta(hours=1)
"""A word of one side reaches the other within seconds; a difference that stands longer is shown to people."""

ENDED = frozenset({"closed", "declined", "revoked", "withdrawn", "kept", "reassigned", "handedBack"})
LED_SOMEWHERE = frozenset({"closed", "handedBack"})

AT_REST = frozenset(
    {
        ("received", "received"),
        ("opened", "opened"),
        ("accepted", "accepted"),
        ("released", "held"),
        ("firstContact", "firstContact"),
        # nothing came, and the sender knows it
        ("undeliverable", ""),
        # a share that a withdrawn consent ended at the recipient alone: the sender had the case all along
        ("released", "withdrawn"),
        ("firstContact", "withdrawn"),
        ("closed", "withdrawn"),
    }
)
"""States of sender and recipient, "" for one that has said nothing, that stand side by side when all is delivered."""


def agree(sender: str, recipient: str) -> bool:
    """Say whether the two sides tell the same story; one that is silent about an open referral does not."""
    if (sender, recipient) in AT_REST or sender == "reassigned":
        return True
    if sender in ENDED and not recipient:
        return True  # taken back or withdrawn before it arrived
    if sender in ENDED and recipient in ENDED:
        return (sender in LED_SOMEWHERE) == (recipient in LED_SOMEWHERE)
    return False


def phase(sender: str, recipient: str) -> Phase:
    """Return what a referral waits for: the side that has come furthest tells it, and it ends when both say so."""
    said = {sender, recipient} - {""}
    if said <= ENDED or (said & ENDED and agree(sender, recipient)):
        return Phase.ENDED
    if "firstContact" in said:
        return Phase.UNDER_WAY
    if said & {"released", "held"}:
        return Phase.WAITS_FOR_FIRST_CONTACT
    if "accepted" in said:
        return Phase.IN_TRANSFER
    if said == {"undeliverable"}:
        return Phase.NOT_DELIVERED
    return Phase.WAITS_FOR_ANSWER


BEFORE_ACCEPTANCE = ("", "undeliverable", "offered", "received", "opened", "revoking")
"""States in which the sender alone answers, the least that is known first."""
AFTER_ACCEPTANCE = {
    Phase.IN_TRANSFER: "accepted",
    Phase.WAITS_FOR_FIRST_CONTACT: "released",
    Phase.UNDER_WAY: "firstContact",
}


def furthest(sender: str, recipient: str) -> str:
    """Return the state that tells where the case lies: that of the side that has come furthest, as in `phase`."""
    found = phase(sender, recipient)
    if found is Phase.ENDED:
        return sender if sender in ENDED else recipient
    if found in AFTER_ACCEPTANCE:
        return AFTER_ACCEPTANCE[found]
    known = {state: place for place, state in enumerate(BEFORE_ACCEPTANCE)}
    return max(sender, recipient, key=lambda state: known.get(state, len(known)))


def disagree(differs_since: datetime.datetime | None, *, at: datetime.datetime) -> bool:
    """Say whether a difference has stood for longer than a word is under way."""
    return differs_since is not None and at - differs_since > UNDER_WAY_AT_MOST


def is_over(ended_at: datetime.datetime | None, *, at: datetime.datetime) -> bool:
    """Say whether everything about a referral goes now."""
    return ended_at is not None and at - ended_at > KEPT_AFTER_END


@dataclass(frozen=True)
class Rank:
    """Where a referral stands in the list of silence: what waits for somebody comes before what is under way."""

    under_way: bool
    last_sign_at: datetime.datetime
    id: uuid.UUID


def silent_days(last_sign_at: datetime.datetime, *, at: datetime.datetime, closed: Collection[datetime.date]) -> int:
    """Return for how many working days neither side has moved."""
    start, today = clock.today_in_brussels(last_sign_at), clock.today_in_brussels(at)
    return clock.working_days_after(start, today, closed=closed)


def silent_before(days: int, *, today: datetime.date, closed: Collection[datetime.date]) -> datetime.date:
    """Return the first day that is too late for a last sign of what has been silent for `days` working days."""
    day = today
    while clock.working_days_after(day, today, closed=closed) < days:
        day -= datetime.timedelta(days=1)
    return day + datetime.timedelta(days=1)
