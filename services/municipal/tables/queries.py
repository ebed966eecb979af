"""Every read of partner tables: meetings, agendas, what is carried over, and what somebody still has to do."""

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from federation.identity import colleagues
from federation.identity.actor import Actor, MissingPermission, Role
from municipal.cases import queries as cases, rules as case_rules
from municipal.people import rules as people
from municipal.tables import rules
from municipal.tables.models import AgendaItem, Agreement, Meeting, Seat
from municipal.tables.rules import Table

MOST_MEETINGS = 24
"""Past meetings of a list: a year of both tables."""


@dataclass(frozen=True)
class MeetingView:
    """One meeting of one table."""

    id: uuid.UUID
    table: str
    held_on: datetime.date
    begins_at: datetime.time
    points: int = 0
    """Cases on the agenda that the reader may know of."""


@dataclass(frozen=True)
class SeatView:
    """Somebody at the table of one meeting."""

    id: uuid.UUID
    name: str
    organisation: str
    subject: str
    excused: bool
    taken_by: str = ""
    """How the colleague is called whose account took the seat, where that was asked."""

    @property
    def secrecy(self) -> str:
        """What the person is bound by, as a rule."""
        return rules.SECRECY[rules.Organisation(self.organisation)]


@dataclass(frozen=True)
class ItemView:
    """One case on an agenda, by initials and reference."""

    id: uuid.UUID
    meeting_id: uuid.UUID
    case_id: uuid.UUID
    reference: str
    initials: str
    team: str
    position: int
    question: str
    agreed: int
    """What was agreed at this point."""


@dataclass(frozen=True)
class Point:
    """One point of an agenda: a case, or the cases of brothers and sisters, which are discussed once."""

    number: int
    items: tuple[ItemView, ...]
    at_other_table: bool
    """A brother or sister belongs to the other table on that day. Who it is, is not said here."""


@dataclass(frozen=True)
class AgreementView:
    """Who does what by when, and tells whom."""

    id: uuid.UUID
    item_id: uuid.UUID
    meeting_id: uuid.UUID
    table: str
    held_on: datetime.date
    case_id: uuid.UUID
    reference: str
    short_name: str
    initials: str
    team: str
    case_closed: bool
    who: SeatView
    what: str
    due_on: datetime.date
    tells: SeatView | None
    """None when it is the person himself who is told."""
    state: str
    postpone_reason: str
    why_not: str
    agreed_at: datetime.datetime
    settled_at: datetime.datetime | None

    @property
    def unsettled(self) -> bool:
        """Whether somebody still has to do it."""
        return self.state in rules.UNSETTLED


@dataclass(frozen=True)
class Minute:
    """One point in the minutes: its number, the case, and the lines that were agreed."""

    number: int
    item: ItemView
    agreements: tuple[AgreementView, ...]


@dataclass(frozen=True)
class Minutes:
    """The minutes of a meeting, whole or as the copy of one participant."""

    meeting: MeetingView
    seats: tuple[SeatView, ...]
    reader: SeatView | None
    """Whose copy it is, None for the whole minutes."""
    points: tuple[Minute, ...]


def meetings(*, by: Actor, on: datetime.date) -> tuple[list[MeetingView], list[MeetingView]]:
    """Return the meetings that come, the next one first, and those that were, the last one first.

    Raises MissingPermission.
    """
    rules.check_worker(by)
    known = Count("items", filter=Q(items__case__in=cases.visible_to(by)))
    found = Meeting.objects.annotate(points=known)
    coming = found.filter(held_on__gte=on).order_by("held_on", "begins_at")
    past = found.filter(held_on__lt=on).order_by("-held_on", "-begins_at")[:MOST_MEETINGS]
    return [_meeting(one, one.points) for one in coming], [_meeting(one, one.points) for one in past]


def next_meeting_about(case_id: uuid.UUID, birth_on: datetime.date, *, on: datetime.date) -> MeetingView | None:
    """Return the next meeting from a day on that fits a birth date, and on whose agenda the case does not stand yet."""
    grown = rules.coming_of_age(birth_on)
    fits = Q(table=Table.MINORS, held_on__lt=grown) | Q(table=Table.ADULTS, held_on__gte=grown)
    found = Meeting.objects.filter(fits, held_on__gte=on).exclude(items__case=case_id).order_by("held_on").first()
    return _meeting(found) if found else None


