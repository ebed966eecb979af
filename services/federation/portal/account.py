"""Logging in and out, and the choice of a language: what every person can do for himself."""

import urllib.parse

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from federation.portal import refusals

YEAR = 31_536_000


def ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """Send a stranger to the login, from where he comes back to this page."""
    if request.method not in {"GET", "HEAD"}:
        return refusals.page(request, 401)
    return HttpResponseRedirect(f"/account/login?{urllib.parse.urlencode({'next': request.get_full_path()})}")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie, and go back to the page."""
    response = HttpResponseRedirect(own_path(request.POST.get("next", "")))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, secure=True, httponly=True, samesite="Lax"
        )
    return response


def own_path(text: str) -> str:
    """Return `text` where it is a path of this host, else the first page: nobody is sent elsewhere from here."""
    own = text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    return text if own else "/"
