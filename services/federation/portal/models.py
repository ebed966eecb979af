"""What somebody was writing and has not saved yet, and which forms were sent."""

from django.db import models


class Draft(models.Model):
    """One unfinished form of one colleague, about one thing; nobody else ever sees it.

    Personal data: whatever the colleague had written so far, which may be about the person he works with. Ground:
    the task that the form serves; without it a session that ends would eat what was written. Kept: until the form is
    saved, the draft is thrown away or what it is about is erased, 30 days at most.
    """

    subject = models.CharField(max_length=36)
    form = models.CharField(max_length=40)
    object = models.CharField(max_length=100, blank=True)
    beside = models.BooleanField(default=False, db_default=False)
    """Whether it stands beside the draft: it came after the session had ended, when anybody could sit there."""
    late_key = models.CharField(max_length=32, blank=True, default="", db_default="")
    """Of what came after the session had ended: the key of its form, `none` without one; "" for his own."""
    content = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "portal_draft"
        constraints = [
            # two drafts of one form: which of the two is what was written last?
            models.UniqueConstraint(
                fields=["subject", "form", "object", "beside"], name="one_draft_and_one_beside_it_a_person_and_form"
            ),
            models.CheckConstraint(
                condition=~models.Q(subject="") & ~models.Q(form=""), name="a_draft_knows_whose_it_is"
            ),
        ]


class SentForm(models.Model):
    """One form that a colleague sent, so that the same form again does nothing and leads to where this one led.

    The row commits in the transaction of the act: either both happened or neither.

    Personal data: who sent a form from which page, and when; the addresses hold ids. Ground: security of processing
    (GDPR art. 32). Kept: one day.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=36)
    address = models.CharField(max_length=200)
    """Where the form was sent to: the same key at another address is another key."""
    key = models.CharField(max_length=32)
    digest = models.CharField(max_length=71)
    """Of what stood in the form: who changed it and sent it again is told that this is not saved."""
    led_to = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "portal_sent_form"
        constraints = [
            # a double click opened two cases of one person
            models.UniqueConstraint(fields=["subject", "address", "key"], name="a_form_is_done_once"),
            # nobody is sent to another host by sending a form twice
            models.CheckConstraint(
                condition=models.Q(led_to__startswith="/") & ~models.Q(led_to__startswith="//"),
                name="a_sent_form_led_to_a_page_here",
            ),
        ]
        indexes = [models.Index(name="sent_forms_by_age", fields=["sent_at"])]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"sent form {self.pk}"
