"""Tables of the bus: what we said, what came in, and whom we believe.

Nothing here names a person: personal data stands only inside signed statements and sealed bytes.
"""

import uuid

from django.db import models
from django.db.models import Q

DIGEST = 71  # "sha256:" and 64 hexadecimal digits
PARTICIPANT = 31


class Epoch(models.Model):
    """A life of this database after its first: a restore begins it, and every statement carries its number.

    Personal data: none.
    """

    number = models.PositiveIntegerField(primary_key=True)
    started_at = models.DateTimeField()
    reason = models.CharField(max_length=40)

    class Meta:
        db_table = "epoch"
        constraints = [
            # The first life has the number 1: a restored database that says 1 again would be believed.
            models.CheckConstraint(condition=Q(number__gt=1), name="a_restore_begins_a_higher_epoch"),
        ]


class Conversation(models.Model):
    """How far we and one peer have come in one referral, in both directions.

    Personal data: that some case, unnamed, was referred between two towns; pseudonymous by a random id.
    Ground: task of public interest, GDPR art. 6(1)(e). Kept: not deleted yet; at a region until the referral goes.
    """

    referral_id = models.UUIDField()
    peer = models.CharField(max_length=PARTICIPANT)
    sent_seq = models.PositiveBigIntegerField(default=0)
    applied_seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "conversation"
        constraints = [
            # Two rows would number two messages alike: the other side takes the second for a forgery.
            models.UniqueConstraint(fields=["referral_id", "peer"], name="one_conversation_per_referral_and_peer"),
        ]


class OutboxMessage(models.Model):
    """One signed statement to one recipient, written in the transaction of the change that it tells.

    Kept until the receipt stands, and after: a statement is evidence. `next_attempt_at` empty means
    that no timer sends it: it was refused, or it is a receipt, which only its message brings back.

    Personal data: inside the signed statement, the coded preview of a referral (no name).
    Ground: task of public interest, GDPR art. 6(1)(e). Kept: to be 90 days after the referral is closed;
    not deleted yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    recipient = models.CharField(max_length=PARTICIPANT)
    type = models.CharField(max_length=40)
    referral_id = models.UUIDField(null=True)
    seq = models.PositiveBigIntegerField(null=True)
    epoch = models.PositiveIntegerField()
    jws = models.TextField()
    digest = models.CharField(max_length=DIGEST)
    answers = models.CharField(max_length=DIGEST, default="")
    """Digest of what a receipt or refusal answers: of the statement, or of the sealed bytes."""
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    first_sent_at = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    receipt_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refused_reason = models.CharField(max_length=40, default="")

    class Meta:
        db_table = "outbox_message"
        constraints = [
            # A second statement under the same number would be an alarm at the recipient, never applied.
            models.UniqueConstraint(
                fields=["recipient", "referral_id", "seq"],
                condition=Q(seq__isnull=False),
                name="one_statement_per_recipient_referral_and_seq",
            ),
            # A receipt that names a digest must find exactly the row it ends.
            models.UniqueConstraint(fields=["recipient", "digest"], name="one_row_per_statement"),
            # F3: the same message in gives the same receipt out, never a second one.
            models.UniqueConstraint(
                fields=["recipient", "type", "answers"], condition=~Q(answers=""), name="one_answer_per_message"
            ),
            # A gap that nobody can fill would hold the referral for ever.
            models.CheckConstraint(
                condition=Q(seq__isnull=True) | Q(seq__gte=1, referral_id__isnull=False),
                name="seq_counts_from_one_within_a_referral",
            ),
            # Receipts for receipts would never end.
            models.CheckConstraint(
                condition=~Q(type="MessageReceived") | Q(receipt_at__isnull=True), name="no_receipt_for_a_receipt"
            ),
            # L11: a refusal without a reason gives nobody a way out.
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, refused_reason="")
                | (Q(refused_at__isnull=False) & ~Q(refused_reason="")),
                name="a_refused_statement_has_time_and_reason",
            ),
            # F4: what has neither receipt nor refusal is sent again for ever; no state may switch the timer off.
            models.CheckConstraint(
                condition=Q(next_attempt_at__isnull=False)
                | Q(receipt_at__isnull=False)
                | Q(refused_at__isnull=False)
                | Q(type="MessageReceived"),
                name="what_has_no_receipt_is_sent_again",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="outbox_due",
            ),
            models.Index(fields=["referral_id", "type"], name="outbox_of_referral"),
        ]


class OutboxDossier(models.Model):
    """The blocks that travel beside a release, apart from the statement so that they can be taken out.

    Personal data: the consented blocks of a case file. Ground: the person's consent, GDPR art. 6(1)(a) and 9(2)(a).
    Kept: until the recipient holds it, or the consent is withdrawn, the share revoked, the case handed back or erased.
    """

    message = models.OneToOneField(OutboxMessage, on_delete=models.PROTECT, primary_key=True, related_name="dossier")
    content = models.TextField()

    class Meta:
        db_table = "outbox_dossier"


class OutboxSealing(models.Model):
    """One encryption of a statement for the wire: the same bytes go out again under the same id.

    The bytes go when the receipt stands or the dossier is taken out; id and digest stay, because
    a refusal that comes late names them.

    Personal data: the statement and its dossier, readable by the recipient alone.
    Ground: task of public interest, GDPR art. 6(1)(e). Kept: until receipt or withdrawal; then id and digest only.
    """

    event_id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, related_name="sealings")
    digest = models.CharField(max_length=DIGEST)
    record_version = models.PositiveIntegerField()
    """Version of the recipient's directory record whose key was used."""
    has_dossier = models.BooleanField()
    sealed = models.BinaryField(null=True)
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "outbox_sealing"
        constraints = [
            # Two live encryptions of one statement: after a withdrawal one of them could still hold the dossier.
            models.UniqueConstraint(
                fields=["message"], condition=Q(sealed__isnull=False), name="one_live_sealing_per_statement"
            ),
        ]


