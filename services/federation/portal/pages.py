"""The base of every page: who is there, why, when, and how an answer looks."""

import datetime
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.views import View

from federation import clock
from federation.identity import browser
from federation.identity.actor import Actor, Role
from federation.portal import account, refusals

PURPOSE = re.compile(r"[a-z][A-Za-z]{1,40}")


class Page(View):
    """One address of the pages. Subclasses have `get` and `post`, each with one call into actions or queries."""

    roles: ClassVar[frozenset[Role]]
    """Who may open it; others get the page of 403."""
    template: ClassVar[str]
    title: ClassVar[str | Promise]
    """Stands in the browser's tab and history: never the name of a person."""
    draft: ClassVar[str] = ""
    """The name of the form of which unfinished text is kept for the person, "" for none."""

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        """Answer the request of somebody who is logged in and has one of the roles."""
        try:
            here = browser.person(request)
            if here is None:
                return account.ask_to_log_in(request)
            if not here.actor.has(*self.roles):
                return refusals.page(request, 403)
            return super().dispatch(request, *arguments, **named)
        except refusals.CAUGHT as refusal:
            return refusals.answer(request, refusal)

    @property
    def actor(self) -> Actor:
        """Who looks or acts."""
        here = browser.person(self.request)
        assert here is not None, "dispatch lets nobody else in"  # noqa: S101 -- for the type checker
        return here.actor

    @property
    def at(self) -> datetime.datetime:
        """The instant of the request, the same for everything that it does."""
        if not hasattr(self, "_at"):
            self._at = clock.now()
        return self._at

    @property
    def purpose(self) -> str:
        """Why somebody opens what is not in his own work: a code such as `complaint`, "" without one."""
        found = self.request.POST.get("purpose") or self.request.GET.get("purpose") or ""
        return found if PURPOSE.fullmatch(found) else ""

    def show(
        self, context: Mapping[str, Any] | None = None, *, status: int = 200, template: str | None = None
    ) -> HttpResponse:
        """Return the page with `context`; 422 shows a form with what is wrong in it."""
        values = {"title": self.title, "at": self.at, "actor": self.actor, **(context or {})}
        return render(self.request, template or self.template, values, status=status)

    def saved(self, message: str | Promise, *, to: str) -> HttpResponse:
        """Return the way to the page `to`, which says `message` on top; a reload then saves nothing twice."""
        messages.success(self.request, str(message))
        return HttpResponseRedirect(to)
