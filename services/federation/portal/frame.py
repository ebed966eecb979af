"""What stands around every page: whose Zenne this is, who works in it, where one can go, what waits."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.module_loading import import_string

from federation import clock
from federation.contracts import codes
from federation.errors import DomainError
from federation.identity import browser
from federation.identity.actor import Actor
from federation.portal import town

Count = Callable[[Actor, datetime.datetime], int]


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True)
class Waiting:
    """Something that waits for this person, with its number."""

    label: str
    href: str
    count: int


@dataclass(frozen=True)
class Language:
    """One language of the language switch."""

    code: str
    name: str
    current: bool


class Frame:
    """The frame of one page, worked out when the template asks for it."""

    def __init__(self, request: HttpRequest, *, counting: bool = True) -> None:
        """Will stand around the page that `request` asks for; a page about a failure counts nothing."""
        self.request = request
        self.counting = counting
        try:
            self.person = browser.person(request)
        except (DomainError, DatabaseError):
            self.person = None

    @property
    def accent(self) -> str:
        """The accent of the participant's tenant file."""
        return town.own().accent

    @property
    def name(self) -> str:
        """The participant's name in the reader's language."""
        return town.name()

    @property
    def level(self) -> str:
        """The level of the participant: municipal, regional or national."""
        return town.own().level

    @property
    def language(self) -> str:
        """The language of the page."""
        return town.language()

    @property
    def capacity(self) -> str:
        """In which roles the person works here."""
        if self.person is None:
            return ""
        listed = (role for role in codes.ordered("role") if role in self.person.actor.roles)
        return ", ".join(codes.label("role", role, self.language) for role in listed)

    @cached_property
    def at(self) -> datetime.datetime:
        """The instant of the page."""
        return clock.now()

    @property
    def practice(self) -> bool:
        """Whether this is an environment for practice, in which everything is invented."""
        return bool(settings.PORTAL_PRACTICE)

    @property
    def phone(self) -> str:
        """The number of people who help with the program."""
        return str(settings.PORTAL_PHONE)

    @property
    def languages(self) -> list[Language]:
        """The languages of the language switch."""
        return [Language(code, name, code == self.language) for code, name in settings.LANGUAGES]

    @property
    def home(self) -> str:
        """The address of the first page of this person."""
        return self.places[0].href if self.places else "/"

    @cached_property
    def places(self) -> list[Place]:
        """Where this person can go."""
        found = [
            (str(label), reverse(name))
            for name, label, roles in settings.PORTAL_NAVIGATION
            if self.person is not None and self.person.actor.has(*roles)
        ]
        current = _current(self.request.path, [href for _, href in found])
        return [Place(label, href, href == current) for label, href in found]

    @cached_property
    def waiting(self) -> list[Waiting]:
        """What waits for this person, as the service's own functions count it."""
        if self.person is None or not self.counting:
            return []
        return [
            Waiting(str(label), reverse(name), _counter(function)(self.person.actor, self.at))
            for name, label, function, roles in settings.PORTAL_COUNTS
            if self.person.actor.has(*roles)
        ]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame, as a context processor."""
    return {"frame": Frame(request)}


def _current(path: str, entries: list[str]) -> str:
    """Return the entry to which a page belongs: the nearest above it, one that begins alike, or the one that is set."""
    above = [href for href in entries if _lies_below(path, href)]
    if above:
        return max(above, key=len)
    first = path.split("/")[1]
    alike = [href for href in entries if first and href.split("/")[1] == first]
    if alike:
        return alike[0]
    name = settings.PORTAL_BELONGS.get(first)
    return reverse(name) if name else ""


def _lies_below(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(f"{href}/"))


def _counter(function: str) -> Count:
    found: Count = import_string(function)
    return found
