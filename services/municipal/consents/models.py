"""The table of consents."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from municipal.consents import rules

CODE = 41


class DaysOfConsent(Func):
    """The days on which a consent stands, the last one not included."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Consent(models.Model):
    """One consent of one person, as it was given. Only the withdrawal is ever added (trigger in migration 0002).

    Personal data: that the person agreed or took back, in which language; no reason is asked.
    Ground: proof of consent (GDPR art. 7(1)).
    Kept: as long as the case, and as long as a release that rests on it can be questioned.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="consents")
    recipient = models.CharField(max_length=31)
    purpose = models.CharField(max_length=CODE)
    blocks = ArrayField(models.CharField(max_length=CODE))
    giver = models.CharField(max_length=CODE)
    how = models.CharField(max_length=CODE)
    language = models.CharField(max_length=3)
    given_on = models.DateField()
    stands_from = models.DateField()
    """The first day on which it stands: that on which it was given, or the end of the one that it renews."""
    valid_until = models.DateField()
    """The first day on which it does not stand any more."""
    digest = models.CharField(max_length=71, unique=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            # of two consents that stand at once nobody could say which one a release rested on
            ExclusionConstraint(
                name="consents_of_one_purpose_do_not_overlap",
                expressions=[
                    ("case", RangeOperators.EQUAL),
                    ("recipient", RangeOperators.EQUAL),
                    ("purpose", RangeOperators.EQUAL),
                    (
                        DaysOfConsent("stands_from", "valid_until", RangeBoundary(inclusive_lower=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_purpose_is_known", condition=Q(purpose__in=[str(code) for code in rules.Purpose])
            ),
            # an empty consent would let everything or nothing pass, and nobody could say which
            models.CheckConstraint(
                name="a_consent_names_blocks_of_the_file",
                condition=Q(blocks__contained_by=sorted(rules.BLOCKS), blocks__len__gte=1),
            ),
            models.CheckConstraint(name="a_giver_is_known", condition=Q(giver__in=[str(code) for code in rules.Giver])),
            models.CheckConstraint(
                name="a_way_of_asking_is_known", condition=Q(how__in=[str(code) for code in rules.How])
            ),
            models.CheckConstraint(name="a_consent_ends", condition=Q(valid_until__gt=F("stands_from"))),
            models.CheckConstraint(
                name="a_consent_stands_once_it_was_given", condition=Q(stands_from__gte=F("given_on"))
            ),
            models.CheckConstraint(name="a_consent_has_a_digest", condition=Q(digest__regex=r"^sha256:[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="a_withdrawal_is_recorded_by_somebody",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
            ),
            models.CheckConstraint(
                name="a_withdrawal_comes_after_its_consent",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return f"consent {self.pk}"
