"""Who must agree, to what, and when a consent stands. Plain Python: no Django, no clock."""

import datetime
import enum
from collections.abc import Collection
from dataclasses import dataclass

from federation.errors import DomainError, Kind


class Purpose(enum.StrEnum):
    """What the recipient may do with what it gets; the same word as the kind of the referral."""

    SHARE = "share"
    HANDOVER = "handover"


class Giver(enum.StrEnum):
    """Who agreed."""

    PERSON = "person"
    GUARDIAN = "guardian"
    BOTH = "both"


class How(enum.StrEnum):
    """How it was asked and answered."""

    WRITTEN = "written"
    SPOKEN = "spoken"


BLOCKS = frozenset({"identity", "situationPicture", "goals", "ways", "evaluations", "contactNotes"})


class ConsentNotFound(DomainError):
    """There is no such consent."""

    kind = Kind.NOT_FOUND


class ConsentInvalid(DomainError):
    """This consent cannot be so."""

    kind = Kind.INVALID


class GiverNotEntitled(DomainError):
    """At this age somebody else has to agree."""

    kind = Kind.INVALID


class PersonUnknown(DomainError):
    """The person's birth date is not known here, so nobody can say who has to agree."""

    kind = Kind.CONFLICT


class ConsentOverlaps(DomainError):
    """A consent for this recipient and purpose stands already; in its last two weeks a later one can follow it."""

    kind = Kind.CONFLICT


class AlreadyWithdrawn(DomainError):
    """This consent was withdrawn before."""

    kind = Kind.CONFLICT


class ConsentMissing(DomainError):
    """The person has not agreed to this recipient and purpose: ask now. There is no way around."""

    kind = Kind.CONFLICT


class ConsentExpired(DomainError):
    """The consent has ended: ask again."""

    kind = Kind.CONFLICT


class BlockNotConsented(DomainError):
    """The person has not agreed to all of these blocks."""

    kind = Kind.CONFLICT


@dataclass(frozen=True)
class AgeRule:
    """From which age who has to agree, in one jurisdiction, from a day on."""

    jurisdiction: str
    valid_from: datetime.date
    from_age: int
    giver: Giver


AGE_RULES = (
    # GDPR art. 8 leaves the age to the states for online services only; for help to minors the towns follow
    # civil law's discernment: none below 12, together with a parent until 15, alone from 16.
    AgeRule("BE", datetime.date(2018, 9, 5), 0, Giver.GUARDIAN),
    AgeRule("BE", datetime.date(2018, 9, 5), 12, Giver.BOTH),
    AgeRule("BE", datetime.date(2018, 9, 5), 16, Giver.PERSON),
)


def giver_at(age: int, *, on: datetime.date, jurisdiction: str = "BE") -> Giver:
    """Return who has to agree at an age, by the table in force on a day; raise ConsentInvalid before any table."""
    dates = [rule.valid_from for rule in AGE_RULES if rule.jurisdiction == jurisdiction and rule.valid_from <= on]
    if not dates:
        message = "No table of ages was in force on that day."
        raise ConsentInvalid(message, field="givenOn")
    table = [
        rule
        for rule in AGE_RULES
        if rule.jurisdiction == jurisdiction and rule.valid_from == max(dates) and rule.from_age <= age
    ]
    return max(table, key=lambda rule: rule.from_age).giver


def check_giver(giver: Giver, *, age: int, on: datetime.date) -> None:
    """Raise GiverNotEntitled unless the giver is the one that the age asks for."""
    needed = giver_at(age, on=on)
    if giver is not needed:
        message = f"At this age the consent is given by: {needed}."
        raise GiverNotEntitled(message, field="giver", needed=str(needed))


def check_days(*, given_on: datetime.date, valid_until: datetime.date, today: datetime.date) -> None:
    """Raise ConsentInvalid unless the consent was given already and ends later than today, within two years."""
    if given_on > today:
        message = "A consent is recorded once it has been given."
        raise ConsentInvalid(message, field="givenOn")
    if valid_until <= today:
        message = "`validUntil` is the first day on which the consent stands no more; it lies after today."
        raise ConsentInvalid(message, field="validUntil")
    if valid_until > given_on + datetime.timedelta(days=LONGEST):
        message = f"A consent ends after {LONGEST} days at the latest; then ask again."
        raise ConsentInvalid(message, field="validUntil")


LONGEST = 731
"""Days. Nobody remembers for longer what he agreed to."""


@dataclass(frozen=True)
class Days:
    """The days on which a consent stands, the last one not included."""

    stands_from: datetime.date
    valid_until: datetime.date


def stands_from(
    given_on: datetime.date, valid_until: datetime.date, *, others: Collection[Days], today: datetime.date
) -> datetime.date:
    """Return the first day of a consent: that on which it was given, or the end of the one that it renews.

    `others` are those for the same recipient and purpose that stand on a day between. Of two that stand at once nobody
    could say which one a release rested on: a renewal begins where the other ends, and only what ends soon is renewed.
    Raises ConsentOverlaps.
    """
    if not others:
        return given_on
    for one in others:
        ends_soon = one.valid_until <= today + ENDS_SOON
        if len(others) == 1 and one.stands_from <= today and ends_soon and valid_until > one.valid_until:
            return one.valid_until
    raise ConsentOverlaps


ENDS_SOON = datetime.timedelta(days=14)
"""How long before its end a consent is said to end, and can be renewed."""


def check_blocks(wanted: Collection[str], *, consented: Collection[str]) -> None:
    """Raise BlockNotConsented when a wanted block is not among the consented ones."""
    missing = sorted(set(wanted) - set(consented))
    if missing:
        message = f"Not consented: {', '.join(missing)}."
        raise BlockNotConsented(message, blocks=missing)
