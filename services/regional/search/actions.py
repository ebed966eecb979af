"""Keeping the index in line with PostgreSQL, building it anew, and looking: every act leaves its entry."""

import contextlib
import datetime
from collections.abc import Iterator

import structlog
from django.conf import settings
from django.db import connection, transaction

from federation.audit import actions as audit
from federation.identity.actor import Actor
from regional.progress import actions as progress_actions, queries as progress, rules as progress_rules
from regional.search import index, queries, rules
from regional.search.models import IndexTarget
from regional.search.rules import Criteria, Place

log = structlog.get_logger(__name__)

TURN = 0x7A656E04
"""Advisory lock of one transaction: who writes to the index knows all indices that get every change."""
REBUILD = 0x7A656E05
"""Advisory lock of one session: one makes or deletes indices at a time."""
WAIT_FOR_TURN = "60s"
"""A writer asks two indices, and each may take its 20 seconds."""
BATCH = 1000
TRACE_KEPT = datetime.timedelta(days=1)


def search(
    criteria: Criteria, *, first: int, after: Place | None = None, purpose: str, by: Actor, at: datetime.datetime
) -> queries.Result:
    """Look for referrals, and write down who looked for what and why.

    Raises MissingPermission, PurposeMissing, QuestionInvalid, and SearchUnavailable, after which the entry stands too:
    what was asked is known, whatever the answer.
    """
    by.check_role(*progress_rules.READERS)
    rules.check_purpose(purpose)
    rules.check_page(first)
    known = queries.towns()
    rules.check(criteria, towns=known.keys())
    # committed before the index is asked: what somebody looked for is known, whatever the answer
    with transaction.atomic():
        audit.record(
            act="referralsSearched", by=by, at=at, subject="referrals", purpose=purpose, facts=criteria.asked()
        )
    return queries.find(criteria, first=first, after=after, known=known.values(), by=by, at=at)


@transaction.atomic
def index_changes(*, at: datetime.datetime) -> int:
    """Bring what changed into every index that is written to; return how many documents that were.

    While somebody else has the turn there are none, and everything stays due. So it does after SearchUnavailable.
    """
    if not _has_turn():
        return 0
    rows, gone = progress.due_for_index(BATCH), progress.forgotten(BATCH)
    names = queries.targets()
    if not names or not (rows or gone):
        return 0
    documents = [queries.document(row) for row in rows]
    documents += [queries.tombstone(one.pk, one.revision, at=at) for one in gone]
    for name in names:
        index.write(name, documents)
    progress_actions.note_indexed(revisions={row.pk: row.revision for row in rows}, gone=[one.pk for one in gone])
    return len(documents)


def keep_index(*, at: datetime.datetime) -> int:
    """Do what the worker does every second: an index that is missing is built, and what changed is brought into it."""
    name = queries.serving()
    if name is None or not index.answers(name):
        return rebuild_index(at=at)
    return index_changes(at=at)


def rebuild_index(*, at: datetime.datetime) -> int:
    """Build the index anew from PostgreSQL while messages arrive, and let it answer when it is whole.

    From the first moment every change goes to both, so that nothing is missing after the alias moves; a document
    that came by the change first has the higher version, and the copy leaves it. Raises RebuildRunning,
    SearchUnavailable: then the old index goes on answering, and what was left goes with `forget_traces` or the next
    rebuild.
    """
    with _alone():
        name = _begin(at)
        copied = _copy_all(name)
        _finish(name)
    log.info("index built anew", documents=copied)
    return copied


def _begin(at: datetime.datetime) -> str:
    """Make an empty index that gets every change from now on; what an earlier rebuild left goes."""
    name = f"{settings.OPENSEARCH_ALIAS}.{at:%Y%m%d%H%M%S%f}"
    index.create(name)
    with transaction.atomic():
        _take_turn()
        IndexTarget.objects.filter(serving=False).delete()
        IndexTarget.objects.create(name=name, since=at)
    _clear()
    return name


def _copy_all(name: str) -> int:
    copied, last = 0, None
    while rows := progress.after(last, limit=BATCH):
        index.write(name, [queries.document(row) for row in rows])
        copied, last = copied + len(rows), rows[-1].pk
    return copied


def _finish(name: str) -> None:
    """Let the alias move, and then nothing be written to the old one any more."""
    with transaction.atomic():
        _take_turn()
        index.serve(name)
        IndexTarget.objects.exclude(name=name).delete()
        IndexTarget.objects.filter(name=name).update(serving=True)
    _clear()


def _clear() -> None:
    """Delete every index that neither answers nor is written to.

    Nobody takes out of it what is forgotten: one that a killed rebuild left would keep it for good.
    """
    written_to = set(queries.targets())
    for name in index.idle():
        if name not in written_to:
            index.delete(name)


def forget_traces(*, at: datetime.datetime) -> None:
    """Take out of the index what was forgotten a day ago, and delete what rebuilds left.

    So late no write can come any more that brings something back. Raises RebuildRunning, SearchUnavailable.
    """
    name = queries.serving()
    if name is not None:
        index.purge(name, gone_before=(at - TRACE_KEPT).isoformat())
        with _alone():
            _clear()


def _take_turn() -> None:
    """Wait for whoever writes to the index: longer than for a row, since a slow index holds up its writer."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_FOR_TURN}'")
        cursor.execute(f"SET LOCAL statement_timeout = '{WAIT_FOR_TURN}'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


def _has_turn() -> bool:
    """Take the turn where nobody has it: a worker that waited in vain would end, with its relay and its consumer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN])
        return bool(cursor.fetchone()[0])


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one session at a time make or delete indices. Raises RebuildRunning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [REBUILD])
        if not cursor.fetchone()[0]:
            raise rules.RebuildRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [REBUILD])
