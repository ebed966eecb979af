"""Every read of a region's knowledge. `visible_to` is the one door: pages, GraphQL and the index stand behind it."""

import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Min, Q, QuerySet

from federation import clock
from federation.bus import directory, local
from federation.contracts.directory import DirectoryRecord
from federation.identity.actor import Actor
from regional.progress import rules
from regional.progress.models import Forgotten, Progress, Statement

ProgressRow: TypeAlias = Progress
"""A referral as pages and graph name it, which may not look into the models."""

STATE_OF_CLOCK = {"firstContactAt": "firstContact", "handedBackAt": "handedBack"}


MOST_STATEMENTS = 50
"""A life line shows the newest words; there are about ten a side."""


def own_towns(known: Collection[DirectoryRecord] | None = None) -> frozenset[str]:
    """Return the municipalities that lie in this region, by their believed records.

    `known` are the records of all municipalities, where the caller has read them already.
    """
    own = local.participant()
    records = directory.of_level("municipal") if known is None else known
    return frozenset(record.participant for record in records if record.region == own)


def visible_to(actor: Actor, known: Collection[DirectoryRecord] | None = None) -> QuerySet[Progress]:
    """Return the referrals with one side in this region; nothing else exists for its coordinators.

    `known` as for `own_towns`. Raises MissingPermission for everybody else.
    """
    actor.check_role(*rules.READERS)
    if actor.participant != local.participant():
        return Progress.objects.none()
    towns = own_towns(known)
    return Progress.objects.filter(Q(sender__in=towns) | Q(recipient__in=towns))


def get(referral_id: uuid.UUID, *, by: Actor) -> Progress:
    """Return one referral; raise rules.ReferralUnknown when it does not exist for this actor."""
    found = visible_to(by).select_related("sender_statement", "recipient_statement").filter(pk=referral_id).first()
    if found is None:
        raise rules.ReferralUnknown
    return found


def open_ones(*, by: Actor) -> QuerySet[Progress]:
    """Return what is open."""
    return visible_to(by).filter(ended_at__isnull=True)


@dataclass(frozen=True)
class Silence:
    """One page of what is open, and how much is open in all."""

    rows: tuple[Progress, ...]
    more: bool
    """Whether something comes after the last row."""
    open: int
    under_way: int
    """How many of all have had their first contact: nobody owes a sign there for months."""


def silence(*, first: int, after: rules.Rank | None, by: Actor) -> Silence:
    """Return the open referrals after a rank: first what waits for somebody, then what is under way.

    In both the longest silence comes first.
    """
    found, under_way = open_ones(by=by), Q(phase=rules.Phase.UNDER_WAY.value)
    counts = found.aggregate(open=Count("pk"), under_way=Count("pk", filter=under_way))
    if after is not None:
        later = Q(last_sign_at__gt=after.last_sign_at) | Q(last_sign_at=after.last_sign_at, pk__gt=after.id)
        found = found.filter(under_way & later if after.under_way else under_way | later)
    ranked = found.order_by(ExpressionWrapper(under_way, output_field=BooleanField()), "last_sign_at", "pk")
    rows = tuple(ranked[: first + 1])
    return Silence(rows[:first], len(rows) > first, counts["open"], counts["under_way"])


def rank(progress: Progress) -> rules.Rank:
    """Return where a referral stands in the list of silence."""
    return rules.Rank(progress.phase == rules.Phase.UNDER_WAY, progress.last_sign_at, progress.pk)


def in_order_of(
    ids: Iterable[uuid.UUID], *, by: Actor, known: Collection[DirectoryRecord] | None = None
) -> list[Progress]:
    """Return the referrals that the index found, in its order, as they stand here and as far as this actor may see."""
    wanted = list(ids)
    found = visible_to(by, known).in_bulk(wanted)
    return [found[referral_id] for referral_id in wanted if referral_id in found]


def locked(referral_id: uuid.UUID) -> Progress | None:
    """Return the picture of a referral with its row locked until the commit."""
    found = Progress.objects.select_for_update(of=("self",)).select_related("sender_statement", "recipient_statement")
    return found.filter(pk=referral_id).first()


def over(at: datetime.datetime, *, limit: int) -> list[uuid.UUID]:
    """Return the referrals of which everything goes now."""
    found = Progress.objects.filter(ended_at__lt=at - rules.KEPT_AFTER_END).order_by("ended_at", "pk")
    return list(found.values_list("pk", flat=True)[:limit])


def clocks_of(statement: Statement) -> dict[str, datetime.datetime]:
    """Return when a side came into each state, by the state's code."""
    return {
        STATE_OF_CLOCK.get(name, name.removesuffix("At")): datetime.datetime.fromisoformat(text)
        for name, text in statement.clocks.items()
    }


def heard(statement: Statement) -> dict[str, datetime.datetime]:
    """Return the same, no clock later than its word came here: a clock that runs ahead decides nothing."""
    return {state: min(time, statement.stored_at) for state, time in clocks_of(statement).items()}