def get_meeting(meeting_id: uuid.UUID, *, by: Actor) -> MeetingView:
    """Return a meeting; raise MissingPermission or MeetingNotFound."""
    rules.check_worker(by)
    found = Meeting.objects.filter(pk=meeting_id).first()
    if found is None:
        raise rules.MeetingNotFound
    return _meeting(found)


def seats(meeting_id: uuid.UUID) -> list[SeatView]:
    """Return who sits at the table of a meeting, those of the municipality first."""
    found = [_seat(seat) for seat in Seat.objects.filter(meeting_id=meeting_id).order_by("name")]
    order = [str(code) for code in rules.Organisation]
    return sorted(found, key=lambda seat: order.index(seat.organisation))


def with_names(found: Sequence[SeatView]) -> list[SeatView]:
    """Return seats with the names of the colleagues who took them; one statement."""
    names = colleagues.names({seat.subject for seat in found if seat.subject})
    return [dataclasses.replace(seat, taken_by=names.get(seat.subject, "")) for seat in found]


def get_seat(meeting_id: uuid.UUID, seat_id: uuid.UUID) -> SeatView:
    """Return a seat of a meeting; raise SeatNotFound."""
    found = Seat.objects.filter(meeting_id=meeting_id, pk=seat_id).first()
    if found is None:
        raise rules.SeatNotFound
    return _seat(found)


def visible_items(by: Actor) -> QuerySet[AgendaItem]:
    """Return the points of agendas whose cases `by` may know of; a closed file is on no agenda any more."""
    found = AgendaItem.objects.filter(case__in=cases.visible_to(by)).annotate(agreed=Count("agreements"))
    return found.select_related("case__person", "meeting").order_by("position")


def get_item(item_id: uuid.UUID, *, by: Actor) -> ItemView:
    """Return a point of an agenda. Leaves no trace: what people read goes through `actions.read_item`.

    Raises MissingPermission or ItemNotFound.
    """
    rules.check_worker(by)
    found = visible_items(by).filter(pk=item_id).first()
    if found is None:
        raise rules.ItemNotFound
    return _item(found)


def agenda(meeting: MeetingView, *, by: Actor) -> list[Point]:
    """Return the points of an agenda that `by` may know of, each family once, numbered as everybody has them."""
    all_families, links = _families(meeting.id)
    seen = {item.case_id: _item(item) for item in visible_items(by).filter(meeting_id=meeting.id)}
    found = []
    for number, family in enumerate(all_families, 1):
        items = tuple(seen[case_id] for case_id in family if case_id in seen)
        if items:
            found.append(Point(number, items, at_other_table=_at_other_table(meeting, family, links)))
    return found


def families(meeting_id: uuid.UUID) -> list[list[uuid.UUID]]:
    """Return the cases of an agenda in its order, those of brothers and sisters together at the first one's place."""
    return _families(meeting_id)[0]


def carried(meeting: MeetingView, *, by: Actor) -> list[AgreementView]:
    """Return what earlier meetings left to do in cases that belong to this table on its day, case by case.

    Who has come of age since is carried to the other table.
    """
    grown = Q(item__case__person__birth_on__lte=rules.last_adult_birthday(meeting.held_on))
    fits = grown if meeting.table == Table.ADULTS else ~grown
    found = _agreements().filter(
        fits,
        item__case__in=cases.visible_to(by),
        item__case__person__isnull=False,
        item__meeting__held_on__lt=meeting.held_on,
        state__in=rules.UNSETTLED,
    )
    return [view_of(one) for one in found.order_by("item__case__reference", "due_on", "agreed_at")]


@dataclass(frozen=True)
class Discussed:
    """What the table has before it at a point: last time's agreements, and those of today."""

    last_time: tuple[AgreementView, ...]
    now: tuple[AgreementView, ...]


