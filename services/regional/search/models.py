"""Which indices are written to: the one that answers, and one that is being built."""

from django.db import models
from django.db.models import Q


class IndexTarget(models.Model):
    """One index of OpenSearch that gets every change. While it is built anew there are two.

    Personal data: none.
    """

    name = models.CharField(max_length=80, primary_key=True)
    serving = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta:
        db_table = "search_index_target"
        constraints = [
            # two that answer: a search would find a referral twice, or an old one
            models.UniqueConstraint(name="one_index_answers", fields=("serving",), condition=Q(serving=True)),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
