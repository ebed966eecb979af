"""The base of every page of a case: the bar above it, its tabs, and the question why a file is opened."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from federation import clock
from federation.rest.views import PURPOSE
from municipal.cases import actions as cases, queries as case_queries, rules as case_rules
from municipal.desk import actions, forms, queries
from municipal.desk.pages.page import DeskPage
from municipal.tables import queries as table_queries

TABS = (
    ("case-overview", _("Overview")),
    ("case-timeline", _("Timeline")),
    ("case-plan", _("Picture, goals, ways")),
    ("case-agreements", _("Agreements")),
    ("case-consent", _("Consent")),
    ("case-referrals", _("Referrals")),
)


NOTE = "quick-note"
"""The name of the form of which unfinished notes are kept, one a person and case."""


class CasePage(DeskPage):
    """One page of one case. Subclasses say with `look` what they show; reading is logged as by the API.

    Why a file is opened that is not in the own work stands as a code in the address, and is asked where it is missing.
    """

    roles = frozenset(case_rules.READERS)
    title = _("Case")
    tab: ClassVar[str] = ""

    @property
    def case_id(self) -> uuid.UUID:
        """The case of the address."""
        found: uuid.UUID = self.kwargs["case_id"]
        return found

    @property
    def purpose(self) -> str:
        """Why the file is opened, as the address says; what is sent with a form is never it: a consent has one too."""
        found = self.request.GET.get("purpose", "")
        return found if PURPOSE.fullmatch(found) else ""

    def keeps_drafts(self) -> bool:
        """Say whether unfinished text is kept: about a case whose file was erased nothing is."""
        return not case_queries.is_erased(self.case_id)

    def get(self, request: HttpRequest, **named: Any) -> HttpResponse:
        """Show the page, or ask first why the file is opened."""
        del request, named
        try:
            return self.look()
        except case_rules.PurposeMissing:
            return self.ask_why()

    def look(self) -> HttpResponse:
        """Show the page."""
        raise NotImplementedError

    def read(self) -> case_queries.CaseView:
        """Return the case and leave an entry in the log of readings; raises as `cases.actions.read_case` does."""
        return cases.read_case(case_id=self.case_id, purpose=self.purpose, by=self.actor, at=self.at)

    def read_if_allowed(self) -> case_queries.CaseView | None:
        """Return the case where the file may be read, None where only its consents and referrals are in sight."""
        try:
            return self.read()
        except (case_rules.PurposeMissing, case_rules.FileClosed):
            return None

    def read_file(self, *, block: str | None = None, agreements: bool = False) -> queries.File:
        """Return the case with parts of its file and leave an entry for each; as `desk.actions.read_file`."""
        return actions.read_file(
            case_id=self.case_id, block=block, agreements=agreements, purpose=self.purpose, by=self.actor, at=self.at
        )

    def show_case(
        self, case: case_queries.CaseView | None, context: Mapping[str, Any] | None = None, **how: Any
    ) -> HttpResponse:
        """Return the page under the bar of its case."""
        head = queries.head(self.case_id, case=case, by=self.actor, at=self.at)
        query = f"?purpose={self.purpose}" if self.purpose else ""
        return self.show({"head": head, "tab": self.tab, "tabs": TABS, "query": query, **(context or {})}, **how)

    def ask_why(self) -> HttpResponse:
        """Ask why the file is opened; the answer, a code, stands in the log that the person may ask for."""
        form = forms.PurposeForm(self.request.GET) if "purpose" in self.request.GET else forms.PurposeForm()
        context = {"form": form, "reference": case_queries.references([self.case_id])[self.case_id]}
        return self.show(context, status=403, template="desk/purpose.html")


class CaseOverview(CasePage):
    """What one must know before one rings the bell."""

    template = "desk/overview.html"
    tab = "case-overview"
    draft = NOTE

    def look(self) -> HttpResponse:
        """Show goals first, then what helps, what is next, and what was last."""
        file = self.read_file(block="", agreements=True)
        timeline = queries.timeline(file)
        moments = timeline.moments
        helps = [one for one in file.entries if one.fields.get("lifeDomain") in HELPS]
        return self.show_case(
            file.case,
            {
                "plan": queries.plan(file.entries, earlier={}),
                "helps": helps,
                "open": [one for one in file.agreements if one.unsettled],
                "linked": case_queries.linked_with(self.case_id),
                "last": next((one for one in moments if one.note), None),
                "moments": moments[:SHORT],
                "colleagues": timeline.colleagues,
                "more": len(moments) > SHORT,
                "note": forms.NoteForm(initial=self.unfinished, at=self.at),
            },
        )


HELPS = frozenset({case_rules.LifeDomain.PROTECTION, case_rules.LifeDomain.HELP})
SHORT = 6
"""Moments of the timeline on the overview."""


class CaseAgreements(CasePage):
    """Who does what by when, and tells whom: everything that was agreed about this case."""

    template = "desk/case_agreements.html"
    tab = "case-agreements"

    def look(self) -> HttpResponse:
        """Show what is still to do first, and the next table at which the case can be discussed."""
        file = self.read_file(agreements=True)
        today = clock.today_in_brussels(self.at)
        following = None
        if file.case.person:
            following = table_queries.next_meeting_about(self.case_id, file.case.person.birth_on, on=today)
        return self.show_case(file.case, {"agreements": file.agreements, "following": following})


class CaseReferrals(CasePage):
    """What was asked of other towns for this case, and what came from them."""

    template = "desk/case_referrals.html"
    tab = "case-referrals"

    def look(self) -> HttpResponse:
        """Show every referral of the case, the newest first."""
        found = queries.referrals_of(self.case_id, by=self.actor)
        return self.show_case(self.read_if_allowed(), {"referrals": found})


def address(name: str, case_id: uuid.UUID) -> str:
    """Return the address of a page of a case."""
    return reverse(name, kwargs={"case_id": case_id})
