"""Who may do what with a referral, and what an offer may ask. Plain Python: no Django, no clock."""

import datetime
import enum
import json
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass

from federation.contracts import codes
from federation.contracts.messages import BlockCount, Preview
from federation.custody.facts import Kind, ReferralStateConflict, State
from federation.errors import DomainError, Kind as ErrorKind
from federation.identity.actor import Actor, MissingPermission, Role
from municipal.people import rules as people


class Direction(enum.StrEnum):
    """Which side of a referral this town is."""

    SENT = "sent"
    RECEIVED = "received"


class Custody(enum.StrEnum):
    """Where the case of a referral lies, as this town knows it."""

    HERE = "here"
    THERE = "there"
    BOTH = "both"
    """In transfer: both of you answer for this person."""


BLOCKS = ("identity", "situationPicture", "goals", "ways", "evaluations", "contactNotes")
"""The order of the work; a dossier keeps it."""

READERS = (Role.CASEWORKER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER)
ACTORS = (Role.CASEWORKER, Role.COORDINATOR)
WHOLE_TOWN = (Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER)

LARGEST_DOSSIER = 700 * 1024
"""Bytes of the dossier as a JSON string. Sealed, encoded and padded it still fits into a record of 1 MiB."""


class ReferralUnknown(DomainError):
    """There is no such referral."""

    kind = ErrorKind.NOT_FOUND


class OfferInvalid(DomainError):
    """This cannot be offered so."""

    kind = ErrorKind.INVALID


class RecipientUnknown(DomainError):
    """No municipality with which this town may exchange has this id."""

    kind = ErrorKind.INVALID


class ProtocolMissing(DomainError):
    """No protocol between the two towns is in force for this kind of referral."""

    kind = ErrorKind.CONFLICT


class NoLegalBasis(DomainError):
    """The ground is not in this town's list for today."""

    kind = ErrorKind.CONFLICT


class TemporaryStay(DomainError):
    """A temporary stay never moves custody: share the case instead, and it stays yours.

    Loss L20: a temporary stay read as a move.
    """

    kind = ErrorKind.CONFLICT


class HandBackUnfounded(DomainError):
    """Nothing that we handed over to the sender is handed back by this."""

    kind = ErrorKind.CONFLICT


class NotYourReferral(DomainError):
    """This is said by a town that has no part in the referral, or by the wrong side of it."""

    kind = ErrorKind.NOT_ALLOWED


@dataclass(frozen=True, kw_only=True)
class Help:
    """What is asked for, in codes; age, language and interpreter are read from the case, never typed."""

    needs: tuple[str, ...]
    urgency: str
    wished_help: tuple[str, ...] = ()


def sees(actor: Actor, *, team: str) -> bool:
    """Say whether a referral of `team` exists for this actor."""
    return actor.has(*WHOLE_TOWN) or (actor.has(Role.CASEWORKER) and actor.team == team)


def may_act(actor: Actor, *, team: str) -> bool:
    """Say whether the actor may act on a referral of `team`."""
    return actor.has(Role.COORDINATOR) or (actor.has(Role.CASEWORKER) and actor.team == team)


def check_act(actor: Actor, *, team: str) -> None:
    """Raise MissingPermission by role, ReferralUnknown by team: another team's referral does not exist."""
    actor.check_role(*ACTORS)
    if not may_act(actor, team=team):
        raise ReferralUnknown


def check_code(name: str, code: str, *, field: str) -> None:
    """Raise OfferInvalid unless `code` is on the list `name`."""
    if code not in codes.codes(name):
        message = f"`{field}` is one of: {', '.join(codes.ordered(name))}."
        raise OfferInvalid(message, field=field)


def check_help(wanted: Help) -> None:
    """Raise OfferInvalid unless the help is told in known codes, each once, and at least one need."""
    check_code("urgency", wanted.urgency, field="urgency")
    for field, name, given in (("needs", "need", wanted.needs), ("wishedHelp", "wished-help", wanted.wished_help)):
        for code in given:
            check_code(name, code, field=field)
        if len(set(given)) != len(given):
            raise OfferInvalid("Each code stands once.", field=field)
    if not wanted.needs:
        raise OfferInvalid("At least one need is told, so that the other town can judge.", field="needs")


def check_recipient(to: str, *, own: str, peers: Collection[str]) -> None:
    """Raise RecipientUnknown unless `to` is another town that we may exchange with."""
    if to == own:
        raise RecipientUnknown("A referral goes to another municipality, never to oneself.", field="recipient")
    if to not in peers:
        raise RecipientUnknown(field="recipient")


def check_protocol(kind: Kind, *, allowed: Container[str]) -> None:
    """Raise ProtocolMissing unless the towns' protocol of today allows this kind."""
    if kind not in allowed:
        raise ProtocolMissing(referralKind=kind.value)


def check_ground(kind: Kind, ground: str, *, grounds: Collection[str]) -> None:
    """Raise NoLegalBasis unless share and handover name a ground of today, beside the consent."""
    if kind is Kind.ADVICE:
        if ground:
            raise OfferInvalid("A request for advice processes nobody's data, so it names no ground.", field="ground")
        return
    if ground not in grounds:
        message = f"`ground` is one of: {', '.join(sorted(grounds))}."
        raise NoLegalBasis(message)


