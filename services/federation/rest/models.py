"""The table of idempotency keys."""

from django.db import models
from django.db.models import Q


class IdempotencyKey(models.Model):
    """One call that was done under a caller's key, and where its thing stands, so that the call is not done again.

    The row commits in the transaction of the act: either both happened or neither. Nothing of the answer is kept.

    Personal data: who called when, ids in addresses, and the digest of what was sent.
    Ground: security of processing (GDPR art. 32). Kept: seven days.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=80)
    call = models.CharField(max_length=200)
    """Method and path: the same key at another address is another key."""
    key = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=71)
    status = models.PositiveSmallIntegerField()
    href = models.CharField(max_length=300)
    """The address of what the call made or changed: read again, with the rights of that day, when it comes again."""
    created_at = models.DateTimeField()

    class Meta:
        db_table = "rest_idempotency_key"
        constraints = [
            # the same act twice after a repeated call (F1)
            models.UniqueConstraint(name="one_answer_per_caller_call_and_key", fields=("subject", "call", "key")),
            models.CheckConstraint(name="only_done_acts_are_remembered", condition=Q(status__range=(200, 299))),
        ]
        indexes = [models.Index(name="idempotency_keys_by_age", fields=("created_at",))]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"idempotency key {self.pk}"
