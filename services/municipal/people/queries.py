"""What other modules may know of a person."""

import uuid

from municipal.people import models, rules


def details(person_id: uuid.UUID) -> rules.Details:
    """Return what is known of a person who exists."""
    values = models.Person.objects.values(*rules.FIELDS).get(pk=person_id)
    return rules.Details(**values)
