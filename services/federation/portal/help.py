"""Help: the manual of each role, and what everybody may know: accessibility, privacy, who read a file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from federation.contracts import codes
from federation.errors import DomainError
from federation.identity import browser
from federation.portal import manual, town

FOR_EVERYBODY = frozenset({"accessibility", "privacy", "reading-log"})
"""Pages that the contents name apart."""


@require_GET
def contents(request: HttpRequest) -> HttpResponse:
    """Show which pages of the manual there are: of one's own roles, of the others, and of what several do."""
    language, own = town.language(), _roles(request)
    there = [role for role in codes.ordered("role") if role in manual.names()]
    pages = [
        {"label": codes.label("role", role, language), "href": reverse("help", args=[role]), "own": role in own}
        for role in sorted(there, key=lambda role: role not in own)
    ]
    for name in sorted(manual.names() - set(there) - FOR_EVERYBODY):
        found = manual.find(name, languages=_languages())
        if found is not None:
            other = found.language if found.language != language else ""
            pages.append({"label": found.title, "href": reverse("help", args=[name]), "own": False, "other": other})
    return render(request, "portal/help_contents.html", {"title": _("Help"), "pages": pages})


@require_GET
def page(request: HttpRequest, page: str) -> HttpResponse:
    """Show one page of the manual; raises Http404."""
    found = manual.find(page, languages=_languages())
    if found is None:
        raise Http404
    context: dict[str, Any] = {"title": found.title, "manual": found, "other": found.language != town.language()}
    return render(request, "portal/help.html", context)


def _languages() -> tuple[str, ...]:
    """Return the languages in which a page is looked for, the reader's first."""
    return town.language(), *town.own().official_languages, "en", "nl", "fr"


def _roles(request: HttpRequest) -> frozenset[str]:
    try:
        here = browser.person(request)
    except DomainError:
        return frozenset()
    return here.actor.roles if here else frozenset()
