"""The table of people."""

import uuid

from django.db import models
from django.db.models import Q

from federation import clock


class Person(models.Model):
    """One person who is helped; never read but through a case.

    Personal data: name, birth date, contact language, telephone number, municipality of stay.
    Ground: task of public interest (GDPR art. 6(1)(e)); the municipality's help to its inhabitants.
    Kept: as long as the case; erased with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    birth_on = models.DateField()
    contact_language = models.CharField(max_length=3)
    interpreter_needed = models.BooleanField(default=False)
    phone = models.CharField(max_length=16, blank=True)
    municipality = models.CharField(max_length=5, blank=True)

    class Meta:
        constraints = [
            # a case of nobody cannot be found again when the person calls (loss L21)
            models.CheckConstraint(
                name="a_person_has_a_name", condition=~Q(first_name__regex=r"^\s*$") & ~Q(last_name__regex=r"^\s*$")
            ),
            models.CheckConstraint(
                name="a_birth_date_is_between_1900_and_2199", condition=Q(birth_on__range=clock.DAYS)
            ),
            # whoever calls must be able to speak with the person (first contact, loss L17)
            models.CheckConstraint(
                name="a_contact_language_is_a_code", condition=Q(contact_language__regex=r"^[a-z]{2,3}$")
            ),
            models.CheckConstraint(
                name="a_phone_number_can_be_called_from_anywhere", condition=Q(phone__regex=r"^(\+[1-9][0-9]{6,14})?$")
            ),
            models.CheckConstraint(
                name="a_municipality_of_stay_is_a_nis_code", condition=Q(municipality__regex=r"^([0-9]{5})?$")
            ),
        ]

    def __str__(self) -> str:
        """Return the id: a name must not reach a log by accident."""
        return f"person {self.pk}"
