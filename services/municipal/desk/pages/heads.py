"""The head of a case: whom one has, a new case, a correction of who somebody is, and the next contact."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from federation.errors import DomainError
from federation.identity.actor import Role
from federation.portal import forms as portal_forms, town
from municipal.cases import actions as cases, queries as case_queries, rules as case_rules
from municipal.desk import forms, queries
from municipal.desk.pages.case import CasePage, address
from municipal.desk.pages.page import DeskPage
from municipal.desk.pages.writing import CROSSED
from municipal.people import rules as people

WRITERS = frozenset(case_rules.WRITERS)
REFUSED = (people.PersonInvalid, case_rules.EntryInvalid)
LENGTH = 25
"""Rows of a page of cases."""


class CaseList(DeskPage):
    """The cases of the own work; who looks for one says so by POST, and the words stand nowhere."""

    roles = WRITERS
    template = "desk/cases.html"
    title = _("Cases")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of cases, the newest first."""
        found = Paginator(case_queries.visible_to(self.actor), LENGTH)
        sheet = found.get_page(request.GET.get("page"))
        rows = queries.rows(sheet.object_list, by=self.actor)
        return self.show({"form": forms.SearchForm(), "rows": rows, "sheet": sheet, "total": found.count})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show what the words find."""
        form = forms.SearchForm(request.POST)
        if not form.is_valid():
            return self.show({"form": form, "rows": [], "searched": True}, status=422)
        views = cases.find_cases(words=form.cleaned_data["words"], by=self.actor, at=self.at)
        rows = queries.rows_of(views, by=self.actor)
        closed = case_queries.closed_case(form.cleaned_data["words"], by=self.actor)
        context = {"form": form, "rows": rows, "searched": True, "full": len(views) == cases.MOST_FOUND}
        return self.show(context | {"closed": closed})


class CaseNew(DeskPage):
    """A new case: the least that must be known of a person."""

    roles = WRITERS
    template = "desk/case_new.html"
    title = _("New case")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show an empty form."""
        del request
        return self.show({"form": self.form()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open the case; from then on this town answers for the person."""
        form = self.form(request.POST)
        if form.is_valid():
            try:
                case = cases.open_case(
                    details=people.Details(**form.details()),
                    stay_kind=case_rules.StayKind(form.cleaned_data["stay_kind"]),
                    team=form.cleaned_data.get("team", ""),
                    by=self.actor,
                    at=self.at,
                )
            except REFUSED as refusal:
                form.refuse(_at_its_field(refusal))
            else:
                said = _("The case is open. This town answers for the person from now on.")
                return self.saved(said, to=address("case-overview", case.id))
        return self.show({"form": form}, status=422)

    def form(self, data: Any = None) -> forms.NewCaseForm:
        """Return the form; a coordinator also says which team works with the person."""
        return forms.NewCaseForm(data, teams=_teams() if self.actor.has(Role.COORDINATOR) else [])


class CaseIdentity(CasePage):
    """A correction of who somebody is, on top of what was read."""

    roles = WRITERS
    template = "desk/identity.html"
    tab = "case-overview"

    def look(self) -> HttpResponse:
        """Show what is known, in a form."""
        case = self.read()
        known = {name: getattr(case.person, name) for name in people.FIELDS} if case.person else {}
        form = self.form(initial={**known, "stay_kind": case.stay_kind, "team": case.team, "version": case.version})
        return self.show_case(case, {"form": form})

    def form(self, **how: Any) -> forms.IdentityForm:
        """Return the form; a coordinator may give the case to another team."""
        return forms.IdentityForm(**how, teams=_teams() if self.actor.has(Role.COORDINATOR) else [])

    def post(self, request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
        """Save the correction; what a colleague saved in between is shown and not overwritten."""
        del case_id
        form = self.form(data=request.POST)
        if not form.is_valid():
            return self.show_case(self.read(), {"form": form}, status=422)
        changes = {"person": form.details(), "stay_kind": case_rules.StayKind(form.cleaned_data["stay_kind"])}
        if form.cleaned_data.get("team"):
            changes["team"] = form.cleaned_data["team"]
        return _saved_head(self, form, changes, self.differences, to="case-overview")

    def differences(self, case: case_queries.CaseView, form: portal_forms.Form) -> list[tuple[str, Any]]:
        """Return what stands in the file now where it is not what the form says: label and value."""
        now = {name: getattr(case.person, name) for name in people.FIELDS} if case.person else {}
        now |= {"stay_kind": case.stay_kind, "team": case.team}
        return [
            (str(form[name].label), _shown(form, name, value))
            for name, value in now.items()
            if name in form.fields and form.cleaned_data[name] != value
        ]


class NextContact(CasePage):
    """Who speaks with the person next, and when."""

    roles = WRITERS
    template = "desk/next_contact.html"
    tab = "case-overview"

    def look(self) -> HttpResponse:
        """Show what is planned, in a form."""
        case = self.read()
        planned = {"next_contact_on": case.next_contact_on, "next_contact_who": case.next_contact_who}
        return self.show_case(case, {"form": forms.NextContactForm(initial={**planned, "version": case.version})})

    def post(self, request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
        """Plan the contact."""
        del case_id
        form = forms.NextContactForm(request.POST)
        if not form.is_valid():
            return self.show_case(self.read(), {"form": form}, status=422)
        changes = {name: form.cleaned_data[name] for name in ("next_contact_on", "next_contact_who")}
        reason = form.cleaned_data["reason"]
        return _saved_head(self, form, changes, self.differences, to="case-overview", reason=reason)

    def differences(self, case: case_queries.CaseView, form: portal_forms.Form) -> list[tuple[str, Any]]:
        """Return what is planned now where it is not what the form says: label and value."""
        now = {"next_contact_on": case.next_contact_on, "next_contact_who": case.next_contact_who}
        return [
            (str(form[name].label), _shown(form, name, value))
            for name, value in now.items()
            if form.cleaned_data[name] != value
        ]


class ContactDone(CasePage):
    """The tick at a contact that was: it is off the list, and the page of the note comes next."""

    roles = WRITERS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
        """Take the contact off the list, if it is still the one that was seen."""
        changes = {"next_contact_on": None, "next_contact_who": ""}
        form = forms.VersionForm(request.POST)
        version = form.cleaned_data["version"] if form.is_valid() else 0
        cases.change_case(case_id=case_id, version=version, changes=changes, by=self.actor, at=self.at)
        return self.saved(_("Ticked off. Write here how it went."), to=address("case-timeline", case_id))


def _saved_head(
    page: CasePage, form: portal_forms.Form, changes: dict[str, Any], differences: Any, *, to: str, reason: str = ""
) -> HttpResponse:
    """Save a change of the head; refusals of the rules go into the form, a crossing shows both sides."""
    case_id, version = page.case_id, form.cleaned_data["version"]
    try:
        cases.change_case(case_id=case_id, version=version, changes=changes, reason=reason, by=page.actor, at=page.at)
    except case_rules.LostUpdate:
        case = page.read()
        context = {"form": forms.again(form, version=case.version), "crossed": True}
        return page.show_case(case, context | {"differences": differences(case, form)}, status=CROSSED)
    except REFUSED as refusal:
        form.refuse(_at_its_field(refusal))
        return page.show_case(page.read(), {"form": form}, status=422)
    return page.saved(_("Saved."), to=address(to, case_id))


def _at_its_field(refusal: DomainError) -> DomainError:
    """Return a refusal that names its field as this form does: `person.birthOn` is `birthOn` here."""
    refusal.field = (refusal.field or "").rpartition(".")[2] or None
    return refusal


def _shown(form: portal_forms.Form, name: str, value: Any) -> str:
    """Return a value as the form's own field shows it."""
    choices: dict[Any, Any] = {}
    for key, label in getattr(form.fields[name], "choices", ()):
        choices |= dict(label) if isinstance(label, list) else {key: label}
    return str(choices.get(value, form.fields[name].prepare_value(value) or "-"))


def _teams() -> list[tuple[str, str]]:
    return [(team.id, team.names[town.language()]) for team in town.own().teams]
