"""The meetings of both tables: planned, seated, put in order, and written up."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext

from federation import clock
from federation.errors import DomainError
from federation.portal import pages
from municipal.tables import actions, forms, queries, rules

ROLES = frozenset(rules.WORKERS)


def meeting_address(meeting_id: uuid.UUID) -> str:
    """Return the address of a meeting."""
    return reverse("table-meeting", kwargs={"meeting_id": meeting_id})


class Tables(pages.Page):
    """Both tables: what comes, what was, and a new meeting."""

    roles = ROLES
    template = "tables/tables.html"
    title = _("Partner tables")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the meetings, the next one first."""
        del request
        return self._show(forms.MeetingForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Plan a meeting."""
        form = forms.MeetingForm(request.POST)
        if form.is_valid():
            values = {**form.cleaned_data, "table": rules.Table(form.cleaned_data["table"])}
            try:
                meeting = actions.plan_meeting(**values, by=self.actor, at=self.at)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                return self.saved(_("The meeting is planned."), to=meeting_address(meeting.id))
        return self._show(form, status=422)

    def _show(self, form: forms.MeetingForm, *, status: int = 200) -> HttpResponse:
        coming, past = queries.meetings(by=self.actor, on=clock.today_in_brussels(self.at))
        by_table = [
            (
                table,
                [one for one in coming if one.table == table],
                [one for one in past if one.table == table],
            )
            for table in rules.Table
        ]
        return self.show({"tables": by_table, "left_open": queries.left_open(self.actor), "form": form}, status=status)


class MeetingPage(pages.Page):
    """The agenda of one meeting, on which all acts on it end."""

    roles = ROLES
    template = "tables/meeting.html"
    title = _("Partner table")

    def show_meeting(
        self,
        meeting_id: uuid.UUID,
        *,
        seat: forms.SeatForm | None = None,
        point: forms.PointForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Return the page of a meeting, with the form in which something is wrong."""
        meeting = queries.get_meeting(meeting_id, by=self.actor)
        agenda = queries.agenda(meeting, by=self.actor)
        carried = queries.carried(meeting, by=self.actor)
        listed = {item.case_id for one in agenda for item in one.items}
        seats = queries.with_names(queries.seats(meeting_id))
        return self.show(
            {
                "meeting": meeting,
                "agenda": agenda,
                "carried": carried,
                "not_listed": {one.case_id for one in carried} - listed,
                "seats": seats,
                "seated": any(one.subject == self.actor.subject for one in seats),
                "seat_form": seat or forms.SeatForm(),
                "point_form": point or forms.PointForm(),
                "wrong": seat or point,
            },
            status=status,
        )


class TableMeeting(MeetingPage):
    """The agenda builder."""

    def get(self, request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
        """Show who sits at the table, what is left from earlier, and the points."""
        del request
        return self.show_meeting(meeting_id)


class MeetingCancel(pages.Page):
    """Takes a meeting away."""

    roles = ROLES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
        """Take a meeting away on whose agenda nothing stands."""
        del request
        actions.cancel_meeting(meeting_id=meeting_id, by=self.actor, at=self.at)
        return self.saved(_("The meeting is cancelled."), to=reverse("tables"))


class SeatNew(MeetingPage):
    """Gives somebody a seat."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
        """Give somebody a seat at the meeting."""
        form = forms.SeatForm(request.POST)
        if form.is_valid():
            values = {**form.cleaned_data, "organisation": rules.Organisation(form.cleaned_data["organisation"])}
            try:
                actions.add_seat(meeting_id=meeting_id, **values, by=self.actor, at=self.at)
            except (rules.MeetingInvalid, rules.SeatTaken) as refusal:
                form.refuse(refusal)
            else:
                return self.saved(_("The seat is added."), to=meeting_address(meeting_id))
        return self.show_meeting(meeting_id, seat=form, status=422)


class SeatChange(pages.Page):
    """Takes a seat, excuses somebody, or takes a seat away."""

    roles = ROLES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, meeting_id: uuid.UUID, seat_id: uuid.UUID, act: str) -> HttpResponse:
        """Do what the button says."""
        del request
        which: dict[str, Any] = {"meeting_id": meeting_id, "seat_id": seat_id, "by": self.actor, "at": self.at}
        match act:
            case "mine":
                actions.take_seat(**which)
            case "excused":
                actions.excuse_seat(**which, excused=True)
            case "comes":
                actions.excuse_seat(**which, excused=False)
            case _:
                actions.remove_seat(**which)
        return self.saved(_("The seats are changed."), to=meeting_address(meeting_id))


class CarriedItems(pages.Page):
    """Puts on the agenda what earlier meetings left."""

    roles = ROLES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
        """Put every case on the agenda in which something is still to do."""
        del request
        number = actions.put_carried_on_agenda(meeting_id=meeting_id, by=self.actor, at=self.at)
        words = ngettext("%(number)d case came on the agenda.", "%(number)d cases came on the agenda.", number)
        return self.saved(words % {"number": number}, to=meeting_address(meeting_id))


class TableMinutes(pages.Page):
    """The minutes, whole or with the lines of one participant; made to be printed."""

    roles = ROLES
    template = "tables/minutes.html"
    title = _("Minutes of the partner table")

    def get(self, request: HttpRequest, meeting_id: uuid.UUID, seat_id: uuid.UUID | None = None) -> HttpResponse:
        """Show what was agreed, point by point."""
        del request
        found = actions.read_minutes(meeting_id=meeting_id, seat_id=seat_id, by=self.actor, at=self.at)
        return self.show(
            {"meeting": found.meeting, "minutes": found.points, "seats": found.seats, "reader": found.reader}
        )
