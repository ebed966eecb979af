"""The questions that the index is asked: each built here, from fields, with the region's own filter in it.

The index answers with ids alone; what is shown is read from PostgreSQL behind `progress.queries.visible_to`. So a
fault of the index can hide something, and never show what somebody may not see.
"""

import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from federation import clock
from federation.bus import directory
from federation.contracts import codec
from federation.contracts.directory import DirectoryRecord
from federation.identity.actor import Actor
from regional.progress import queries as progress
from regional.progress.rules import UNDER_WAY_AT_MOST, Phase, Rank
from regional.search import index
from regional.search.models import IndexTarget
from regional.search.rules import Criteria, Place

OPEN_PHASES = tuple(phase.value for phase in Phase if phase is not Phase.ENDED)


@dataclass(frozen=True)
class Entry:
    """One line of what was found."""

    referral: progress.ProgressRow
    silent_days: int
    sides_disagree: bool

    @property
    def under_way(self) -> bool:
        """Whether the first contact has been: then a long silence is no fault of anybody."""
        return self.referral.phase == Phase.UNDER_WAY


@dataclass(frozen=True)
class Result:
    """One page of what was found, longest silence first. Ended ones are listed and never counted."""

    entries: tuple[Entry, ...]
    next: Place | None
    counts: Mapping[str, int]
    """How many there are in each open phase, whatever phases were asked for."""


def find(
    criteria: Criteria,
    *,
    first: int,
    after: Place | None,
    known: Collection[DirectoryRecord],
    by: Actor,
    at: datetime.datetime,
) -> Result:
    """Return what is found; `known` are the records of all municipalities. Raises SearchUnavailable."""
    own = progress.own_towns(known)
    found = index.search(question(criteria, first=first, after=after, own=own, at=at))
    rows = progress.in_order_of([one.id for one in found.hits[:first]], by=by, known=known)
    # One more than a page was asked for: where there is one, there is a next page.
    last = found.hits[first - 1] if len(found.hits) > first else None
    more = Place(last.millis, last.id) if last else None
    return Result(entries(rows, at=at), more, {phase: found.counts.get(phase, 0) for phase in OPEN_PHASES})


def place_of(entry: Entry) -> Place:
    """Return the place after an entry."""
    return Place(int(entry.referral.last_sign_at.timestamp() * 1000), entry.referral.pk)


@dataclass(frozen=True)
class Silence:
    """One page of the list of silence: what waits for somebody, after it what is under way, and how much is open."""

    entries: tuple[Entry, ...]
    open: int
    open_under_way: int
    next: Rank | None


def silence(*, first: int, after: Rank | None = None, by: Actor, at: datetime.datetime) -> Silence:
    """Return what has been silent longest, from PostgreSQL alone: it works while the index is away."""
    found = progress.silence(first=first, after=after, by=by)
    return Silence(
        entries=entries(found.rows, at=at),
        open=found.open,
        open_under_way=found.under_way,
        next=progress.rank(found.rows[-1]) if found.more else None,
    )


def entries(rows: Iterable[progress.ProgressRow], *, at: datetime.datetime) -> tuple[Entry, ...]:
    """Return referrals with how long they have been silent and whether their sides disagree."""
    return tuple(Entry(row, progress.silent_days(row, at=at), progress.sides_disagree(row, at=at)) for row in rows)


def towns() -> dict[str, DirectoryRecord]:
    """Return the municipalities that can be one side of a referral here: the form's only choices."""
    return {record.participant: record for record in directory.of_level("municipal")}


def question(
    criteria: Criteria, *, first: int, after: Place | None, own: Collection[str], at: datetime.datetime
) -> dict[str, object]:
    """Return the one body that is sent to the index; `own` are the municipalities of the region.

    The filter of the region stands beside everything that a person chose, in the same `filter`: there is no place
    in it that takes a person's text, and no aggregation but the counts of open phases, which the filter bounds too.
    """
    body: dict[str, object] = {
        "size": first + 1,
        "track_total_hits": False,
        "_source": False,
        "query": {"bool": {"filter": [*_of_the_region(own), *_chosen(criteria, at)]}},
        "aggs": {"phases": {"terms": {"field": "phase", "include": list(OPEN_PHASES), "size": len(OPEN_PHASES)}}},
        "sort": [{"lastSignAt": "asc"}, {"id": "asc"}],
    }
    if criteria.phases:
        body["post_filter"] = {"terms": {"phase": list(criteria.phases)}}
    if after is not None:
        body["search_after"] = [after.millis, str(after.id)]
    return body


def _of_the_region(own: Collection[str]) -> list[dict[str, object]]:
    either = [{"terms": {"from": sorted(own)}}, {"terms": {"to": sorted(own)}}]
    return [{"term": {"gone": False}}, {"bool": {"should": either, "minimum_should_match": 1}}]


def _chosen(criteria: Criteria, at: datetime.datetime) -> list[dict[str, object]]:
    named = {
        "from": criteria.senders,
        "to": criteria.recipients,
        "kind": criteria.kinds,
        "declineReason": criteria.decline_reasons,
    }
    found: list[dict[str, object]] = [{"terms": {field: list(values)}} for field, values in named.items() if values]
    if criteria.states:
        either = [{"terms": {field: list(criteria.states)}} for field in ("senderState", "recipientState")]
        found.append({"bool": {"should": either, "minimum_should_match": 1}})
    if criteria.silent_days is not None:
        before = progress.silent_before(criteria.silent_days, at=at)
        found += [{"terms": {"phase": list(OPEN_PHASES)}}, {"range": {"lastSignAt": {"lt": codec.instant(before)}}}]
    if criteria.began_from or criteria.began_until:
        found.append({"range": {"beganAt": _period(criteria)}})
    if criteria.disagreeing:
        found.append({"range": {"differsSince": {"lt": codec.instant(at - UNDER_WAY_AT_MOST)}}})
    return found


def _period(criteria: Criteria) -> dict[str, str]:
    period = {}
    if criteria.began_from:
        period["gte"] = codec.instant(_midnight(criteria.began_from))
    if criteria.began_until:
        period["lt"] = codec.instant(_midnight(criteria.began_until + datetime.timedelta(days=1)))
    return period


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), tzinfo=clock.BRUSSELS)


def document(row: progress.ProgressRow) -> index.Document:
    """Return a referral as the index keeps it: what can be asked for, and nothing else."""
    found = {
        "id": str(row.pk),
        "from": row.sender,
        "to": row.recipient,
        "kind": row.kind,
        "phase": row.phase,
        "senderState": row.sender_state or None,
        "recipientState": row.recipient_state or None,
        "declineReason": row.decline_reason or None,
        "beganAt": codec.instant(row.began_at),
        "lastSignAt": codec.instant(row.last_sign_at),
        "differsSince": codec.instant(row.differs_since) if row.differs_since else None,
        "gone": False,
    }
    return index.Document(row.pk, row.revision, {name: value for name, value in found.items() if value is not None})


def tombstone(referral_id: uuid.UUID, revision: int, *, at: datetime.datetime) -> index.Document:
    """Return what stands in the index instead of a forgotten referral, so that no late write brings it back."""
    return index.Document(referral_id, revision, {"gone": True, "goneAt": codec.instant(at)})


def targets() -> list[str]:
    """Return the indices that get every change."""
    return list(IndexTarget.objects.order_by("name").values_list("name", flat=True))


def serving() -> str | None:
    """Return the index that answers."""
    return IndexTarget.objects.filter(serving=True).values_list("name", flat=True).first()
