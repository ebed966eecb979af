"""Every write to the figures of closed years: freezing one, and letting it go."""

import datetime
import pathlib

from django.conf import settings
from django.db import transaction

from federation.audit import actions as audit
from federation.bus import directory, local, outbox
from federation.contracts import programmes
from federation.contracts.messages import CountsReleased
from federation.identity.actor import Actor
from federation.seals import keys
from municipal.counts import queries, rules
from municipal.counts.models import Cell, Snapshot


@transaction.atomic
def freeze_year(*, year: int, by: Actor, at: datetime.datetime) -> queries.YearView:
    """Count a year that is over, and keep the counts as they are now, with their digest. Nothing leaves.

    Raises MissingPermission, YearNotClosed, YearFrozen, or KeysMissing without a statistics key.
    """
    by.check_role(*rules.FREEZERS)
    frozen = queries.frozen_year(year) is not None
    rules.check_freeze(year=year, closed=queries.closed_years(at), frozen=frozen)
    secret = keys.statistics_key(pathlib.Path(settings.KEYS_FOLDER))
    cells = rules.count_year(queries.episodes(year), year=year, statistics_key=secret)
    digest = _digest(cells, year, programmes.FIRST)
    snapshot = Snapshot.objects.create(
        year=year, programme=programmes.FIRST, digest=digest, frozen_at=at, frozen_by=by.subject
    )
    Cell.objects.bulk_create(
        Cell(
            snapshot=snapshot,
            indicator=cell.indicator,
            age_band=cell.age_band,
            count=cell.count,
            key=f"{cell.key:016x}",
        )
        for cell in cells
    )
    _record("yearFrozen", year, by, at, programme=programmes.FIRST, digest=digest)
    return queries.year(year, by=by, at=at)


@transaction.atomic
def approve_release(*, year: int, by: Actor, at: datetime.datetime) -> queries.YearView:
    """Let the protected figures of a frozen year go to the national level, once and for good.

    Raises MissingPermission, YearNotFrozen, YearReleased, SamePerson, SnapshotChanged or NationUnknown.
    """
    by.check_role(*rules.APPROVERS)
    frozen = queries.frozen_year(year, lock=True)
    if frozen is None:
        raise rules.YearNotFrozen
    rules.check_approval(by, frozen_by=frozen.frozen_by, released=frozen.released)
    if _digest(frozen.cells, year, frozen.programme) != frozen.digest:
        raise rules.SnapshotChanged(year=year)
    figures = tuple(cell.written for cell in frozen.cells)
    statement = outbox.put(to=_nation(), body=CountsReleased(frozen.programme, year, figures), referral_id=None, at=at)
    Snapshot.objects.filter(pk=year).update(approved_at=at, approved_by=by.subject, message_id=statement.pk)
    _record(
        "releaseApproved", year, by, at, programme=frozen.programme, digest=frozen.digest, message=str(statement.pk)
    )
    return queries.year(year, by=by, at=at)


def _nation() -> str:
    """Return the one national participant whose key a person here has confirmed."""
    found = directory.of_level("national")
    if len(found) != 1:
        message = "A manager confirms the national level's fingerprint first: trust_peer."
        raise rules.NationUnknown(message, known=len(found))
    return found[0].participant


def _digest(cells: tuple[rules.Cell, ...], year: int, programme: int) -> str:
    return rules.digest_of(cells, participant=local.participant(), year=year, programme=programme)


def _record(act: str, year: int, by: Actor, at: datetime.datetime, **facts: str | int) -> None:
    audit.record(act=act, by=by, at=at, subject=f"countedYear:{year}", facts={"year": year, **facts})