class InboxMessage(models.Model):
    """One record as it came off the bus, understood or not. Append-only.

    Personal data: none.
    """

    source = models.CharField(max_length=PARTICIPANT, default="")
    """Participant that the wire names; empty when the record names none."""
    event_id = models.UUIDField(null=True)
    digest = models.CharField(max_length=DIGEST)
    topic_id = models.CharField(max_length=40)
    partition = models.PositiveIntegerField(default=0)
    offset = models.PositiveBigIntegerField()
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "inbox_message"
        constraints = [
            # The same sealing a second time is a repetition (F3, F11), not a second message.
            models.UniqueConstraint(
                fields=["source", "event_id"],
                condition=Q(event_id__isnull=False),
                name="one_inbox_message_per_source_and_id",
            ),
            # After a jump to the log's start (F8) the same record must be found, also one that names no id.
            models.UniqueConstraint(
                fields=["topic_id", "partition", "offset", "digest"], name="one_inbox_message_per_record"
            ),
        ]


class InboxPayload(models.Model):
    """The raw bytes of an inbox message. They go by `erase_inbox_payload` alone.

    Personal data: sealed statements and dossiers of peers. Ground: task of public interest, GDPR art. 6(1)(e).
    Kept: 40 days after they were applied, or until the person's data is erased.
    """

    message = models.OneToOneField(InboxMessage, on_delete=models.PROTECT, primary_key=True, related_name="payload")
    raw = models.BinaryField()

    class Meta:
        db_table = "inbox_payload"


class InboxStatement(models.Model):
    """One signed statement of a peer that we could open: a message *is* its signature. Append-only.

    The row is written with the receipt. Further sealings of the same statement find it here.

    Personal data: none.
    """

    sender = models.CharField(max_length=PARTICIPANT)
    digest = models.CharField(max_length=DIGEST)
    message = models.OneToOneField(InboxMessage, on_delete=models.PROTECT, related_name="statement")
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "inbox_statement"
        constraints = [
            # F11: sealed anew, a statement is still the same one and is applied once.
            models.UniqueConstraint(fields=["sender", "digest"], name="one_inbox_statement_per_sender_and_digest"),
        ]


class InboxWork(models.Model):
    """What still has to happen with an inbox message. The row goes when nothing has to.

    Personal data: that a town sent something about some case, unnamed; pseudonymous by a random id.
    Ground: task of public interest, GDPR art. 6(1)(e). Kept: until nothing has to happen any more.
    """

    class State(models.TextChoices):
        """Who waits for whom."""

        READY = "ready"
        """The consumer applies it next."""
        HELD = "held"
        """An earlier message of the same referral has not been applied yet."""
        UNKNOWN_KEY = "unknownKey"
        """The signing key is not known or not trusted: tried again when the directory or trust changes."""
        PARKED = "parked"
        """A person must look: `manage.py parked`."""

    message = models.OneToOneField(InboxMessage, on_delete=models.PROTECT, primary_key=True, related_name="work")
    state = models.CharField(max_length=12, choices=State)
    reason = models.CharField(max_length=40, default="")
    type = models.CharField(max_length=40, default="")
    referral_id = models.UUIDField(null=True)
    seq = models.PositiveBigIntegerField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        db_table = "inbox_work"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["ready", "held", "unknownKey", "parked"]), name="inbox_work_state_is_known"
            ),
            # L11: something parked without a reason is a silent dead letter.
            models.CheckConstraint(condition=~Q(state="parked") | ~Q(reason=""), name="parked_work_has_a_reason"),
        ]
        indexes = [models.Index(fields=["state", "message"], name="inbox_work_next")]