def check_blocks(kind: Kind, blocks: Collection[str]) -> tuple[str, ...]:
    """Return `blocks` in the order of the work; raise OfferInvalid where they do not fit the kind.

    Advice has none. A handover without the person's identity would give the other town the care for
    somebody whom it cannot find.
    """
    unknown = sorted(set(blocks) - set(BLOCKS))
    if unknown:
        raise OfferInvalid(f"`blocks` are of: {', '.join(BLOCKS)}.", field="blocks")
    if len(set(blocks)) != len(blocks):
        raise OfferInvalid("Each block stands once.", field="blocks")
    if kind is Kind.ADVICE and blocks:
        raise OfferInvalid("A request for advice names nobody: it has no blocks.", field="blocks")
    if kind is not Kind.ADVICE and "identity" not in blocks:
        raise OfferInvalid("Without `identity` the other town cannot find the person.", field="blocks")
    return tuple(block for block in BLOCKS if block in blocks)


def check_answer_by(answer_by: datetime.date, *, today: datetime.date) -> None:
    """Raise OfferInvalid unless the day lies ahead and within a year; it is advice to people, never a trigger."""
    if not today <= answer_by <= today + datetime.timedelta(days=366):
        raise OfferInvalid("`answerBy` is a day from today on, within a year.", field="answerBy")


def fits(dossier: str) -> bool:
    """Say whether a dossier can travel; what cannot must keep the case where it is, never block the bus."""
    return len(json.dumps(dossier, ensure_ascii=False).encode()) <= LARGEST_DOSSIER


def check_stay(kind: Kind, stay_kind: str) -> None:
    """Raise TemporaryStay when a handover is asked for somebody who only stays elsewhere for a while (loss L20)."""
    if kind is Kind.HANDOVER and stay_kind == "temporaryStay":
        raise TemporaryStay


AGE_BANDS = ((12, "under12"), (16, "from12To15"), (18, "from16To17"), (26, "from18To25"), (65, "from26To64"))


def age_band(age: int) -> str:
    """Return the band in which an age is told before acceptance; a birth date would find the person."""
    return next((band for below, band in AGE_BANDS if age < below), "from65")


def custody_of_sent(*, kind: Kind, state: str, answer: str) -> Custody:
    """Return where the case lies as the sender knows it; only handovers move it (I7)."""
    if kind is Kind.HANDOVER and answer == "released" and state != State.HANDED_BACK:
        return Custody.THERE
    if kind is Kind.HANDOVER and state == State.ACCEPTED:
        return Custody.BOTH
    return Custody.HERE


def custody_of_received(*, custody_open: bool, released: bool) -> Custody:
    """Return where the case lies as the recipient knows it."""
    if not custody_open:
        return Custody.THERE
    return Custody.HERE if released else Custody.BOTH


def in_order(blocks: Iterable[BlockCount]) -> tuple[BlockCount, ...]:
    """Return counted blocks in the order of the work."""
    return tuple(sorted(blocks, key=lambda block: BLOCKS.index(block.name)))


def preview(person: people.Details | None, wanted: Help, *, today: datetime.date) -> Preview:
    """Return what the other town sees before it accepts: no name, no birth date, no story. Raises PersonUnknown."""
    if person is None:
        raise PersonUnknown
    return Preview(
        age_band=age_band(people.age(person.birth_on, on=today)),
        contact_language=person.contact_language,
        interpreter_needed=person.interpreter_needed,
        needs=wanted.needs,
        urgency=wanted.urgency,
        wished_help=wanted.wished_help,
    )


def preview_json(preview: Preview) -> dict[str, object]:
    """Return a preview as it is stored."""
    return {
        "ageBand": preview.age_band,
        "contactLanguage": preview.contact_language,
        "interpreterNeeded": preview.interpreter_needed,
        "needs": list(preview.needs),
        "urgency": preview.urgency,
        "wishedHelp": list(preview.wished_help),
    }


@dataclass(frozen=True)
class Reminder:
    """Who is told, so many working days after the day by which an answer was hoped for (loss L1)."""

    code: str
    after: int
    role: str
    side: Direction


REMINDERS = (
    Reminder("answerDue", 0, "team", Direction.RECEIVED),
    Reminder("answerOverdue", 2, "deputy", Direction.RECEIVED),
    Reminder("answerOverdue", 5, "coordinator", Direction.RECEIVED),
    Reminder("answerOverdue", 5, "coordinator", Direction.SENT),
    Reminder("answerMissing", 7, "team", Direction.SENT),
)
"""Never closed by silence: the case stays with the sender until the recipient signs."""

WITHDRAWAL_ALARM_HOURS = 72


def check_side(direction: str, needed: Direction, *, act: str, state: str) -> None:
    """Raise ReferralStateConflict when the wrong side of a referral acts: each has its own verbs."""
    if direction != needed:
        who = "the municipality that sent it" if needed is Direction.SENT else "the municipality that received it"
        message = f"Only {who} can say this about a referral."
        raise ReferralStateConflict(message, state=state, act=act)


class PersonUnknown(DomainError):
    """Nobody can be referred of whom this town does not know the birth date: fill in the case first."""

    kind = ErrorKind.CONFLICT


def check_assigned(actor: Actor, team: str, *, known: Collection[str]) -> None:
    """Raise unless the actor may give an accepted referral to `team`: a caseworker only to the own one.

    Raises OfferInvalid or MissingPermission.
    """
    check_team(team, known=known)
    if not actor.has(Role.COORDINATOR) and team != actor.team:
        raise MissingPermission("A coordinator gives a referral to another team.")


def check_team(team: str, *, known: Collection[str]) -> None:
    """Raise OfferInvalid unless the other town has this team: an offer goes to people, not to a town (loss L14)."""
    if team not in known:
        message = f"`team` is one of: {', '.join(sorted(known))}."
        raise OfferInvalid(message, field="team")


LONGEST_ADVICE = 8000
