"""Keeping the index in line with PostgreSQL, building it anew, and looking: every act leaves its entry."""

import datetime

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
"""Advisory lock of one session: one rebuild at a time."""
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
    rules.check(criteria, towns=queries.towns().keys())
    # committed before the index is asked: what somebody looked for is known, whatever the answer
    with transaction.atomic():
        audit.record(
            act="referralsSearched", by=by, at=at, subject="referrals", purpose=purpose, facts=criteria.asked()
        )
    return queries.find(criteria, first=first, after=after, by=by, at=at)


@transaction.atomic
def index_changes(*, at: datetime.datetime) -> int:
    """Bring what changed into every index that is written to; return how many documents that were.

    Raises SearchUnavailable: then everything stays due.
    """
    _take_turn()
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
    SearchUnavailable: then the old index goes on answering, and the next rebuild clears away what was left.
    """
    if not _hold(REBUILD):
        raise rules.RebuildRunning
    try:
        name = _begin(at)
        copied = _copy_all(name)
        _finish(name)
    finally:
        _let_go(REBUILD)
    log.info("index built anew", documents=copied)
    return copied


def _begin(at: datetime.datetime) -> str:
    """Make an empty index that gets every change from now on."""
    for name in IndexTarget.objects.filter(serving=False).values_list("name", flat=True):
        _drop(name)
    name = f"{settings.OPENSEARCH_ALIAS}.{at:%Y%m%d%H%M%S%f}"
    index.create(name)
    with transaction.atomic():
        _take_turn()
        IndexTarget.objects.create(name=name, since=at)
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
        old = list(IndexTarget.objects.exclude(name=name).values_list("name", flat=True))
        IndexTarget.objects.exclude(name=name).update(serving=False)
        IndexTarget.objects.filter(name=name).update(serving=True)
    for one in old:
        _drop(one)


def _drop(name: str) -> None:
    with transaction.atomic():
        _take_turn()
        IndexTarget.objects.filter(name=name, serving=False).delete()
    index.delete(name)


def forget_traces(*, at: datetime.datetime) -> None:
    """Take the traces of what was forgotten out of the index, a day after: no late write can come any more."""
    name = queries.serving()
    if name is not None:
        index.purge(name, gone_before=(at - TRACE_KEPT).isoformat())


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


def _hold(lock: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        return bool(cursor.fetchone()[0])


def _let_go(lock: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
