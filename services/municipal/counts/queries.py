"""What is known of closed years: episodes to count, frozen cells, and what became of a release."""

import datetime
import enum
from dataclasses import dataclass

from django.db.models import F, Min, Q

from federation import clock
from federation.bus.models import OutboxMessage
from federation.contracts import programmes
from federation.identity.actor import Actor
from municipal.cases.models import CustodyRow
from municipal.counts import rules
from municipal.counts.models import Snapshot


class State(enum.StrEnum):
    """How far a closed year has come (schemas/codes/counted-year-state.yaml)."""

    NOT_FROZEN = "notFrozen"
    FROZEN = "frozen"
    SENT = "sent"
    """Approved and on its way; no receipt yet."""
    RECEIVED = "received"
    REFUSED = "refused"


@dataclass(frozen=True)
class YearView:
    """One closed year. `cells` is empty until it is frozen."""

    year: int
    state: State
    cells: tuple[rules.Cell, ...] = ()
    programme: int = 0
    digest: str = ""
    frozen_at: datetime.datetime | None = None
    frozen_by: str = ""
    approved_at: datetime.datetime | None = None
    approved_by: str = ""
    receipt_at: datetime.datetime | None = None
    refused_reason: str = ""

    @property
    def released(self) -> bool:
        """Whether somebody has approved it."""
        return self.approved_at is not None


def years(*, by: Actor, at: datetime.datetime) -> list[YearView]:
    """Return the years that are over, since this town's first case, the newest first; raise MissingPermission."""
    by.check_role(*rules.READERS)
    frozen = {snapshot.year: snapshot for snapshot in Snapshot.objects.order_by("year").prefetch_related("cells")}
    sent = _statements([snapshot for snapshot in frozen.values() if snapshot.message_id])
    return [
        _view(frozen[year], sent) if year in frozen else YearView(year, State.NOT_FROZEN)
        for year in sorted({*closed_years(at), *frozen}, reverse=True)
    ]


def closed_years(at: datetime.datetime) -> range:
    """Return the years that are over, since this town's first case; the last one where there was no case yet."""
    last = clock.today_in_brussels(at).year - 1
    began = CustodyRow.objects.aggregate(first=Min("started_at"))["first"]
    return range(min(last, clock.today_in_brussels(began).year) if began else last, last + 1)


def year(number: int, *, by: Actor, at: datetime.datetime) -> YearView:
    """Return one year that is over; raise MissingPermission or YearNotFound."""
    by.check_role(*rules.READERS)
    found = frozen_year(number)
    if found is None and number not in closed_years(at):
        raise rules.YearNotFound
    return found or YearView(number, State.NOT_FROZEN)


def frozen_year(number: int, *, lock: bool = False) -> YearView | None:
    """Return a frozen year, None when nobody froze it; with `lock` until the transaction ends. Asks nobody's rights."""
    found = Snapshot.objects.filter(pk=number).prefetch_related("cells")
    snapshot = (found.select_for_update(of=("self",)) if lock else found).first()
    return _view(snapshot, _statements([snapshot])) if snapshot else None


def episodes(number: int) -> list[rules.Episode]:
    """Return every episode that a year's figures can be about: begun before its end, not ended before its start."""
    start, end = (datetime.datetime(one, 1, 1, tzinfo=clock.BRUSSELS) for one in (number, number + 1))
    rows = (
        CustodyRow.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=start), started_at__lt=end)
        .order_by("started_at", "pk")
        .annotate(birth_on=F("case__person__birth_on"))
        .values(
            "id", "case_id", "acquired_by", "started_at", "ended_at", "referral_id", "ended_by_referral", "birth_on"
        )
    )
    return [
        rules.Episode(
            id=str(row["id"]),
            case=str(row["case_id"]),
            by_intake=row["acquired_by"] == "intake",
            began_on=clock.today_in_brussels(row["started_at"]),
            ended_on=row["ended_at"] and clock.today_in_brussels(row["ended_at"]),
            undone=row["referral_id"] is not None and row["referral_id"] == row["ended_by_referral"],
            birth_on=row["birth_on"],
        )
        for row in rows
    ]


def _statements(snapshots: list[Snapshot]) -> dict[object, OutboxMessage]:
    wanted = [snapshot.message_id for snapshot in snapshots]
    return {row.pk: row for row in OutboxMessage.objects.filter(pk__in=[one for one in wanted if one]).order_by("pk")}


def _view(snapshot: Snapshot, sent: dict[object, OutboxMessage]) -> YearView:
    order = {cell: number for number, cell in enumerate(programmes.CELLS[snapshot.programme])}
    rows = sorted(snapshot.cells.all(), key=lambda row: order[row.indicator, row.age_band])
    statement = sent.get(snapshot.message_id)
    return YearView(
        year=snapshot.year,
        state=_state(statement),
        cells=rules.protected_cells(snapshot.programme, [(row.count, int(row.key, 16)) for row in rows]),
        programme=snapshot.programme,
        digest=snapshot.digest,
        frozen_at=snapshot.frozen_at,
        frozen_by=snapshot.frozen_by,
        approved_at=snapshot.approved_at,
        approved_by=snapshot.approved_by,
        receipt_at=statement.receipt_at if statement else None,
        refused_reason=statement.refused_reason if statement else "",
    )


def _state(statement: OutboxMessage | None) -> State:
    if statement is None:
        return State.FROZEN
    if statement.refused_at is not None:
        return State.REFUSED
    return State.RECEIVED if statement.receipt_at is not None else State.SENT
