"""Browsers of people who are logged in, for tests of pages: a Django test client with a session of an actor.

The session is a real one in the database, as the login makes it; only the login itself is left out.
"""

# ruff: noqa: PLC0415 -- Django is set up after plugins are imported

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest

import municipal_environment
from casework import CASEWORKER
from federation import clock
from federation.identity.actor import Actor

LANGUAGE_COOKIE = "__Host-zenne-language"
HOST = f"{municipal_environment.ON_PAPER[municipal_environment.LEVEL]}.localhost"


@pytest.fixture
def page_client(db: None) -> Callable[..., Any]:
    """Return browsers: `page_client(CASEWORKER)`, `page_client(OFFICER, language="fr")`, `page_client(None)`."""
    return browser


def browser(by: Actor | None = CASEWORKER, *, language: str = "en", name: str = "Els W.") -> Any:
    """Return a browser in which `by` is logged in, None for a stranger."""
    from django.test import Client

    from federation.identity import sessions

    found = Client(HTTP_HOST=HOST, headers={"X-Forwarded-Proto": "https"})
    found.cookies[LANGUAGE_COOKIE] = language
    if by is not None:
        found.cookies[sessions.COOKIE] = log_in(by, name=name)
    return found


def log_in(by: Actor, *, name: str = "Els W.", sid: str = "", at: datetime.datetime | None = None) -> str:
    """Begin a session of `by` and return its key; the realm's word counts as long as it lasts."""
    from federation.identity import sessions
    from federation.identity.person import LoggedIn, Person

    now = at or clock.now()
    found = LoggedIn(
        person=Person(actor=by, name=name),
        sid=sid or str(uuid.uuid4()),
        proof="proof",
        good_until=now + sessions.WHOLE,
    )
    return sessions.begin(found, at=now)