class InboxAttempt(models.Model):
    """What was done with an inbox message, when and by whom. Append-only; a region's function takes the referral out.

    Personal data: that a town sent something about some case, unnamed, and when; pseudonymous by a random id.
    Ground: task of public interest, GDPR art. 6(1)(e). Kept: not deleted yet; at a region the id goes with the
    referral.
    """

    class Outcome(models.TextChoices):
        """What became of the attempt."""

        APPLIED = "applied"
        COPY = "copy"
        """Another sealing of a statement that is here already."""
        REFUSED = "refused"
        FAILED = "failed"
        PARKED = "parked"
        RETRIED = "retried"
        ANSWERED = "answered"
        """A person closed it unapplied and told the sender."""

    message = models.ForeignKey(InboxMessage, on_delete=models.PROTECT, related_name="attempts")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=40, default="")
    place = models.CharField(max_length=120, default="")
    """Class and line of an unforeseen failure; never its words, which may quote a person."""
    sender = models.CharField(max_length=PARTICIPANT, default="")
    type = models.CharField(max_length=40, default="")
    referral_id = models.UUIDField(null=True)
    seq = models.PositiveBigIntegerField(null=True)
    copy_of = models.ForeignKey(InboxMessage, on_delete=models.PROTECT, null=True, related_name="copies")
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "inbox_attempt"
        constraints = [
            # I4: exactly one effect per message ...
            models.UniqueConstraint(
                fields=["message"], condition=Q(outcome="applied"), name="one_application_per_inbox_message"
            ),
            # ... and one change per place in a referral, whatever carries it.
            models.UniqueConstraint(
                fields=["sender", "referral_id", "seq"],
                condition=Q(outcome="applied", seq__isnull=False),
                name="one_application_per_sender_referral_and_seq",
            ),
        ]
        indexes = [models.Index(fields=["referral_id"], name="inbox_attempt_of_referral")]


class InboxPosition(models.Model):
    """How far a topic was read: kept here, in the same commit as what was read, never at the broker.

    Personal data: none.
    """

    topic = models.CharField(max_length=60, primary_key=True)
    topic_id = models.CharField(max_length=40)
    offset = models.PositiveBigIntegerField()
    """The next record to read."""
    last_digest = models.CharField(max_length=DIGEST, default="")
    """Digest of the record before it: a log that was cut and grew again is noticed by it (F8)."""

    class Meta:
        db_table = "inbox_position"


class DirectoryEntry(models.Model):
    """One version of a participant's directory record, both signatures verified. Append-only.

    Personal data: none.
    """

    participant = models.CharField(max_length=PARTICIPANT)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=DIGEST)
    signed_by = models.CharField(max_length=80)
    """Id of the participant's key under the record."""
    content = models.TextField()
    """The record itself, out of its two signatures."""
    signed = models.TextField()
    """As it was published, for those who want to check it again."""
    received_at = models.DateTimeField()

    class Meta:
        db_table = "directory_entry"
        constraints = [
            # Two records under one version: nobody could say which key was meant.
            models.UniqueConstraint(fields=["participant", "version"], name="one_directory_entry_per_version"),
        ]


class PeerTrust(models.Model):
    """A signing key of a peer that we believe: confirmed by a person, or announced under a believed key.

    Personal data: none.
    """

    participant = models.CharField(max_length=PARTICIPANT)
    kid = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=120)
    jwk = models.JSONField()
    how = models.CharField(max_length=10, choices=[("confirmed", "confirmed"), ("announced", "announced")])
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "peer_trust"
        constraints = [
            models.UniqueConstraint(fields=["participant", "kid"], name="one_trust_per_participant_and_key"),
        ]


class OwnRecord(models.Model):
    """A version of our own directory record that we made: the same content keeps its version.

    Personal data: none.
    """

    version = models.PositiveIntegerField(primary_key=True)
    digest = models.CharField(max_length=DIGEST)
    """Digest of the content without its version."""
    made_at = models.DateTimeField()

    class Meta:
        db_table = "own_record"


class Alarm(models.Model):
    """Something that must not happen and that a person must look at. Append-only, as an attempt is.

    Personal data: of some alarms, which case, unnamed, they are about; pseudonymous by a random id.
    Ground: task of public interest, GDPR art. 6(1)(e). Kept: not deleted yet; at a region the id goes with the
    referral.
    """

    kind = models.CharField(max_length=40)
    peer = models.CharField(max_length=PARTICIPANT, default="")
    referral_id = models.UUIDField(null=True)
    message = models.ForeignKey(InboxMessage, on_delete=models.PROTECT, null=True, related_name="alarms")
    at = models.DateTimeField()

    class Meta:
        db_table = "bus_alarm"
