"""The points of an agenda: a case comes on it, moves, and stands large on the projector while the table talks."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from federation.errors import DomainError
from federation.portal import pages
from municipal.cases import queries as cases
from municipal.tables import actions, forms, queries, rules
from municipal.tables.pages.meetings import ROLES, MeetingPage, meeting_address


def item_address(item: queries.ItemView) -> str:
    """Return the address of a point."""
    return reverse("table-item", kwargs={"meeting_id": item.meeting_id, "item_id": item.id})


class ItemNew(MeetingPage):
    """Puts a case on the agenda."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
        """Put the case of a reference at the end of the agenda."""
        form = forms.PointForm(request.POST)
        if form.is_valid():
            try:
                actions.put_on_agenda(
                    meeting_id=meeting_id,
                    case_id=cases.by_reference(form.cleaned_data["reference"], by=self.actor),
                    question=form.cleaned_data["question"],
                    by=self.actor,
                    at=self.at,
                )
            except DomainError as refusal:
                if refusal.field != "reference":
                    raise
                form.refuse(refusal)
            else:
                return self.saved(_("The case is on the agenda."), to=meeting_address(meeting_id))
        return self.show_meeting(meeting_id, point=form, status=422)


class ItemChange(pages.Page):
    """Moves a point, or takes it off."""

    roles = ROLES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, meeting_id: uuid.UUID, item_id: uuid.UUID, act: str) -> HttpResponse:
        """Do what the button says."""
        del request
        if act == "off":
            actions.take_off_agenda(item_id=item_id, by=self.actor, at=self.at)
            return self.saved(_("The case is off the agenda."), to=meeting_address(meeting_id))
        actions.move_point(item_id=item_id, direction=rules.Direction(act), by=self.actor, at=self.at)
        return self.saved(_("The order is changed."), to=f"{meeting_address(meeting_id)}#agenda")


@dataclass(frozen=True)
class Place:
    """Where a point stands on its agenda, and what comes before and after."""

    number: int
    of: int
    siblings: tuple[queries.ItemView, ...]
    at_other_table: bool
    before: queries.ItemView | None
    after: queries.ItemView | None


def place(agenda: Sequence[queries.Point], item: queries.ItemView) -> Place:
    """Return the place of an item."""
    order = [one for point in agenda for one in point.items]
    here = next(number for number, one in enumerate(order) if one.id == item.id)
    point = next(point for point in agenda if item in point.items)
    return Place(
        number=point.number,
        of=max(one.number for one in agenda),
        siblings=tuple(one for one in point.items if one.id != item.id),
        at_other_table=point.at_other_table,
        before=order[here - 1] if here else None,
        after=order[here + 1] if here + 1 < len(order) else None,
    )


class TableItem(pages.Page):
    """One case, large on the projector: initials, the question, last time's agreements, and the new ones."""

    roles = ROLES
    template = "tables/item.html"
    title = _("Point of the partner table")

    def get(self, request: HttpRequest, meeting_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
        """Show the point."""
        del request
        return self._show(meeting_id, item_id, None)

    def post(self, request: HttpRequest, meeting_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
        """Agree on something, in one sentence."""
        form = forms.AgreementForm(request.POST, seats=queries.seats(meeting_id))
        if form.is_valid():
            try:
                actions.agree(item_id=item_id, **form.values(), by=self.actor, at=self.at)
            except rules.AgreementInvalid as refusal:
                form.refuse(refusal)
            else:
                return self.saved(_("Agreed."), to=f"{request.path}#agreed")
        return self._show(meeting_id, item_id, form, status=422)

    def _show(
        self, meeting_id: uuid.UUID, item_id: uuid.UUID, form: forms.AgreementForm | None, *, status: int = 200
    ) -> HttpResponse:
        item = actions.read_item(item_id=item_id, by=self.actor, at=self.at)
        if item.meeting_id != meeting_id:
            raise rules.ItemNotFound
        meeting = queries.get_meeting(meeting_id, by=self.actor)
        agenda = queries.agenda(meeting, by=self.actor)
        seats = queries.seats(meeting_id)
        return self.show(
            {
                "meeting": meeting,
                "item": item,
                "place": place(agenda, item),
                "agenda": agenda,
                "seats": seats,
                "discussed": queries.discussed(item, held_on=meeting.held_on),
                "form": form or forms.AgreementForm(seats=seats),
            },
            status=status,
        )


class ItemQuestion(pages.Page):
    """What the table is asked about a case."""

    roles = ROLES
    template = "tables/question.html"
    title = _("Question to the table")

    def get(self, request: HttpRequest, meeting_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
        """Show the question as it stands."""
        del request, meeting_id
        item = actions.read_item(item_id=item_id, by=self.actor, at=self.at)
        return self.show({"item": item, "form": forms.QuestionForm(initial={"question": item.question})})

    def post(self, request: HttpRequest, meeting_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
        """Keep the question."""
        del meeting_id
        form = forms.QuestionForm(request.POST)
        item = queries.get_item(item_id, by=self.actor)
        if not form.is_valid():
            return self.show({"item": item, "form": form}, status=422)
        actions.change_question(item_id=item_id, question=form.cleaned_data["question"], by=self.actor, at=self.at)
        return self.saved(_("The question is kept."), to=item_address(item))
