"""Who may do what at a partner table, and which case belongs to which. Plain Python: no Django, no clock."""

import datetime
import enum
from collections.abc import Mapping
from types import MappingProxyType

from federation.contracts import codes
from federation.errors import DomainError, Kind
from federation.identity.actor import Actor, Role
from municipal.cases.rules import CustodyElsewhere


class Table(enum.StrEnum):
    """The two tables of a town (schemas/codes/table-kind.yaml)."""

    MINORS = "minors"
    ADULTS = "adults"


class Organisation(enum.StrEnum):
    """Where somebody at the table comes from (schemas/codes/organisation.yaml)."""

    MUNICIPALITY = "municipality"
    SCHOOL = "school"
    PUPIL_GUIDANCE = "pupilGuidance"
    WELFARE_CENTRE = "welfareCentre"
    SOCIAL_SERVICES = "socialServices"
    YOUTH_SERVICE = "youthService"
    SPORTS_CLUB = "sportsClub"
    MOSQUE_ASSOCIATION = "mosqueAssociation"
    POLICE = "police"
    OTHER_PARTNER = "otherPartner"


class Secrecy(enum.StrEnum):
    """What somebody at the table is bound by (schemas/codes/secrecy.yaml)."""

    PROFESSIONAL = "professionalSecrecy"
    OFFICIAL = "officialSecrecy"
    DISCRETION = "dutyOfDiscretion"


class State(enum.StrEnum):
    """How far an agreement is (schemas/codes/agreement-state.yaml)."""

    OPEN = "open"
    POSTPONED = "postponed"
    DONE = "done"
    DID_NOT_WORK = "didNotWork"


class Direction(enum.StrEnum):
    """Where a point of the agenda moves."""

    UP = "up"
    DOWN = "down"


UNSETTLED = frozenset({State.OPEN, State.POSTPONED})
"""Somebody still has to do it."""

FULL_AGE = 18
NAME_LENGTH = 80
TEXT_LENGTH = 300
"""An agreement is one line."""
WORKERS = (Role.CASEWORKER, Role.COORDINATOR)
"""Who chairs a table, sits at it for the town, and works on what was agreed."""

SECRECY: Mapping[Organisation, Secrecy] = MappingProxyType(
    {
        Organisation.MUNICIPALITY: Secrecy.OFFICIAL,
        Organisation.SCHOOL: Secrecy.DISCRETION,
        Organisation.PUPIL_GUIDANCE: Secrecy.PROFESSIONAL,
        Organisation.WELFARE_CENTRE: Secrecy.PROFESSIONAL,
        Organisation.SOCIAL_SERVICES: Secrecy.PROFESSIONAL,
        Organisation.YOUTH_SERVICE: Secrecy.DISCRETION,
        Organisation.SPORTS_CLUB: Secrecy.DISCRETION,
        Organisation.MOSQUE_ASSOCIATION: Secrecy.DISCRETION,
        Organisation.POLICE: Secrecy.PROFESSIONAL,
        Organisation.OTHER_PARTNER: Secrecy.DISCRETION,
    }
)
"""What people of an organisation are bound by as a rule; shown, so that everybody at the table knows it."""


class MeetingNotFound(DomainError):
    """There is no such meeting."""

    kind = Kind.NOT_FOUND


class SeatNotFound(DomainError):
    """Nobody of that name sits at this table."""

    kind = Kind.NOT_FOUND


class ItemNotFound(DomainError):
    """There is no such point on the agenda."""

    kind = Kind.NOT_FOUND


class AgreementNotFound(DomainError):
    """There is no such agreement."""

    kind = Kind.NOT_FOUND


class MeetingInvalid(DomainError):
    """This cannot be so for a partner table."""

    kind = Kind.INVALID


class MeetingTooFar(MeetingInvalid):
    """A meeting lies within a year from today."""

    kind = Kind.INVALID


class SeatElsewhere(MeetingInvalid):
    """You sit at the table for your municipality."""

    kind = Kind.INVALID


