"""The base of every page: who is there, why, when, and how an answer looks."""

import datetime
import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views import View

from federation import clock
from federation.identity import browser
from federation.identity.actor import Actor, Role
from federation.identity.person import Person
from federation.portal import account, drafts, once, refusals
from federation.portal.models import SentForm
from federation.rest.views import PURPOSE

HTMX = "HX-Request"


class Page(View):
    """One address of the pages. Subclasses have `get` and `post`, each with one call into actions or queries."""

    roles: ClassVar[frozenset[Role]]
    """Who may open it; others get the page of 403."""
    template: ClassVar[str]
    title: ClassVar[str | Promise]
    """Stands in the browser's tab and history: never the name of a person."""
    draft: ClassVar[str] = ""
    """The name of the form of which unfinished text is kept for the person, "" for none.

    Its template has `{% draft_keeper %}` within the form, and the form starts with `self.unfinished`.
    """
    _led_to = ""
    """Where an act led; "" as long as nothing was done."""

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        """Answer the request of somebody who is logged in and has one of the roles."""
        try:
            here = browser.person(request)
            if here is None:
                return self._of_a_stranger(request)
            if not here.actor.has(*self.roles):
                return refusals.page(request, 403)
            return self._about_the_draft(request) or self._once(request, *arguments, **named)
        except refusals.CAUGHT as refusal:
            return refusals.answer(request, refusal)

    def http_method_not_allowed(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        """Answer a method that the page does not have."""
        del arguments, named
        return refusals.page(request, 405)

    @property
    def person(self) -> Person:
        """Who looks or acts, with the name that colleagues use."""
        here = browser.person(self.request)
        assert here is not None, "dispatch lets nobody else in"  # noqa: S101 -- for the type checker
        return here

    @property
    def actor(self) -> Actor:
        """Who looks or acts."""
        return self.person.actor

    @functools.cached_property
    def at(self) -> datetime.datetime:
        """The instant of the request, the same for everything that it does."""
        return clock.now()

    @property
    def purpose(self) -> str:
        """Why somebody opens what is not in his own work: a code such as `complaint`, "" without one."""
        found = self.request.POST.get("purpose") or self.request.GET.get("purpose") or ""
        return found if PURPOSE.fullmatch(found) else ""

    @property
    def about(self) -> str:
        """What a draft is about: the ids in the page's address."""
        return "/".join(str(value) for value in self.kwargs.values())

    @property
    def unfinished(self) -> dict[str, str | list[str]]:
        """What the person had written before: the `initial` of the form; empty where there is no draft."""
        kept = self.kept
        return kept.initial if kept else {}

    def keeps_drafts(self) -> bool:
        """Say whether unfinished text is kept: a page that was left open must not bring back what was erased."""
        return True

    def show(
        self, context: Mapping[str, Any] | None = None, *, status: int = 200, template: str | None = None
    ) -> HttpResponse:
        """Return the page with `context`; 422 shows a form with what is wrong in it."""
        values = {"title": self.title, "at": self.at, "actor": self.actor, "page": self, **(context or {})}
        return render(self.request, template or self.template, values, status=status)

    def saved(self, message: str | Promise, *, to: str) -> HttpResponse:
        """Return the way to the page `to`, which says `message` on top; a reload then saves nothing twice.

        The message is a fixed text, at most with a link of this host in it, and names nobody. A draft of this page has
        done its work and goes.
        """
        if self.draft:
            drafts.drop(self._place(self.actor.subject))
        messages.success(self.request, str(message))
        self._led_to = to
        return HttpResponseRedirect(to)

    @property
    def kept(self) -> drafts.Kept | None:
        """The draft that the form starts with."""
        return self._drafts[0]

    @property
    def kept_beside(self) -> drafts.Kept | None:
        """What came after a session had ended, where there was a draft: the person says what becomes of it."""
        return self._drafts[1]

    @functools.cached_property
    def _drafts(self) -> tuple[drafts.Kept | None, drafts.Kept | None]:
        return drafts.find_both(self._place(self.actor.subject)) if self.draft else (None, None)

    def _place(self, subject: str) -> drafts.Place:
        return drafts.Place(subject=subject, form=self.draft, object=self.about)

    def _keep_draft(self, subject: str) -> bool:
        if not self.keeps_drafts():
            return False
        return drafts.keep(self._place(subject), drafts.content_of(self.request.POST), at=self.at)

    def _about_the_draft(self, request: HttpRequest) -> HttpResponse | None:
        """Return the answer to a button about the draft, None for every other request."""
        if not self.draft or request.method != "POST":
            return None
        place = self._place(self.actor.subject)
        if drafts.SWAP in request.POST:
            if drafts.find(place) is not None:  # what was written since is not lost by it
                drafts.keep(place, drafts.content_of(request.POST), at=self.at)
            drafts.swap(place)
            return HttpResponseRedirect(request.path)
        for button, dropped in ((drafts.DROP, place), (drafts.DROP_BESIDE, replace(place, beside=True))):
            if button in request.POST:
                drafts.drop(dropped)
                return HttpResponseRedirect(request.path)
        if drafts.KEEP not in request.POST:
            return None
        kept = self._keep_draft(self.actor.subject)
        if request.headers.get(HTMX):
            return render(request, "portal/draft_kept.html", {"kept": kept, "at": self.at})
        messages.success(request, _("Your draft is kept. Only you see it.") if kept else _("There is nothing to keep."))
        return HttpResponseRedirect(request.path)

    def _once(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        """Answer the request; a form that bears a key is done once, and its key is taken in the transaction of the act.

        A form that was refused has done nothing, and may be mended and sent under the same key.
        """
        sent = once.sending(request, subject=self.actor.subject)
        if sent is None:
            return super().dispatch(request, *arguments, **named)
        with transaction.atomic():
            before = once.claim(sent, at=self.at)
            if before is not None:
                return self._sent_before(sent, before)
            response = super().dispatch(request, *arguments, **named)
            if self._led_to:
                once.keep(sent, led_to=self._led_to)
            else:
                once.give_back(sent)
            return response

    def _sent_before(self, sent: once.Sending, before: SentForm) -> HttpResponse:
        """Return the way to where the form led; what was changed in it since stays as a draft, if there are any."""
        if self.draft and before.digest != sent.digest:
            self._keep_draft(self.actor.subject)
        messages.info(self.request, str(sent.said(before)))
        return HttpResponseRedirect(before.led_to)

    def _of_a_stranger(self, request: HttpRequest) -> HttpResponse:
        """Return the way to the login; what is sent after a session has ended is kept for its person first.

        Anybody may sit there by then: it takes the place of nothing that the person kept himself.
        """
        subject = browser.whose(request) if self.draft and request.method == "POST" else ""
        content, key = drafts.content_of(request.POST), once.sent_key(request)
        kept = (
            bool(subject)
            and self.keeps_drafts()
            and drafts.keep_late(self._place(subject), content, key=key, at=self.at)
        )
        return account.ask_to_log_in(request, kept=kept, fragment=bool(request.headers.get(HTMX)))
