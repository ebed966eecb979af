"""The cases of brothers and sisters: linked by reference, so that a table meets once about both."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from federation.errors import DomainError
from municipal.cases import actions as cases, queries as case_queries
from municipal.cases.rules import LinkKind
from municipal.desk import forms
from municipal.desk.pages.case import CasePage, address


class CaseLinks(CasePage):
    """What a case is linked with, and a form for one more."""

    template = "desk/case_links.html"
    title = _("Linked cases")

    def look(self) -> HttpResponse:
        """Show the references; nothing of one file stands in the other."""
        return self._show(forms.LinkForm())

    def post(self, request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
        """Link the case of a reference."""
        form = forms.LinkForm(request.POST)
        if form.is_valid():
            try:
                other = case_queries.by_reference(form.cleaned_data["reference"], by=self.actor)
                cases.link_cases(case_id=case_id, other_id=other, kind=LinkKind.SIBLING, by=self.actor, at=self.at)
            except DomainError as refusal:
                if refusal.field != "reference":
                    raise
                form.refuse(refusal)
            else:
                return self.saved(_("The cases are linked."), to=address("case-links", case_id))
        return self._show(form, status=422)

    def _show(self, form: forms.LinkForm, *, status: int = 200) -> HttpResponse:
        linked = case_queries.linked_with(self.case_id)
        return self.show_case(self.read(), {"linked": linked, "form": form}, status=status)


class CaseUnlink(CasePage):
    """Takes a link away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, case_id: uuid.UUID, link_id: uuid.UUID) -> HttpResponse:
        """Take away a link that was a mistake."""
        del request
        cases.unlink_cases(case_id=case_id, link_id=link_id, by=self.actor, at=self.at)
        return self.saved(_("The cases are not linked any more."), to=address("case-links", case_id))
