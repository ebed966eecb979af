"""The person in front of the browser: an actor with a name that the header shows and no log ever sees."""

import datetime
from dataclasses import dataclass

from federation.identity.actor import Actor


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in with a browser."""

    actor: Actor
    name: str
    """As colleagues say it: Els W.; "" where the realm knows no name."""


@dataclass(frozen=True)
class LoggedIn:
    """What the realm said of a person, and until when that counts."""

    person: Person
    sid: str
    """The realm's name of its own session."""
    proof: str
    """With this the realm is asked again: the refresh token."""
    good_until: datetime.datetime
