"""My work: the first page of who works with people."""

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from federation.identity.actor import MissingPermission, Role
from federation.portal import drafts
from municipal.cases import rules as case_rules
from municipal.desk import actions, queries
from municipal.desk.pages.case import NOTE
from municipal.desk.pages.page import DeskPage
from municipal.referrals import actions as referrals

WORKERS = frozenset(case_rules.WRITERS)


class MyWork(DeskPage):
    """What is for today, what is to be done, and what others owe; everybody else is sent to his own first page."""

    roles = frozenset(Role)
    template = "desk/my_work.html"
    title = _("My work")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the work as it stands now, and what came since the visit before."""
        del request
        if not self.actor.has(*WORKERS):
            return HttpResponseRedirect(reverse(self.first_page()))
        since = actions.arrive(by=self.actor, at=self.at)
        notes = drafts.of_form(NOTE, subject=self.actor.subject)
        work = queries.work(by=self.actor, notes=notes, since=since, at=self.at)
        return self.show({"work": work, "since": since})

    def first_page(self) -> str:
        """Return the name of the first page of somebody who does no casework; raise MissingPermission without one."""
        for name, _label, roles in settings.PORTAL_NAVIGATION:
            if name != "my-work" and self.actor.has(*roles):
                return str(name)
        raise MissingPermission


class ItemsRead(DeskPage):
    """The tick at something that lay on the team's list."""

    roles = WORKERS
    title = _("My work")
    http_method_names = ["post"]

    def post(self, request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
        """Take it off the list."""
        del request
        referrals.read_items(referral_id=referral_id, by=self.actor, at=self.at)
        return self.saved(_("Ticked off."), to=reverse("my-work"))