def discussed(item: ItemView, *, held_on: datetime.date) -> Discussed:
    """Return what was agreed at a point, and before its day: at the last meeting about the case, or still to do."""
    until = _agreements().filter(item__case_id=item.case_id, item__meeting__held_on__lte=held_on)
    found = [view_of(one) for one in until.order_by("agreed_at", "pk")]
    earlier = [one for one in found if one.held_on < held_on]
    last = max((one.held_on for one in earlier), default=held_on)
    return Discussed(
        last_time=tuple(one for one in earlier if one.held_on == last or one.unsettled),
        now=tuple(one for one in found if one.item_id == item.id),
    )


def minutes(meeting_id: uuid.UUID, *, seat_id: uuid.UUID | None, by: Actor) -> Minutes:
    """Return the minutes of a meeting; with `seat_id` only that participant's lines, and the points that have one.

    Leaves no trace: what people read goes through `actions.read_minutes`.
    Raises MissingPermission, MeetingNotFound or SeatNotFound.
    """
    meeting, present = get_meeting(meeting_id, by=by), seats(meeting_id)
    reader = next((seat for seat in present if seat.id == seat_id), None)
    if seat_id is not None and reader is None:
        raise rules.SeatNotFound
    at_it = _agreements().filter(item__meeting_id=meeting_id, item__case__in=cases.visible_to(by))
    lines = [view_of(one) for one in at_it.order_by("agreed_at", "pk")]
    shown = [one for one in lines if reader is None or reader in {one.who, one.tells}]
    points = [
        Minute(point.number, item, tuple(one for one in shown if one.item_id == item.id))
        for point in agenda(meeting, by=by)
        for item in point.items
    ]
    return Minutes(meeting, tuple(present), reader, tuple(one for one in points if reader is None or one.agreements))


@dataclass(frozen=True)
class Unsettled:
    """What is still to do and concerns somebody, the most urgent first."""

    own: list[AgreementView]
    """What he took on."""
    told: list[AgreementView]
    """What others do and then tell him."""
    left_open: list[AgreementView]
    """What is left in cases that were handed over: the coordinator ends it."""


def unsettled(by: Actor) -> Unsettled:
    """Return what is still to do and concerns `by`, for the page of his own work: one statement for all of it.

    Raises MissingPermission.
    """
    rules.check_worker(by)
    in_hand = Q(item__case__closed_for_writing_at__isnull=True)
    wanted = in_hand & (Q(who__subject=by.subject) | Q(tells__subject=by.subject))
    if by.has(Role.COORDINATOR):
        wanted |= ~in_hand
    rows = _agreements().filter(wanted, state__in=rules.UNSETTLED).order_by("due_on", "agreed_at")
    found = [view_of(one) for one in rows]
    return Unsettled(
        own=[one for one in found if not one.case_closed and one.who.subject == by.subject],
        told=[one for one in found if not one.case_closed and one.tells and one.tells.subject == by.subject],
        left_open=[one for one in found if one.case_closed],
    )


def agreements_of(by: Actor) -> list[AgreementView]:
    """Return what `by` took on and still has to do, the most urgent first; raise MissingPermission."""
    return unsettled(by).own


def told_to(by: Actor) -> list[AgreementView]:
    """Return what others still have to do and then tell `by`, the most urgent first; raise MissingPermission."""
    return unsettled(by).told


def left_open(by: Actor) -> list[AgreementView]:
    """Return what is still to do in cases that were handed over, for coordinators; raise MissingPermission."""
    return unsettled(by).left_open


def agreements_of_case(case_id: uuid.UUID, *, by: Actor, purpose: str = "") -> list[AgreementView]:
    """Return every agreement about a case that `by` may read, what is still to do first.

    Leaves no trace: what people read goes through `actions.read_agreements`.
    Raises MissingPermission, CaseNotFound, PurposeMissing or FileClosed.
    """
    cases.get_case(case_id, by=by, purpose=purpose)
    return agreements_about(case_id)


def agreements_about(case_id: uuid.UUID) -> list[AgreementView]:
    """Return every agreement about a case, what is still to do first. Asks nobody's rights."""
    found = [view_of(one) for one in _agreements().filter(item__case_id=case_id).order_by("-agreed_at", "pk")]
    to_do = sorted((one for one in found if one.unsettled), key=lambda one: one.due_on)
    return to_do + [one for one in found if not one.unsettled]


