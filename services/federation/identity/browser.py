"""Who is in front of the browser, decided anew for each request from the session on the server's side."""

import datetime
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from federation import clock
from federation.identity import person, sessions

TOUCHED = "touched"
OFTEN = datetime.timedelta(minutes=1)
"""How often a session is written while somebody works: each time would be a write a page."""


class PersonMiddleware:
    """Puts `request.person` in place: who is logged in, or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Will stand around `get_response`, after Django's own session middleware."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`, which knows its person."""
        request.person = None  # type: ignore[attr-defined]
        # The APIs know no cookie: who calls them shows a token.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith("/api/"):
            request.person = _person(request, at=clock.now())  # type: ignore[attr-defined]
        return self.get_response(request)


def _person(request: HttpRequest, *, at: datetime.datetime) -> person.Person | None:
    found = person.restored(request.session, participant=settings.PARTICIPANT)
    if found is None:
        return None
    if at - found.since >= sessions.WHOLE:
        request.session.flush()
        return None
    touched = request.session.get(TOUCHED)
    if touched is None or at - datetime.datetime.fromisoformat(touched) >= OFTEN:
        request.session[TOUCHED] = at.isoformat()
    return found
