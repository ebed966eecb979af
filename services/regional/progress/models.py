"""The tables of a region's knowledge: statements as they came, the present picture, and what is to be forgotten."""

import uuid

from django.db import models
from django.db.models import F, Q

from federation import clock
from federation.contracts import codes
from regional.progress.rules import Phase, Side

CODE = 40
PARTICIPANT = 31
KINDS = ["advice", "share", "handover"]


class Statement(models.Model):
    """One version of what one side knows of a referral's course. Append-only until its referral is forgotten.

    Personal data: that some case, unnamed, was referred between two towns, and when; pseudonymous by a random id.
    Ground: task of public interest, GDPR art. 6(1)(e). Kept: until the referral has ended and 90 days more.
    """

    referral_id = models.UUIDField()
    side = models.CharField(max_length=CODE)
    epoch = models.PositiveBigIntegerField()
    version = models.PositiveBigIntegerField()
    state = models.CharField(max_length=CODE)
    clocks = models.JSONField()
    """The stating side's own clocks, by their names in the message: `{"offeredAt": "2026-11-20T14:02:11.000000Z"}`."""
    decline_reason = models.CharField(max_length=CODE, blank=True)
    revocation_reason = models.CharField(max_length=CODE, blank=True)
    kept_reason = models.CharField(max_length=CODE, blank=True)
    hand_back_reason = models.CharField(max_length=CODE, blank=True)
    said_at = models.DateTimeField()
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "progress_statement"
        constraints = [
            # two words under one version: nobody could say which one counts
            models.UniqueConstraint(
                name="one_statement_per_side_and_version", fields=("referral_id", "side", "epoch", "version")
            ),
            models.CheckConstraint(
                name="a_statement_is_of_one_side", condition=Q(side__in=[side.value for side in Side])
            ),
            models.CheckConstraint(
                name="a_statement_tells_a_state", condition=Q(state__in=codes.ordered("referral-state"))
            ),
            models.CheckConstraint(
                name="epochs_and_versions_count_from_one", condition=Q(epoch__gte=1) & Q(version__gte=1)
            ),
        ]

    def __str__(self) -> str:
        """Return side and version."""
        return f"{self.side} {self.version}"


class Progress(models.Model):
    """How one referral stands, out of the newest word of each side: what a coordinator sees and searches.

    Personal data: that some case, unnamed, was referred between two towns, and when; pseudonymous by a random id.
    Ground: task of public interest, GDPR art. 6(1)(e). Kept: until the referral has ended and 90 days more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sender = models.CharField(max_length=PARTICIPANT)
    recipient = models.CharField(max_length=PARTICIPANT)
    kind = models.CharField(max_length=CODE)
    relates_to = models.UUIDField(null=True, blank=True)
    """The referral that this one hands back: its id stays as long as this one is known."""
    sender_statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recipient_statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sender_state = models.CharField(max_length=CODE, blank=True)
    recipient_state = models.CharField(max_length=CODE, blank=True)
    phase = models.CharField(max_length=CODE)
    decline_reason = models.CharField(max_length=CODE, blank=True)
    began_at = models.DateTimeField()
    last_sign_at = models.DateTimeField()
    """The latest clock of either side, none later than its word came here: since then it is silent."""
    differs_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveBigIntegerField()
    """Grows with every change of any referral: the version under which the index keeps it."""
    indexed_revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "progress"
        constraints = [
            models.CheckConstraint(name="a_referral_goes_to_another_town", condition=~Q(sender=F("recipient"))),
            models.CheckConstraint(name="a_watched_referral_has_a_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="a_phase_is_known", condition=Q(phase__in=[phase.value for phase in Phase])),
            # what nobody stated was invented here
            models.CheckConstraint(
                name="a_sides_state_is_its_statement",
                condition=(Q(sender_statement__isnull=True) & Q(sender_state=""))
                | (Q(sender_statement__isnull=False) & ~Q(sender_state="")),
            ),
            models.CheckConstraint(
                name="the_other_sides_state_is_its_statement",
                condition=(Q(recipient_statement__isnull=True) & Q(recipient_state=""))
                | (Q(recipient_statement__isnull=False) & ~Q(recipient_state="")),
            ),
            models.CheckConstraint(
                name="somebody_has_spoken",
                condition=Q(sender_statement__isnull=False) | Q(recipient_statement__isnull=False),
            ),
            # L1: a silent one that counts as ended would vanish from the list of silence
            models.CheckConstraint(
                name="what_has_ended_has_its_time",
                condition=Q(phase="ended", ended_at__isnull=False) | (~Q(phase="ended") & Q(ended_at__isnull=True)),
            ),
            # one referral of the year 9999 made every search of the region fail
            models.CheckConstraint(
                name="the_clocks_of_a_referral_are_between_1900_and_2199",
                condition=Q(began_at__range=clock.INSTANTS, last_sign_at__range=clock.INSTANTS),
            ),
            models.CheckConstraint(
                name="a_sign_is_never_before_the_beginning", condition=Q(last_sign_at__gte=F("began_at"))
            ),
            models.CheckConstraint(
                name="the_index_knows_no_more_than_we", condition=Q(indexed_revision__lte=F("revision"))
            ),
        ]
        indexes = [
            models.Index(
                name="longest_silence_first", fields=("last_sign_at", "id"), condition=Q(ended_at__isnull=True)
            ),
            models.Index(
                name="not_in_the_index_yet", fields=("revision",), condition=Q(indexed_revision__lt=F("revision"))
            ),
            models.Index(name="ended_ones_by_time", fields=("ended_at",), condition=Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        """Return the two towns."""
        return f"{self.sender} to {self.recipient}"


class Forgotten(models.Model):
    """A referral whose documents are gone here and not yet out of the index; the row goes with the index's copy.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True)
    revision = models.PositiveBigIntegerField()
    forgotten_at = models.DateTimeField()

    class Meta:
        db_table = "progress_forgotten"

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)
