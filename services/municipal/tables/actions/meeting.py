"""A meeting is planned, people sit down, and cases come on its agenda."""

import datetime
import uuid

from django.db import transaction
from django.db.models import Max

from federation import clock
from federation.audit import actions as audit
from federation.identity.actor import Actor
from municipal.cases import queries as cases
from municipal.people import rules as people_rules
from municipal.tables import queries, rules
from municipal.tables.models import AgendaItem, Agreement, Meeting, Seat
from municipal.tables.rules import Direction, Organisation, Table

FURTHEST = datetime.timedelta(days=366)
"""A meeting further away than that is a slip of the pen."""


@transaction.atomic
def plan_meeting(
    *, table: Table, held_on: datetime.date, begins_at: datetime.time, by: Actor, at: datetime.datetime
) -> queries.MeetingView:
    """Plan a meeting of a table; who sat at its last one has a seat again.

    Raises MissingPermission, MeetingInvalid or MeetingOnThatDay.
    """
    rules.check_worker(by)
    if abs(held_on - clock.today_in_brussels(at)) > FURTHEST:
        raise rules.MeetingTooFar(field="heldOn")
    meeting, made = Meeting.objects.get_or_create(
        table=table,
        held_on=held_on,
        defaults={"begins_at": begins_at, "planned_at": at, "planned_by": by.subject},
    )
    if not made:
        raise rules.MeetingOnThatDay(field="heldOn")
    last = Meeting.objects.filter(table=table, held_on__lt=held_on).order_by("-held_on").first()
    Seat.objects.bulk_create(
        Seat(
            meeting=meeting,
            name=seat.name,
            organisation=seat.organisation,
            subject=seat.subject,
            seated_at=at,
            seated_by=by.subject,
        )
        for seat in (queries.seats(last.pk) if last else ())
    )
    _record("meetingPlanned", meeting.pk, by, at, table=str(table), heldOn=str(held_on))
    return queries.get_meeting(meeting.pk, by=by)


@transaction.atomic
def cancel_meeting(*, meeting_id: uuid.UUID, by: Actor, at: datetime.datetime) -> None:
    """Take a meeting away on whose agenda nothing stands.

    Raises MissingPermission, MeetingNotFound or AgendaNotEmpty.
    """
    _locked(meeting_id, by=by)
    if AgendaItem.objects.filter(meeting_id=meeting_id).exists():
        raise rules.AgendaNotEmpty
    Seat.objects.filter(meeting_id=meeting_id).delete()
    Meeting.objects.filter(pk=meeting_id).delete()
    _record("meetingCancelled", meeting_id, by, at)


@transaction.atomic
def add_seat(
    *, meeting_id: uuid.UUID, name: str, organisation: Organisation, me: bool, by: Actor, at: datetime.datetime
) -> uuid.UUID:
    """Give somebody a seat at a meeting and return its id; `me` when it is `by` himself, a colleague of the town.

    Raises MissingPermission, MeetingNotFound, MeetingInvalid or SeatTaken.
    """
    _locked(meeting_id, by=by)
    if not name.strip():
        message = "Say who sits at the table."
        raise rules.MeetingInvalid(message, field="name")
    if me and organisation is not Organisation.MUNICIPALITY:
        raise rules.SeatElsewhere(field="organisation")
    known = queries.seats(meeting_id)
    if any((seat.name, seat.organisation) == (name.strip(), organisation) for seat in known):
        raise rules.SeatTaken(field="name")
    if me:
        _check_unseated(known, by)
    seat = Seat.objects.create(
        meeting_id=meeting_id,
        name=name.strip(),
        organisation=organisation,
        subject=by.subject if me else "",
        seated_at=at,
        seated_by=by.subject,
    )
    _record("seatAdded", meeting_id, by, at, seat=str(seat.pk), organisation=str(organisation))
    return seat.pk


@transaction.atomic
def take_seat(*, meeting_id: uuid.UUID, seat_id: uuid.UUID, by: Actor, at: datetime.datetime) -> None:
    """Say that a seat of the municipality is one's own: what it takes on stands in one's own work from then on.

    Raises MissingPermission, MeetingNotFound, SeatNotFound or SeatTaken.
    """
    _locked(meeting_id, by=by)
    known = queries.seats(meeting_id)
    seat = queries.get_seat(meeting_id, seat_id)
    if seat.subject or seat.organisation != Organisation.MUNICIPALITY:
        raise rules.SeatTaken
    _check_unseated(known, by)
    Seat.objects.filter(pk=seat_id).update(subject=by.subject)
    _record("seatTaken", meeting_id, by, at, seat=str(seat_id))


@transaction.atomic
def excuse_seat(*, meeting_id: uuid.UUID, seat_id: uuid.UUID, excused: bool, by: Actor, at: datetime.datetime) -> None:
    """Note that somebody cannot come, or comes after all; raise MissingPermission, MeetingNotFound or SeatNotFound."""
    _locked(meeting_id, by=by)
    queries.get_seat(meeting_id, seat_id)
    Seat.objects.filter(pk=seat_id).update(excused=excused)
    _record("seatExcused", meeting_id, by, at, seat=str(seat_id), excused=excused)


@transaction.atomic
def remove_seat(*, meeting_id: uuid.UUID, seat_id: uuid.UUID, by: Actor, at: datetime.datetime) -> None:
    """Take a seat away from which nothing was agreed.

    Raises MissingPermission, MeetingNotFound, SeatNotFound or SeatNotEmpty.
    """
    _locked(meeting_id, by=by)
    queries.get_seat(meeting_id, seat_id)
    if (Agreement.objects.filter(who_id=seat_id) | Agreement.objects.filter(tells_id=seat_id)).exists():
        raise rules.SeatNotEmpty
    Seat.objects.filter(pk=seat_id).delete()
    _record("seatRemoved", meeting_id, by, at, seat=str(seat_id))


