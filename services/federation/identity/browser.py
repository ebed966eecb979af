"""Who is in front of the browser: the bridge between a request's cookie and a session."""

from django.http import HttpRequest, HttpResponse

from federation import clock
from federation.identity import sessions
from federation.identity.person import Person

_FOUND = "_zenne_person"


def person(request: HttpRequest) -> Person | None:
    """Return who is logged in, None for a stranger; asked once a request. Raises RealmUnavailable, the first time."""
    if not hasattr(request, _FOUND):
        setattr(request, _FOUND, None)
        key = request.COOKIES.get(sessions.COOKIE, "")
        if key:
            setattr(request, _FOUND, sessions.find(key, at=clock.now()))
    found: Person | None = getattr(request, _FOUND)
    return found


def whose(request: HttpRequest) -> str:
    """Return whose browser this was until the session ended, "" for a stranger's: to keep text, never to show any."""
    key = request.COOKIES.get(sessions.COOKIE, "")
    return sessions.whose(key, at=clock.now()) if key else ""


def keep(response: HttpResponse, key: str) -> None:
    """Put the key of a session into the browser: this host alone, over TLS alone, out of reach of scripts.

    It ends with the browser; the session on the server ends earlier.
    """
    response.set_cookie(sessions.COOKIE, key, secure=True, httponly=True, samesite="Lax", path="/")


def forget(response: HttpResponse) -> None:
    """Take the key out of the browser."""
    response.set_cookie(sessions.COOKIE, "", max_age=0, secure=True, httponly=True, samesite="Lax", path="/")
