"""How far an agreement is: done, later, or it did not work; from wherever it is shown."""

import urllib.parse
import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy

from federation.errors import DomainError
from federation.portal import account, forms as portal_forms, pages
from municipal.tables import actions, forms
from municipal.tables.pages.meetings import ROLES


class AgreementPage(pages.Page):
    """An act on one agreement; afterwards people are where they were."""

    roles = ROLES

    @property
    def back(self) -> str:
        """Where the person came from, a path of this host."""
        return account.own_path(self.request.POST.get("next") or self.request.GET.get("next") or reverse("tables"))

    def ask(self, form: portal_forms.Form | None, agreement_id: uuid.UUID, *, status: int = 200) -> HttpResponse:
        """Show the agreement with the form that the act needs."""
        view = actions.read_agreement(agreement_id=agreement_id, by=self.actor, at=self.at)
        return self.show({"agreement": view, "form": form, "back": self.back}, status=status)


class AgreementTick(AgreementPage):
    """Marks an agreement as done, with one click."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, agreement_id: uuid.UUID) -> HttpResponse:
        """Say that it is done."""
        del request
        actions.tick_agreement(agreement_id=agreement_id, by=self.actor, at=self.at)
        undo = reverse("agreement-reopen", kwargs={"agreement_id": agreement_id})
        way = f"{undo}?{urllib.parse.urlencode({'next': self.back})}"
        message = format_html('{} <a href="{}">{}</a>', _("Marked as done."), way, _("Undo"))
        return self.saved(message, to=self.back)


class AgreementReopen(AgreementPage):
    """Takes back that an agreement was done or did not work."""

    template = "tables/reopen.html"
    title = gettext_lazy("Undo")

    def get(self, request: HttpRequest, agreement_id: uuid.UUID) -> HttpResponse:
        """Ask whether it is to do again."""
        del request
        return self.ask(None, agreement_id)

    def post(self, request: HttpRequest, agreement_id: uuid.UUID) -> HttpResponse:
        """Say that it is to do again."""
        del request
        actions.reopen_agreement(agreement_id=agreement_id, by=self.actor, at=self.at)
        return self.saved(_("It is to do again."), to=self.back)


class AgreementPostpone(AgreementPage):
    """Gives an agreement a later day, with a reason."""

    template = "tables/postpone.html"
    title = gettext_lazy("Postpone an agreement")

    def get(self, request: HttpRequest, agreement_id: uuid.UUID) -> HttpResponse:
        """Ask for the day and the reason."""
        del request
        return self.ask(forms.PostponeForm(), agreement_id)

    def post(self, request: HttpRequest, agreement_id: uuid.UUID) -> HttpResponse:
        """Keep the later day."""
        form = forms.PostponeForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                actions.postpone_agreement(
                    agreement_id=agreement_id, to=given["due_on"], reason=given["reason"], by=self.actor, at=self.at
                )
            except DomainError as refusal:
                if refusal.field is None:
                    raise
                form.refuse(refusal)
            else:
                return self.saved(_("Postponed."), to=self.back)
        return self.ask(form, agreement_id, status=422)


class AgreementNotWorked(AgreementPage):
    """Says that an agreement did not work, and why."""

    template = "tables/not_worked.html"
    title = gettext_lazy("An agreement did not work")

    def get(self, request: HttpRequest, agreement_id: uuid.UUID) -> HttpResponse:
        """Ask what happened."""
        del request
        return self.ask(forms.NotWorkedForm(), agreement_id)

    def post(self, request: HttpRequest, agreement_id: uuid.UUID) -> HttpResponse:
        """Keep what happened."""
        form = forms.NotWorkedForm(request.POST)
        if form.is_valid():
            actions.mark_not_worked(agreement_id=agreement_id, why=form.cleaned_data["why"], by=self.actor, at=self.at)
            return self.saved(_("Kept: the table hears of it at its next meeting."), to=self.back)
        return self.ask(form, agreement_id, status=422)
