"""What somebody was writing and has not saved yet."""

from django.db import models


class Draft(models.Model):
    """One unfinished form of one colleague, about one thing; nobody else ever sees it.

    Personal data: whatever the colleague had written so far, which may be about the person he works with. Ground:
    the task that the form serves; without it a session that ends would eat what was written. Kept: until the form is
    saved or the draft is thrown away, 30 days at most.
    """

    subject = models.CharField(max_length=36)
    form = models.CharField(max_length=40)
    object = models.CharField(max_length=100, blank=True)
    content = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "portal_draft"
        constraints = [
            # two drafts of one form: which of the two is what was written last?
            models.UniqueConstraint(fields=["subject", "form", "object"], name="one_draft_a_person_form_and_object"),
            models.CheckConstraint(
                condition=~models.Q(subject="") & ~models.Q(form=""), name="a_draft_knows_whose_it_is"
            ),
        ]
