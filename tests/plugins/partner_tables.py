"""Short ways to hold a partner table for a test: a meeting, people at it, cases on its agenda, agreements."""

# ruff: noqa: PLC0415 -- Django is set up after plugins are imported

import datetime
import uuid
from typing import Any

from casework import AT, CASEWORKER, TODAY
from federation.identity.actor import Actor

DAY = datetime.timedelta(days=1)
MINOR = {"birth_on": datetime.date(2010, 5, 3)}
"""Sixteen years old in November 2026."""


def meet(
    table: str = "adults",
    held_on: datetime.date = TODAY,
    *,
    by: Actor = CASEWORKER,
    at: datetime.datetime = AT,
) -> uuid.UUID:
    """Plan a meeting and return its id."""
    from municipal.tables import actions, rules

    time = datetime.time(14, 0)
    return actions.plan_meeting(table=rules.Table(table), held_on=held_on, begins_at=time, by=by, at=at).id


def seat(
    meeting_id: uuid.UUID,
    name: str = "Karen M.",
    organisation: str = "pupilGuidance",
    *,
    me: bool = False,
    by: Actor = CASEWORKER,
    at: datetime.datetime = AT,
) -> uuid.UUID:
    """Give somebody a seat and return its id."""
    from municipal.tables import actions, rules

    return actions.add_seat(
        meeting_id=meeting_id, name=name, organisation=rules.Organisation(organisation), me=me, by=by, at=at
    )


def put(
    meeting_id: uuid.UUID,
    case_id: uuid.UUID,
    *,
    question: str = "",
    by: Actor = CASEWORKER,
    at: datetime.datetime = AT,
) -> uuid.UUID:
    """Put a case on an agenda and return its point."""
    from municipal.tables import actions

    return actions.put_on_agenda(meeting_id=meeting_id, case_id=case_id, question=question, by=by, at=at)


def agree(item_id: uuid.UUID, *, by: Actor = CASEWORKER, at: datetime.datetime = AT, **more: Any) -> Any:
    """Agree that the first one at the table does something, and return the agreement."""
    from municipal.tables import actions, queries

    seats = queries.seats(queries.get_item(item_id, by=by).meeting_id)
    given = {"who": seats[0].id, "what": "belt de club", "due_on": TODAY + 4 * DAY, "tells": None}
    return actions.agree(item_id=item_id, **{**given, **more}, by=by, at=at)


def agreed(case_id: uuid.UUID, *, by: Actor = CASEWORKER, table: str = "adults", **more: Any) -> Any:
    """Hold a meeting about one case, at which `by` takes something on, and return the agreement."""
    meeting = meet(table, by=by)
    seat(meeting, "Els W.", "municipality", me=True, by=by)
    return agree(put(meeting, case_id, by=by), by=by, **more)
