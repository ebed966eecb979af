"""Tables of the audit: entries, the chain over them, and the checkpoints of ourselves and of our peers."""

from django.db import models
from django.db.models import Q

DIGEST = 71


class AuditEntry(models.Model):
    """One act of a person or of automatic work. Append-only.

    Personal data: the account of the one who acted; of clients only keyed digests, unreadable without the case's salt.
    Ground: accountability, GDPR art. 5(2). Kept: to be 10 years; not deleted yet.
    """

    at = models.DateTimeField()
    act = models.CharField(max_length=40)
    by_subject = models.CharField(max_length=80)
    by_team = models.CharField(max_length=31, default="")
    by_roles = models.JSONField(default=list)
    subject = models.CharField(max_length=80)
    case_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=120, default="")
    facts = models.JSONField(default=dict)
    personal = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"
        constraints = [
            # Who is not named cannot answer for it.
            models.CheckConstraint(condition=~Q(by_subject="") & ~Q(act=""), name="an_act_has_an_actor"),
        ]
        indexes = [
            models.Index(fields=["case_id", "at"], name="audit_entry_of_case"),
            models.Index(fields=["by_subject"], name="audit_entry_of_account"),
        ]


class AuditSalt(models.Model):
    """The key under which a case's personal parts were digested: without it they say nothing to anybody.

    Personal data: none.
    """

    case_id = models.UUIDField(primary_key=True)
    salt = models.BinaryField()

    class Meta:
        db_table = "audit_salt"


class AuditWaiting(models.Model):
    """An entry that the sealer has not chained yet; a trigger adds it with the entry.

    Personal data: none.
    """

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, primary_key=True, related_name="waiting")

    class Meta:
        db_table = "audit_waiting"


class AuditSeal(models.Model):
    """One link of the chain: the entry's place in the order in which it was sealed, without gaps. Append-only.

    Personal data: none.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    digest = models.CharField(max_length=DIGEST)
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "audit_seal"
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="seals_count_from_one"),
        ]


class AuditCheckpoint(models.Model):
    """How far the chain had come, signed by us. Append-only.

    Personal data: none.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    entries = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST)
    at = models.DateTimeField()
    jws = models.TextField()

    class Meta:
        db_table = "audit_checkpoint"
        constraints = [
            models.UniqueConstraint(fields=["entries"], name="one_checkpoint_per_length_of_the_chain"),
        ]


class PeerCheckpoint(models.Model):
    """How far a peer said that its chain had come: we are its witness. Append-only.

    Personal data: none.
    """

    peer = models.CharField(max_length=31)
    epoch = models.PositiveBigIntegerField()
    number = models.PositiveBigIntegerField()
    entries = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST)
    said_at = models.DateTimeField()
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "audit_peer_checkpoint"
        constraints = [
            # Two digests under one number are kept both: together they are the proof.
            models.UniqueConstraint(
                fields=["peer", "epoch", "number", "digest"], name="one_row_per_checkpoint_of_a_peer"
            ),
        ]
