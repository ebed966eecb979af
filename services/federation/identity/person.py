"""The person in front of the browser: an actor with a name that the header shows and nothing stores or logs."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from federation.identity.actor import Actor


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in with a browser."""

    actor: Actor
    name: str
    """As colleagues say it: Els W."""
    since: datetime.datetime


def of(request: HttpRequest) -> Person | None:
    """Return who is logged in, None for a stranger."""
    person: Person | None = getattr(request, "person", None)
    return person


def stored(person: Person) -> dict[str, Any]:
    """Return what a session holds of a person."""
    return {
        "subject": person.actor.subject,
        "roles": sorted(person.actor.roles),
        "team": person.actor.team,
        "name": person.name,
        "since": person.since.isoformat(),
    }


def restored(values: Any, *, participant: str) -> Person | None:
    """Return the person that a session holds, None where nobody is logged in."""
    if not values.get("subject"):
        return None
    return Person(
        actor=Actor(
            subject=values["subject"],
            roles=frozenset(values["roles"]),
            team=values["team"],
            participant=participant,
        ),
        name=values["name"],
        since=datetime.datetime.fromisoformat(values["since"]),
    )