@transaction.atomic
def put_on_agenda(
    *, meeting_id: uuid.UUID, case_id: uuid.UUID, question: str, by: Actor, at: datetime.datetime
) -> uuid.UUID:
    """Put a case at the end of an agenda and return its point; the table is the one that fits the age on that day.

    Raises MissingPermission, CaseNotFound, CustodyElsewhere, MeetingNotFound, AgeUnknown, OtherTable or
    OnAgendaAlready.
    """
    case = cases.locked_for_writing(case_id, by=by)
    meeting = _locked(meeting_id, by=by)
    if case.person is None:
        raise rules.AgeUnknown(field="reference")
    fits = rules.table_at(people_rules.age(case.person.birth_on, on=meeting.held_on))
    if fits != meeting.table:
        raise rules.OtherTable(field="reference", table=str(fits))
    if AgendaItem.objects.filter(meeting_id=meeting_id, case_id=case_id).exists():
        raise rules.OnAgendaAlready(field="reference")
    item = AgendaItem.objects.create(
        meeting_id=meeting_id,
        case_id=case_id,
        position=_last_position(meeting_id) + 1,
        question=question.strip(),
        put_at=at,
        put_by=by.subject,
    )
    _record_item("putOnAgenda", item.pk, case_id, by, at, meeting=str(meeting_id))
    return item.pk


@transaction.atomic
def put_carried_on_agenda(*, meeting_id: uuid.UUID, by: Actor, at: datetime.datetime) -> int:
    """Put every case on an agenda in which earlier meetings left something to do, and return how many came on it.

    Raises MissingPermission or MeetingNotFound.
    """
    meeting = queries.get_meeting(meeting_id, by=by)
    known = set(AgendaItem.objects.filter(meeting_id=meeting_id).values_list("case_id", flat=True))
    coming = sorted({one.case_id for one in queries.carried(meeting, by=by)} - known)
    for case_id in coming:
        put_on_agenda(meeting_id=meeting_id, case_id=case_id, question="", by=by, at=at)
    return len(coming)


@transaction.atomic
def change_question(*, item_id: uuid.UUID, question: str, by: Actor, at: datetime.datetime) -> None:
    """Say anew what the table is asked about a case; raise MissingPermission, ItemNotFound or CustodyElsewhere."""
    item = queries.get_item(item_id, by=by)
    cases.locked_for_writing(item.case_id, by=by)
    AgendaItem.objects.filter(pk=item_id).update(question=question.strip())
    _record_item("questionChanged", item_id, item.case_id, by, at)


@transaction.atomic
def take_off_agenda(*, item_id: uuid.UUID, by: Actor, at: datetime.datetime) -> None:
    """Take a case off an agenda, unless something was agreed about it there.

    Raises MissingPermission, ItemNotFound, CustodyElsewhere or ItemHasAgreements.
    """
    item = queries.get_item(item_id, by=by)
    cases.locked_for_writing(item.case_id, by=by)
    _locked(item.meeting_id, by=by)
    if Agreement.objects.filter(item_id=item_id).exists():
        raise rules.ItemHasAgreements
    AgendaItem.objects.filter(pk=item_id).delete()
    _record_item("takenOffAgenda", item_id, item.case_id, by, at, meeting=str(item.meeting_id))


@transaction.atomic
def move_point(*, item_id: uuid.UUID, direction: Direction, by: Actor, at: datetime.datetime) -> None:
    """Move a case one point up or down, its brothers and sisters with it; at the end of the agenda nothing moves.

    Raises MissingPermission or ItemNotFound.
    """
    item = queries.get_item(item_id, by=by)
    _locked(item.meeting_id, by=by)
    points = queries.families(item.meeting_id)
    here = next(place for place, family in enumerate(points) if item.case_id in family)
    there = here + (1 if direction is Direction.DOWN else -1)
    if not 0 <= there < len(points):
        return
    points[here], points[there] = points[there], points[here]
    order = [case_id for family in points for case_id in family]
    items = {one.case_id: one for one in AgendaItem.objects.filter(meeting_id=item.meeting_id)}
    for place, case_id in enumerate(order, 1):
        items[case_id].position = place
    AgendaItem.objects.bulk_update(items.values(), ["position"])
    _record_item("pointMoved", item_id, item.case_id, by, at, direction=str(direction))


def _locked(meeting_id: uuid.UUID, *, by: Actor) -> queries.MeetingView:
    """Return a meeting whose row stays locked until the commit; raise MissingPermission or MeetingNotFound."""
    rules.check_worker(by)
    Meeting.objects.select_for_update(of=("self",)).filter(pk=meeting_id).first()
    return queries.get_meeting(meeting_id, by=by)


def _check_unseated(known: list[queries.SeatView], by: Actor) -> None:
    if any(seat.subject == by.subject for seat in known):
        raise rules.SeatTaken(field="me")


def _last_position(meeting_id: uuid.UUID) -> int:
    found = AgendaItem.objects.filter(meeting_id=meeting_id).aggregate(last=Max("position"))
    return found["last"] or 0


def _record(act: str, meeting_id: uuid.UUID, by: Actor, at: datetime.datetime, **facts: str | bool) -> None:
    audit.record(act=act, by=by, at=at, subject=f"meeting:{meeting_id}", facts=facts)


def _record_item(
    act: str, item_id: uuid.UUID, case_id: uuid.UUID, by: Actor, at: datetime.datetime, **facts: str
) -> None:
    audit.record(act=act, by=by, at=at, subject=f"agendaItem:{item_id}", case_id=case_id, facts=facts)