def get_agreement(agreement_id: uuid.UUID) -> AgreementView:
    """Return an agreement; raise AgreementNotFound. Asks nobody's rights."""
    found = _agreements().filter(pk=agreement_id).first()
    if found is None:
        raise rules.AgreementNotFound
    return view_of(found)


def may_settle(view: AgreementView, *, by: Actor) -> bool:
    """Say whether `by` may say how far an agreement is."""
    try:
        check_settle(view, by=by)
    except (MissingPermission, case_rules.CustodyElsewhere, rules.AgreementNotFound):
        return False
    return True


def check_settle(view: AgreementView, *, by: Actor) -> None:
    """Raise MissingPermission, AgreementNotFound or CustodyElsewhere unless `by` may say how far an agreement is."""
    own = bool(by.subject) and view.who.subject == by.subject
    rules.check_settle(by, team=view.team, own=own, closed=view.case_closed)


def view_of(agreement: Agreement) -> AgreementView:
    """Return an agreement as a frozen value."""
    case, meeting = agreement.item.case, agreement.item.meeting
    names = (case.person.first_name, case.person.last_name) if case.person else None
    return AgreementView(
        id=agreement.pk,
        item_id=agreement.item_id,
        meeting_id=meeting.pk,
        table=meeting.table,
        held_on=meeting.held_on,
        case_id=case.pk,
        reference=case.reference,
        short_name=people.short_name(*names) if names else "",
        initials=rules.initials(*names) if names else "",
        team=case.team,
        case_closed=case.closed_for_writing_at is not None,
        who=_seat(agreement.who),
        what=agreement.what,
        due_on=agreement.due_on,
        tells=_seat(agreement.tells) if agreement.tells else None,
        state=agreement.state,
        postpone_reason=agreement.postpone_reason,
        why_not=agreement.why_not,
        agreed_at=agreement.agreed_at,
        settled_at=agreement.settled_at,
    )


def _agreements() -> QuerySet[Agreement]:
    return Agreement.objects.select_related("item__case__person", "item__meeting", "who", "tells")


def _families(meeting_id: uuid.UUID) -> tuple[list[list[uuid.UUID]], list[cases.Linked]]:
    """Return the cases of an agenda, family by family, and what they are linked with, on the agenda or not."""
    on_agenda = AgendaItem.objects.filter(meeting_id=meeting_id).order_by("position")
    waiting = list(on_agenda.values_list("case_id", flat=True))
    links = cases.linked_with(*waiting)
    found = []
    while waiting:
        family = [waiting.pop(0)]
        for member in family:  # grows while it is walked: the brother of a brother is met too
            for link in links:
                if link.case_id == member and link.other_id in waiting:
                    waiting.remove(link.other_id)
                    family.append(link.other_id)
        found.append(family)
    return found, links


def _at_other_table(meeting: MeetingView, family: Sequence[uuid.UUID], links: Sequence[cases.Linked]) -> bool:
    grown = rules.last_adult_birthday(meeting.held_on)
    tables = {
        Table.ADULTS if link.other_birth_on <= grown else Table.MINORS
        for link in links
        if link.case_id in family and link.other_birth_on is not None
    }
    return bool(tables - {meeting.table})


def _meeting(meeting: Meeting, points: int = 0) -> MeetingView:
    return MeetingView(meeting.pk, meeting.table, meeting.held_on, meeting.begins_at, points)


def _seat(seat: Seat) -> SeatView:
    return SeatView(seat.pk, seat.name, seat.organisation, seat.subject, seat.excused)


def _item(item: AgendaItem) -> ItemView:
    person = item.case.person
    return ItemView(
        id=item.pk,
        meeting_id=item.meeting_id,
        case_id=item.case_id,
        reference=item.case.reference,
        initials=rules.initials(person.first_name, person.last_name) if person else "",
        team=item.case.team,
        position=item.position,
        question=item.question,
        agreed=item.agreed,  # type: ignore[attr-defined]
    )
