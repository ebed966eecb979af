"""The table of the desk."""

from django.db import models
from django.db.models import F, Q


class Visit(models.Model):
    """When somebody of the town was last at the desk, so that it can say what is new since then.

    Personal data: the account of a member of staff, and two instants.
    Ground: task of public interest. Kept: overwritten at each visit.
    """

    subject = models.CharField(max_length=80, primary_key=True)
    last_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True, blank=True)
    """The end of the visit before this one."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_visit_is_somebodys", condition=~Q(subject="")),
            models.CheckConstraint(
                name="a_visit_follows_the_one_before",
                condition=Q(before_at__isnull=True) | Q(before_at__lte=F("last_at")),
            ),
        ]
