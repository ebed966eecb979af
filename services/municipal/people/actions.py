"""Every write to the table of people. Called by `cases.actions`, inside its transaction and under its audit entry."""

import datetime
import uuid

from federation import clock
from federation.identity.actor import Actor
from municipal.people import models, rules


def register_person(*, details: rules.Details, by: Actor, at: datetime.datetime) -> uuid.UUID:  # noqa: ARG001 -- every action says by whom; the case's audit entry keeps it
    """Store a person and return the id; raise PersonInvalid."""
    known = rules.check(details, today=clock.today_in_brussels(at))
    person = models.Person(**{name: getattr(known, name) for name in rules.FIELDS})
    person.save(force_insert=True)
    return person.pk


def change_person(*, person_id: uuid.UUID, details: rules.Details, by: Actor, at: datetime.datetime) -> None:  # noqa: ARG001 -- as above
    """Store new details of a person; raise PersonInvalid."""
    known = rules.check(details, today=clock.today_in_brussels(at))
    models.Person.objects.filter(pk=person_id).update(**{name: getattr(known, name) for name in rules.FIELDS})


def erase_person(*, person_id: uuid.UUID, by: Actor, at: datetime.datetime) -> None:  # noqa: ARG001 -- as above
    """Remove a person for good; the case keeps its reference and nothing of the content."""
    models.Person.objects.filter(pk=person_id).delete()