class MeetingOnThatDay(DomainError):
    """This table meets on that day already."""

    kind = Kind.CONFLICT


class AgendaNotEmpty(DomainError):
    """Cases stand on the agenda of this meeting: take them off first."""

    kind = Kind.CONFLICT


class SeatTaken(DomainError):
    """This person sits at the table already."""

    kind = Kind.CONFLICT


class SeatNotEmpty(DomainError):
    """What was agreed at this meeting names this person: mark the person as excused instead."""

    kind = Kind.CONFLICT


class OnAgendaAlready(DomainError):
    """This case is on the agenda already."""

    kind = Kind.CONFLICT


class OtherTable(DomainError):
    """By the person's age on that day the case belongs to the other table."""

    kind = Kind.CONFLICT


class AgeUnknown(DomainError):
    """The birth date is not known yet, so nobody can say which table fits."""

    kind = Kind.CONFLICT


class ItemHasAgreements(DomainError):
    """Something was agreed at this point: it stays in the minutes."""

    kind = Kind.CONFLICT


class AgreementInvalid(DomainError):
    """This cannot be agreed so."""

    kind = Kind.INVALID


class DayPassed(AgreementInvalid):
    """This day has passed already."""

    kind = Kind.INVALID


class DayNotLater(AgreementInvalid):
    """Postponed means a later day than the one that was agreed."""

    kind = Kind.INVALID


class ToldToOneself(AgreementInvalid):
    """Who does it tells somebody else, or the person."""

    kind = Kind.INVALID


class AgreementSettled(DomainError):
    """This agreement was done, or did not work; take that back first."""

    kind = Kind.CONFLICT


class AgreementNotSettled(DomainError):
    """This agreement still has to be done: there is nothing to take back."""

    kind = Kind.CONFLICT


def table_at(age: int) -> Table:
    """Return the table for a person of `age` years."""
    return Table.MINORS if age < FULL_AGE else Table.ADULTS


def last_adult_birthday(day: datetime.date) -> datetime.date:
    """Return the latest birth date of somebody who is of full age on `day`; who was born later is a minor."""
    try:
        return day.replace(year=day.year - FULL_AGE)
    except ValueError:  # 29 February, and no such day eighteen years before
        return day.replace(year=day.year - FULL_AGE, day=28)


def coming_of_age(birth_on: datetime.date) -> datetime.date:
    """Return the first day on which somebody is of full age."""
    try:
        return birth_on.replace(year=birth_on.year + FULL_AGE)
    except ValueError:  # born on 29 February
        return datetime.date(birth_on.year + FULL_AGE, 3, 1)


def check_worker(actor: Actor) -> None:
    """Raise MissingPermission unless the actor works with tables; asked before anything is looked up."""
    actor.check_role(*WORKERS)


def check_settle(actor: Actor, *, team: str, own: bool, closed: bool) -> None:
    """Raise unless the actor may say how far an agreement is: his own, of his team's cases, or as coordinator.

    What is left open of a case that was handed over is the coordinator's to end.
    Raises MissingPermission, AgreementNotFound or CustodyElsewhere.
    """
    check_worker(actor)
    if actor.has(Role.COORDINATOR):
        return
    if not own and actor.team != team:
        raise AgreementNotFound
    if closed:
        raise CustodyElsewhere


def check_due(due_on: datetime.date, *, today: datetime.date, field: str) -> None:
    """Raise DayPassed when a day on which something is due has passed."""
    if due_on < today:
        raise DayPassed(field=field)


def check_postpone_reason(reason: str) -> None:
    """Raise AgreementInvalid unless `reason` is a code of the list postpone-reason."""
    known = codes.ordered("postpone-reason")
    if reason not in known:
        message = f"`reason` is one of: {', '.join(known)}."
        raise AgreementInvalid(message, field="reason")


def initials(first_name: str, last_name: str) -> str:
    """Return how a person is called on a projector: `E.R.`, and nothing else."""
    return f"{first_name[:1]}.{last_name[:1]}.".upper()
