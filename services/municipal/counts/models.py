"""The tables of frozen years."""

from django.db import models
from django.db.models import F, Q

from federation.contracts import programmes

CODE = 41


def _programme() -> Q:
    """Return that a cell is one of the programme: with uniqueness, a whole snapshot takes no cell more."""
    found = Q()
    for indicator, band in programmes.CELLS[programmes.FIRST]:
        found |= Q(indicator=indicator, age_band=band)
    return found


class Snapshot(models.Model):
    """A closed year as it was counted once; later changes of cases do not reach it.

    Migration 0002 refuses a year that was not over in Belgium, and any change but the one approval.

    Personal data: none but who froze and who approved (numbers of the realm).
    Ground: task of public interest. Kept: with the municipality's annual figures.
    """

    year = models.PositiveSmallIntegerField(primary_key=True)
    programme = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=71)
    frozen_at = models.DateTimeField()
    frozen_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=80, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    """The statement that carried the figures; its receipt stands in the outbox."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_snapshot_has_a_digest", condition=Q(digest__regex=r"^sha256:[0-9a-f]{64}$")),
            models.CheckConstraint(name="a_year_is_frozen_by_somebody", condition=~Q(frozen_by="")),
            models.CheckConstraint(
                name="an_approval_has_a_time_a_person_and_a_message",
                condition=Q(approved_at__isnull=True, approved_by="", message_id__isnull=True)
                | (Q(approved_at__isnull=False, message_id__isnull=False) & ~Q(approved_by="")),
            ),
            # one person alone could send out what nobody else has looked at
            models.CheckConstraint(
                name="somebody_else_approves_than_who_froze", condition=~Q(approved_by=F("frozen_by"))
            ),
            models.CheckConstraint(
                name="an_approval_comes_after_the_freeze",
                condition=Q(approved_at__isnull=True) | Q(approved_at__gte=F("frozen_at")),
            ),
        ]

    def __str__(self) -> str:
        """Return the year."""
        return str(self.year)


class Cell(models.Model):
    """One exact count of a frozen year, with the key of its people, from which its noise is drawn.

    Personal data: exact small counts of people, which may point to somebody in a small town.
    Ground: task of public interest: statistics, with the safeguards of GDPR art. 89.
    Kept: with the municipality's annual figures; it never leaves as it is.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="cells")
    indicator = models.CharField(max_length=CODE)
    age_band = models.CharField(max_length=CODE)
    count = models.PositiveIntegerField()
    key = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_cell_per_indicator_and_age_band", fields=("snapshot", "indicator", "age_band")
            ),
            models.CheckConstraint(name="a_cell_is_of_the_programme", condition=_programme()),
            models.CheckConstraint(name="a_cell_key_has_64_bits", condition=Q(key__regex=r"^[0-9a-f]{16}$")),
        ]

    def __str__(self) -> str:
        """Return what was counted, not how many."""
        return f"{self.indicator} {self.age_band}"
