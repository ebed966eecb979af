"""Who read what: the log of accesses, the list that a person may ask for, and the register of consents."""

import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from federation import clock
from federation.identity.actor import Role
from municipal.cases import actions as cases, queries as case_queries, rules as case_rules
from municipal.consents import queries as consents
from municipal.desk import forms, queries
from municipal.desk.pages.case import CasePage
from municipal.desk.pages.page import DeskPage

OFFICER = frozenset({Role.DATA_PROTECTION_OFFICER})
LENGTH = 50


class Accesses(DeskPage):
    """Everything that was done with cases, for the data protection officer; it holds no content."""

    roles = OFFICER
    template = "desk/accesses.html"
    title = _("Access log")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of the log, the newest first; that somebody looked is kept."""
        sheet = Paginator(cases.read_accesses(by=self.actor, at=self.at), LENGTH).get_page(request.GET.get("page"))
        lines = queries.accesses(sheet.object_list)
        context = {"form": forms.LogForm(), "accesses": lines, "colleagues": queries.actors(lines), "sheet": sheet}
        return self.show(context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show the part of the log that was asked for: of one case, of some days."""
        form = forms.LogForm(request.POST)
        if not form.is_valid():
            return self.show({"form": form, "accesses": []}, status=422)
        asked = form.cleaned_data
        try:
            case_id = case_queries.id_of(asked["reference"]) if asked["reference"] else None
        except case_rules.CaseNotFound as refusal:
            form.refuse(refusal)
            return self.show({"form": form, "accesses": []}, status=422)
        since, until = _start(asked["since"]), _start(asked["until"], days=1)
        found = cases.read_accesses(case_id=case_id, since=since, until=until, by=self.actor, at=self.at)
        sheet = Paginator(found, MOST).get_page(1)
        lines = queries.accesses(sheet.object_list)
        context = {"form": form, "accesses": lines, "colleagues": queries.actors(lines), "case_id": case_id}
        return self.show(context | {"asked": True, "total": sheet.paginator.count, "most": MOST})


MOST = 500
"""Lines of one answer: who finds more asks for fewer days."""


class CaseAccesses(CasePage):
    """Who read or changed one case, on paper for the person who asks.

    Who works here stands on it by the number of the account: the person has a right to the acts and their times, not
    to the names of staff (Court of Justice, C-579/21); the officer, who sees them in the log, weighs who asks for one.
    """

    roles = OFFICER
    template = "desk/case_accesses.html"
    title = _("Access log")

    def look(self) -> HttpResponse:
        """Show the whole list of one case; it names no client, and those who acted by their account's number."""
        found = queries.accesses(cases.read_accesses(case_id=self.case_id, by=self.actor, at=self.at))
        return self.show_case(None, {"accesses": found, "colleagues": {}})


class ConsentRegister(DeskPage):
    """Every consent of this town; nobody is named."""

    roles = OFFICER
    template = "desk/consent_register.html"
    title = _("Register of consents")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of the register, the newest first."""
        sheet = Paginator(consents.register(), LENGTH).get_page(request.GET.get("page"))
        return self.show({"consents": queries.registered(sheet.object_list, at=self.at), "sheet": sheet})


def _start(day: datetime.date | None, *, days: int = 0) -> datetime.datetime | None:
    """Return the first instant of a day in Belgium, or of one so many days later."""
    if day is None:
        return None
    return datetime.datetime.combine(day + datetime.timedelta(days=days), datetime.time(), clock.BRUSSELS)
