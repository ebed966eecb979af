"""The tables of releases."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact

CODE = 41


class Release(models.Model):
    """What one municipality released of one closed year, under one version of the programme. Added, never changed.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.CharField(max_length=31)
    nis = models.CharField(max_length=5)
    year = models.PositiveSmallIntegerField()
    programme = models.PositiveSmallIntegerField()
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            # a second release of the same year: the difference of the two would be people
            models.UniqueConstraint(
                name="one_release_per_municipality_year_and_programme", fields=("participant", "year", "programme")
            ),
            models.CheckConstraint(name="a_release_is_of_a_municipality", condition=Q(nis__regex=r"^[0-9]{5}$")),
        ]
        indexes = [models.Index(name="releases_of_a_year", fields=("-year", "participant"))]

    def __str__(self) -> str:
        """Return whose release of which year it is."""
        return f"{self.participant} {self.year}"


class Figure(models.Model):
    """One protected figure of a release; empty means withheld: under ten, a true zero included, or a band beside it.

    Added, never changed. Migration 0003 refuses a band that is shown where a figure of its indicator is withheld.

    Personal data: none.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="figures")
    number = models.PositiveSmallIntegerField()
    indicator = models.CharField(max_length=CODE)
    age_band = models.CharField(max_length=CODE)
    value = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_figure_per_indicator_and_age_band", fields=("release", "indicator", "age_band")
            ),
            models.UniqueConstraint(name="figures_have_the_order_of_the_programme", fields=("release", "number")),
            # an exact count, or a small one, must not stand here whoever sent it
            models.CheckConstraint(
                name="a_shown_figure_is_a_multiple_of_five_from_ten",
                condition=Q(value__isnull=True) | (Q(value__gte=10) & Q(Exact(Mod(F("value"), 5), 0))),
            ),
        ]

    def __str__(self) -> str:
        """Return what the figure is about."""
        return f"{self.indicator} {self.age_band}"