def closed_days(at: datetime.datetime) -> frozenset[datetime.date]:
    """Return the days on which this region does not work, this year's and those around it."""
    own, year = local.tenant(), clock.today_in_brussels(at).year
    return clock.closed_days(own.holidays, own.closures, (year - 1, year, year + 1))


def silent_days(progress: Progress, *, at: datetime.datetime) -> int:
    """Return for how many working days neither side has moved."""
    return rules.silent_days(progress.last_sign_at, at=at, closed=closed_days(at))


def silent_for(since: datetime.datetime, *, at: datetime.datetime, closed: Collection[datetime.date]) -> int:
    """Return for how many working days nothing has moved since an instant."""
    return rules.silent_days(since, at=at, closed=closed)


def sides_disagree(progress: Progress, *, at: datetime.datetime) -> bool:
    """Say whether the two sides have told different stories for longer than a word is under way."""
    return rules.disagree(progress.differs_since, at=at)


def silent_before(days: int, *, at: datetime.datetime) -> datetime.datetime:
    """Return the instant before which the last sign lies of what has been silent for `days` working days."""
    day = rules.silent_before(days, today=clock.today_in_brussels(at), closed=closed_days(at))
    return datetime.datetime.combine(day, datetime.time(), tzinfo=clock.BRUSSELS)


@dataclass(frozen=True)
class Mark:
    """One state of a referral, with the clock of each side that came into it."""

    state: str
    sender_at: datetime.datetime | None
    recipient_at: datetime.datetime | None

    @property
    def first_at(self) -> datetime.datetime:
        """The earlier of the two."""
        return min(at for at in (self.sender_at, self.recipient_at) if at is not None)


Clocks: TypeAlias = Mapping[str, datetime.datetime]
"""When one side came into each state."""


def marks(sender: Clocks, recipient: Clocks) -> tuple[Mark, ...]:
    """Return the states of both sides, the earliest first."""
    found = [Mark(state, sender.get(state), recipient.get(state)) for state in {*sender, *recipient}]
    return tuple(sorted(found, key=lambda mark: (mark.first_at, mark.state)))


@dataclass(frozen=True)
class Received:
    """One statement as it arrived: whose, when it was said, when it was stored here and so receipted."""

    side: str
    version: int
    state: str
    said_at: datetime.datetime
    stored_at: datetime.datetime


@dataclass(frozen=True)
class LifeLine:
    """One referral from both sides."""

    referral: Progress
    marks: tuple[Mark, ...]
    """As each side states them."""
    heard: tuple[Mark, ...]
    """The same, no clock later than its word came here: who answered is told by these."""
    statements: tuple[Received, ...]
    silent_days: int
    sides_disagree: bool


def life_line(progress: Progress, *, at: datetime.datetime) -> LifeLine:
    """Return everything that both sides said of a referral, oldest first."""
    sender, recipient = progress.sender_statement, progress.recipient_statement
    newest = Statement.objects.filter(referral_id=progress.pk).order_by("-said_at", "-pk")[:MOST_STATEMENTS]
    return LifeLine(
        referral=progress,
        marks=marks(clocks_of(sender) if sender else {}, clocks_of(recipient) if recipient else {}),
        heard=marks(heard(sender) if sender else {}, heard(recipient) if recipient else {}),
        statements=tuple(
            Received(one.side, one.version, one.state, one.said_at, one.stored_at) for one in reversed(newest)
        ),
        silent_days=silent_days(progress, at=at),
        sides_disagree=sides_disagree(progress, at=at),
    )


@dataclass(frozen=True)
class Flow:
    """How many open questions are on their way between two towns, and the last sign of the most silent one."""

    sender: str
    recipient: str
    open: int
    last_sign_at: datetime.datetime


def border(*, by: Actor) -> list[Flow]:
    """Return the open referrals per pair of towns; ended ones are never counted per pair."""
    found = open_ones(by=by).values("sender", "recipient").annotate(open=Count("pk"), oldest=Min("last_sign_at"))
    rows = found.order_by("sender", "recipient")
    return [Flow(row["sender"], row["recipient"], row["open"], row["oldest"]) for row in rows]


def due_for_index(limit: int) -> list[Progress]:
    """Return the referrals that the index does not know as they stand."""
    found = Progress.objects.filter(indexed_revision__lt=F("revision")).order_by("revision")
    return list(found[:limit])


def forgotten(limit: int) -> list[Forgotten]:
    """Return what is gone here and still in the index."""
    return list(Forgotten.objects.order_by("revision")[:limit])


def after(referral_id: uuid.UUID | None, *, limit: int) -> list[Progress]:
    """Return the next referrals in the order of their ids: how all are gone through."""
    found = Progress.objects.order_by("pk")
    return list((found.filter(pk__gt=referral_id) if referral_id else found)[:limit])
