"""The one write of the desk."""

import datetime

from django.db import connection

from federation.identity.actor import Actor

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
