"""Who may do what with a case, and in which order the work goes. Plain Python: no Django, no clock."""

import enum
from collections.abc import Collection
from typing import ClassVar

from federation.errors import DomainError, Kind
from federation.identity.actor import Actor, Role


class StayKind(enum.StrEnum):
    """Where the person lives and goes to school (schemas/codes/stay-kind.yaml)."""

    RESIDENCE = "residence"
    MOVE = "move"
    TEMPORARY_STAY = "temporaryStay"
    SCHOOL_HERE = "schoolHere"
    TWO_HOMES = "twoHomes"


class Block(enum.StrEnum):
    """A part of the file that a person can agree to share, or not. The order is that of the work."""

    IDENTITY = "identity"
    SITUATION_PICTURE = "situationPicture"
    GOALS = "goals"
    WAYS = "ways"
    EVALUATIONS = "evaluations"
    CONTACT_NOTES = "contactNotes"


class LifeDomain(enum.StrEnum):
    """A side of life that the situation picture looks at (schemas/codes/life-domain.yaml)."""

    FAMILY = "family"
    FRIENDS = "friends"
    SCHOOL_OR_WORK = "schoolOrWork"
    LEISURE = "leisure"
    OWN_WORDS = "ownWords"
    """Whatever else the person wants to say, faith included, in his own words and only if he wishes."""
    HELP = "help"
    PROTECTION = "protection"


class ContactKind(enum.StrEnum):
    """How there was contact."""

    HOME_VISIT = "homeVisit"
    PHONE = "phone"
    TABLE = "table"
    SCHOOL = "school"
    NO_SHOW = "noShow"


class Visibility(enum.StrEnum):
    """Who in the town reads a contact note. What is for oneself never leaves it."""

    ME = "me"
    TEAM = "team"
    TABLE = "table"


class LinkKind(enum.StrEnum):
    """How two cases belong together (schemas/codes/link-kind.yaml)."""

    SIBLING = "sibling"


PURPOSES = frozenset({"accessRequest", "complaint", "supervision", "incident", "continuityOfHelp"})
"""Why somebody may open a file that is not in his own work; the code is kept in the access log."""

POSTPONED = frozenset({"personAsked", "personNotReached", "notFree", "waitingForOthers"})
"""Why a planned contact moves to another day (schemas/codes/postpone-reason.yaml)."""

READERS = (Role.CASEWORKER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER)
WRITERS = (Role.CASEWORKER, Role.COORDINATOR)


class CaseNotFound(DomainError):
    """There is no such case."""

    kind = Kind.NOT_FOUND


class PurposeMissing(DomainError):
    """This file opens with a purpose only."""

    kind = Kind.NOT_ALLOWED


class FileClosed(DomainError):
    """This file was handed over: the coordinator and the data protection officer open it, with a purpose."""

    kind = Kind.NOT_ALLOWED


class CustodyElsewhere(DomainError):
    """Another municipality answers for this case, so its file is closed for writing here."""

    kind = Kind.CONFLICT


class AwaitingDossier(DomainError):
    """The file has not arrived yet: until then only contact notes can be written."""

    kind = Kind.CONFLICT


class LostUpdate(DomainError):
    """Somebody changed this since you read it."""

    kind = Kind.CONFLICT
    http: ClassVar[int] = 412


class EntryNotFound(DomainError):
    """There is no such entry."""

    kind = Kind.NOT_FOUND


class EntryInvalid(DomainError):
    """This entry cannot be so."""

    kind = Kind.INVALID


class PictureMissing(DomainError):
    """Goals need a situation picture first."""

    kind = Kind.CONFLICT


class GoalMissing(DomainError):
    """Ways and evaluations belong to a goal of the same case."""

    kind = Kind.CONFLICT


class ContactNoteFixed(DomainError):
    """A contact note is never rewritten; add a note that corrects it."""

    kind = Kind.CONFLICT


class LinkToItself(DomainError):
    """A case is not linked with itself."""

    kind = Kind.INVALID


class AlreadyLinked(DomainError):
    """These two cases are linked already."""

    kind = Kind.CONFLICT


class LinkNotFound(DomainError):
    """There is no such link."""

    kind = Kind.NOT_FOUND


def check_read(actor: Actor, *, team: str, closed: bool, purpose: str) -> None:
    """Raise when the actor may not read a case; another team's case does not exist for a caseworker.

    Raises MissingPermission, CaseNotFound, PurposeMissing or FileClosed.
    """
    actor.check_role(*READERS)
    if purpose and purpose not in PURPOSES:
        message = f"`Zenne-Purpose` is one of: {', '.join(sorted(PURPOSES))}."
        raise PurposeMissing(message)
    needs_purpose = closed
    if not actor.has(Role.COORDINATOR):
        if actor.has(Role.CASEWORKER) and actor.team == team:
            if not closed:
                return
            if not actor.has(Role.DATA_PROTECTION_OFFICER):
                raise FileClosed
        elif not actor.has(Role.DATA_PROTECTION_OFFICER):
            raise CaseNotFound
        needs_purpose = True
    if needs_purpose and not purpose:
        message = f"Say why in the header `Zenne-Purpose`: {', '.join(sorted(PURPOSES))}."
        raise PurposeMissing(message)


def check_known(actor: Actor, *, team: str) -> None:
    """Raise unless the case is in the actor's own work, open or closed: MissingPermission or CaseNotFound."""
    actor.check_role(*WRITERS)
    if not actor.has(Role.COORDINATOR) and actor.team != team:
        raise CaseNotFound


def check_write(actor: Actor, *, team: str, closed: bool, custodian: bool) -> None:
    """Raise when the actor may not write in a case (loss L7: two towns wrote in one case).

    Raises MissingPermission, CaseNotFound or CustodyElsewhere.
    """
    check_known(actor, team=team)
    if closed or not custodian:
        raise CustodyElsewhere


def check_order(block: Block, *, has_picture: bool, goal_found: bool, awaiting_dossier: bool) -> None:
    """Raise when an entry comes before what it builds on: picture, goals, ways, evaluations.

    Raises AwaitingDossier, PictureMissing or GoalMissing.
    """
    if block is Block.CONTACT_NOTES:
        return
    if awaiting_dossier:
        raise AwaitingDossier
    if block is Block.GOALS and not has_picture:
        raise PictureMissing
    if block in {Block.WAYS, Block.EVALUATIONS} and not goal_found:
        raise GoalMissing


def blocks_in_order(blocks: Collection[str]) -> list[Block]:
    """Return `blocks` in the order of the work; an unknown one raises ValueError."""
    wanted = {Block(block) for block in blocks}
    return [block for block in Block if block in wanted]
