"""What the desk writes: that somebody was here, and what he read of a file."""

import datetime
import uuid

from django.db import connection, transaction

from federation.audit import actions as audit
from federation.audit.actions import Reading
from federation.identity import colleagues
from federation.identity.actor import Actor
from municipal.cases import queries as cases
from municipal.desk import queries
from municipal.tables import queries as tables

PAUSE = datetime.timedelta(minutes=30)
"""Who was away for longer comes for a new visit; as long as a session lasts without a click."""

ARRIVE = """
INSERT INTO desk_visit AS known (subject, last_at) VALUES (%(subject)s, %(at)s)
ON CONFLICT (subject) DO UPDATE SET
    before_at = CASE WHEN known.last_at < %(paused)s THEN known.last_at ELSE known.before_at END,
    last_at = greatest(known.last_at, %(at)s)
RETURNING before_at
"""


def arrive(*, by: Actor, at: datetime.datetime) -> datetime.datetime | None:
    """Note that `by` is at the desk, and return when the visit before this one ended; None at the first."""
    with connection.cursor() as cursor:
        cursor.execute(ARRIVE, {"subject": by.subject, "at": at, "paused": at - PAUSE})
        before: datetime.datetime | None = cursor.fetchone()[0]
    return before


@transaction.atomic
def read_file(
    *, case_id: uuid.UUID, block: str | None, agreements: bool, purpose: str, by: Actor, at: datetime.datetime
) -> queries.File:
    """Return a case with what a page shows of its file, and leave an entry for each part in the log of readings.

    `block` says of which block the current entries come along that `by` may see: "" of all, None of none. Whether he
    may read is asked once. Raises MissingPermission, CaseNotFound, PurposeMissing or FileClosed.
    """
    case = cases.get_case(case_id, by=by, purpose=purpose)
    subject = f"case:{case_id}"
    read, entries = [Reading("caseRead", case_id, subject)], []
    if block is not None:
        read.append(Reading("entriesRead", case_id, subject, {"block": block or "all"}))
        found = cases.entries_for(case_id, by=by, block=block)
        entries = list(found.annotate(called=colleagues.name_of("written_by")))
    if agreements:
        read.append(Reading("agreementsRead", case_id, subject))
    audit.record_readings(read, by=by, at=at, purpose=purpose)
    return queries.File(
        case=case,
        entries=[cases.entry_view(entry) for entry in entries],
        writers={entry.written_by: entry.called for entry in entries if entry.called},
        agreements=tables.agreements_about(case_id) if agreements else [],
    )
