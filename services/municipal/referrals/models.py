"""The tables of referrals: what this town knows of each, every state it went through, and what came of it."""

import functools
import operator
import uuid

from django.db import models
from django.db.models import Q

from federation import clock
from federation.custody.facts import Kind, State

CODE = 40
PARTICIPANT = 31
SUBJECT = 80
DIGEST = 71

STATES = tuple(state.value for state in State)
SENT_STATES = tuple(state.value for state in State if state not in (State.DRAFT, State.HELD))
RECEIVED_STATES = tuple(
    state.value
    for state in State
    if state not in (State.DRAFT, State.OFFERED, State.UNDELIVERABLE, State.RELEASED, State.REVOKING, State.REASSIGNED)
)
OPEN_HANDOVER = Q(direction="sent", kind="handover") & (
    Q(state__in=["offered", "received", "opened", "undeliverable", "accepted", "revoking"])
    | Q(state__in=["withdrawn", "kept"], recipient_out=False)
)
"""`custody.facts.is_open` as a condition of the database; a test holds the two together."""


def column(state: State) -> str:
    """Return the stem of a state's two columns: `firstContact` has `first_contact_at` and `first_contact_by`."""
    return {State.FIRST_CONTACT: "first_contact", State.HANDED_BACK: "handed_back"}.get(state, state.value)


STEMS = (
    *(column(state) for state in State if state is not State.DRAFT),
    "withdrawal_applied",
    "copy_erased",
)
STATE_WITH_TIME = functools.reduce(
    operator.or_,
    (Q(state=state.value, **{f"{column(state)}_at__isnull": False}) for state in State if state is not State.DRAFT),
    Q(state=""),
)


def _pair(stem: str) -> models.CheckConstraint:
    # a time without a person, or the reverse, makes the tracker lie (loss L16)
    both = Q(**{f"{stem}_at__isnull": False}) & ~Q(**{f"{stem}_by": ""})
    neither = Q(**{f"{stem}_at__isnull": True, f"{stem}_by": ""})
    return models.CheckConstraint(name=f"{stem}_has_time_and_person_or_neither", condition=both | neither)


class Referral(models.Model):
    """One question between two towns, as this side knows it: the facts of `custody.Sent` or of `custody.Received`.

    A received row without kind and state is a tombstone: the sender's revocation or the person's
    withdrawal came before the offer.

    Personal data: that a case was referred; age band, language and needs in codes; the handling of a withdrawal.
    Ground: the person's consent and the ground named in the offer; for advice nobody is named.
    Kept: to be 90 days after the referral is closed, not deleted yet; the preview until its copy is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    direction = models.CharField(max_length=CODE)
    kind = models.CharField(max_length=CODE, blank=True)
    peer = models.CharField(max_length=PARTICIPANT)
    peer_team = models.CharField(max_length=31, blank=True)
    team = models.CharField(max_length=31, blank=True)
    state = models.CharField(max_length=CODE, blank=True)
    began_at = models.DateTimeField()

    # facts of both sides
    hand_back = models.BooleanField(default=False)
    by_itself = models.BooleanField(default=False)
    revocation_asked = models.BooleanField(default=False)
    consent_withdrawn = models.BooleanField(default=False)
    # facts of the sender
    answer = models.CharField(max_length=CODE, blank=True)
    held = models.BooleanField(default=False)
    recipient_out = models.BooleanField(default=False)
    # facts of the recipient
    accepted = models.BooleanField(default=False)
    custody_open = models.BooleanField(default=False)
    released = models.BooleanField(default=False)
    has_dossier = models.BooleanField(default=False)

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    consent = models.ForeignKey("consents.Consent", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    consent_digest = models.CharField(max_length=DIGEST, blank=True)
    ground = models.CharField(max_length=CODE, blank=True)
    offered_custody_row = models.UUIDField(null=True, blank=True)
    """The sender's row that a release of this referral ends, and no other."""
    accepted_custody_row = models.UUIDField(null=True, blank=True)
    """The recipient's row that its acceptance began."""
    relates_to = models.UUIDField(null=True, blank=True)
    preview = models.JSONField(null=True, blank=True)
    blocks = models.JSONField(default=list, blank=True)
    urgency = models.CharField(max_length=CODE, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    dossier_digest = models.CharField(max_length=DIGEST, blank=True)
    stated_version = models.PositiveBigIntegerField(default=0)
    """How often what a region may know of this referral has changed; each version says one thing."""
    stated_digest = models.CharField(max_length=DIGEST, blank=True)

    # why, in codes
    hand_back_reason = models.CharField(max_length=CODE, blank=True)
    decline_reason = models.CharField(max_length=CODE, blank=True)
    revocation_reason = models.CharField(max_length=CODE, blank=True)
    kept_reason = models.CharField(max_length=CODE, blank=True)
    refused_reason = models.CharField(max_length=CODE, blank=True)
    outcome = models.CharField(max_length=CODE, blank=True)
    withdrawal_handling = models.CharField(max_length=CODE, blank=True)
    withdrawal_ground = models.CharField(max_length=CODE, blank=True)

    # each state its own time and person (loss L16)
    offered_at = models.DateTimeField(null=True, blank=True)
    offered_by = models.CharField(max_length=SUBJECT, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.CharField(max_length=SUBJECT, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.CharField(max_length=SUBJECT, blank=True)
    undeliverable_at = models.DateTimeField(null=True, blank=True)
    undeliverable_by = models.CharField(max_length=SUBJECT, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField(max_length=SUBJECT, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=SUBJECT, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.CharField(max_length=SUBJECT, blank=True)
    first_contact_at = models.DateTimeField(null=True, blank=True)
    first_contact_by = models.CharField(max_length=SUBJECT, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=SUBJECT, blank=True)
    revoking_at = models.DateTimeField(null=True, blank=True)
    revoking_by = models.CharField(max_length=SUBJECT, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=SUBJECT, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.CharField(max_length=SUBJECT, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=SUBJECT, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_by = models.CharField(max_length=SUBJECT, blank=True)
    reassigned_at = models.DateTimeField(null=True, blank=True)
    reassigned_by = models.CharField(max_length=SUBJECT, blank=True)
    handed_back_at = models.DateTimeField(null=True, blank=True)
    handed_back_by = models.CharField(max_length=SUBJECT, blank=True)
    withdrawal_applied_at = models.DateTimeField(null=True, blank=True)
    withdrawal_applied_by = models.CharField(max_length=SUBJECT, blank=True)
    copy_erased_at = models.DateTimeField(null=True, blank=True)
    copy_erased_by = models.CharField(max_length=SUBJECT, blank=True)

    class Meta:
        db_table = "referral"
        constraints = [
            # two open handovers of one case: the last acceptance would win, and one town would wait for ever (loss L12)
            models.UniqueConstraint(name="one_open_handover_per_case", fields=("case",), condition=OPEN_HANDOVER),
            models.CheckConstraint(
                name="a_direction_is_sent_or_received", condition=Q(direction__in=["sent", "received"])
            ),
            models.CheckConstraint(
                name="a_referral_has_a_kind_or_is_a_tombstone",
                condition=Q(kind__in=[kind.value for kind in Kind]) | Q(direction="received", kind="", state=""),
            ),
            models.CheckConstraint(
                name="a_state_is_known_to_its_side",
                condition=Q(direction="sent", state__in=SENT_STATES)
                | Q(direction="received", state__in=["", *RECEIVED_STATES]),
            ),
            # an offer that waits on no team's list is never answered (loss L14)
            models.CheckConstraint(name="a_referral_has_a_team_that_answers", condition=Q(state="") | ~Q(team="")),
            # I7: only a handover moves custody
            models.CheckConstraint(
                name="custody_moves_by_handovers_alone",
                condition=Q(kind="handover")
                | Q(custody_open=False, offered_custody_row__isnull=True, accepted_custody_row__isnull=True),
            ),
            models.CheckConstraint(
                name="a_handover_names_the_custody_row_that_it_ends",
                condition=~Q(kind="handover") | Q(offered_custody_row__isnull=False),
            ),
            models.CheckConstraint(
                name="advice_is_never_accepted_nor_carries_a_file",
                condition=~Q(kind="advice")
                | Q(
                    accepted=False,
                    released=False,
                    has_dossier=False,
                    consent__isnull=True,
                    consent_digest="",
                    answer="",
                ),
            ),
            # I5: no file leaves without the consent that the offer named
            models.CheckConstraint(
                name="what_is_shared_rests_on_a_consent",
                condition=Q(kind__in=["", "advice"]) | Q(by_itself=True) | ~Q(consent_digest=""),
            ),
            models.CheckConstraint(
                name="a_sent_file_rests_on_a_consent_of_ours",
                condition=Q(direction="received")
                | Q(kind="advice")
                | Q(by_itself=True)
                | (Q(consent__isnull=False, case__isnull=False) & ~Q(ground="")),
            ),
            models.CheckConstraint(
                name="a_hand_back_by_itself_carries_no_file",
                condition=Q(by_itself=False)
                | Q(hand_back=True, consent__isnull=True, consent_digest="", has_dossier=False),
            ),
            models.CheckConstraint(
                name="a_hand_back_says_what_it_answers_and_why",
                condition=Q(hand_back=False) | (Q(kind="handover", relates_to__isnull=False) & ~Q(hand_back_reason="")),
            ),
            # facts of the other side must not be invented here (loss L10)
            models.CheckConstraint(
                name="each_side_keeps_its_own_facts",
                condition=Q(direction="sent", accepted=False, custody_open=False, released=False, has_dossier=False)
                | Q(direction="received", answer="", held=False, recipient_out=False, consent__isnull=True),
            ),
            # loss L13: custody without a signed acceptance
            models.CheckConstraint(
                name="custody_opens_with_an_acceptance",
                condition=Q(custody_open=False)
                | Q(accepted=True, case__isnull=False, accepted_custody_row__isnull=False),
            ),
            # loss L3: a dossier before the release
            models.CheckConstraint(
                name="a_dossier_comes_with_a_release", condition=Q(has_dossier=False) | Q(released=True)
            ),
            # loss L22: a withdrawal that nobody can date
            models.CheckConstraint(
                name="a_withdrawn_consent_has_its_time",
                condition=Q(consent_withdrawn=False) | Q(withdrawn_at__isnull=False),
            ),
            models.CheckConstraint(name="the_state_that_stands_has_its_time", condition=STATE_WITH_TIME),
            # a region keeps the highest version: one that is known by nothing would stand for anything
            models.CheckConstraint(
                name="a_stated_version_has_its_digest",
                condition=Q(stated_version=0, stated_digest="") | (Q(stated_version__gt=0) & ~Q(stated_digest="")),
            ),
            # a day that a peer tells stands on every list here: it must not be one that no page can show
            models.CheckConstraint(
                name="an_answer_is_hoped_for_between_1900_and_2199", condition=Q(answer_by__range=clock.DAYS)
            ),
            *[_pair(stem) for stem in STEMS],
        ]

    def __str__(self) -> str:
        """Return id and state."""
        return f"referral {self.pk} {self.state}"


class LegalStep(models.Model):
    """One legal change of state, filled by a migration from `federation.custody.facts`. Never written otherwise.

    Personal data: none.
    """

    code = models.CharField(max_length=80, primary_key=True)
    direction = models.CharField(max_length=CODE)
    from_state = models.CharField(max_length=CODE, blank=True)
    to_state = models.CharField(max_length=CODE)

    class Meta:
        db_table = "legal_step"
        constraints = [
            models.UniqueConstraint(
                name="one_legal_step_per_direction_and_change", fields=("direction", "from_state", "to_state")
            ),
        ]

    def __str__(self) -> str:
        """Return the code."""
        return self.code


def step_code(direction: str, from_state: State | None, to_state: State) -> str:
    """Return the key of a legal step: `sent:draft>offered`, `received:none>received`."""
    return f"{direction}:{from_state.value if from_state else 'none'}>{to_state.value}"


class ReferralStep(models.Model):
    """One change of state, as it was committed. Append-only by trigger and by role.

    `at` is this town's commit; `said_at` the instant that the other side signed, where its word moved
    the state. Neither decides anything.

    Personal data: who acted, as the subject of his account.
    Ground: accountability (GDPR art. 5(2)). Kept: as long as the referral.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="steps")
    legal = models.ForeignKey(LegalStep, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=SUBJECT)
    said_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "referral_step"
        constraints = [
            models.CheckConstraint(name="a_step_is_made_by_somebody", condition=~Q(by="")),
            models.CheckConstraint(
                name="a_step_was_said_between_1900_and_2199", condition=Q(said_at__range=clock.INSTANTS)
            ),
        ]
        indexes = [models.Index(name="steps_of_a_referral", fields=("referral", "id"))]

    def __str__(self) -> str:
        """Return the step's code."""
        return self.legal_id


class ReceivedDossier(models.Model):
    """The blocks that came beside a release, as they were signed. The row goes when the copy is erased.

    Personal data: the consented blocks of the person's file.
    Ground: the consent named in the offer. Kept: until withdrawal, revocation of a share, or the erasure of the file.
    """

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, primary_key=True, related_name="dossier")
    content = models.TextField()
    digest = models.CharField(max_length=DIGEST)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "received_dossier"
        constraints = [
            models.CheckConstraint(
                name="a_received_dossier_has_a_digest", condition=Q(digest__regex=r"^sha256:[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        """Return the referral's id."""
        return f"dossier of {self.referral_id}"


class Report(models.Model):
    """What the recipient told the sender after its verdict: progress, outcome, advice. Append-only on both sides.

    Personal data: a code and a day; advice is about help and names nobody.
    Ground: the consent named in the offer. Kept: as long as the referral.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=CODE)
    code = models.CharField(max_length=CODE, blank=True)
    on = models.DateField()
    text = models.TextField(max_length=8000, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=SUBJECT)

    class Meta:
        db_table = "referral_report"
        constraints = [
            models.CheckConstraint(
                name="a_report_tells_a_code_or_gives_advice",
                condition=(Q(kind__in=["progress", "outcome"], text="") & ~Q(code=""))
                | (Q(kind="advice", code="") & ~Q(text="")),
            ),
            # the loop is closed by one outcome (loss L15)
            models.UniqueConstraint(
                name="one_outcome_or_advice_per_referral",
                fields=("referral",),
                condition=Q(kind__in=["outcome", "advice"]),
            ),
            models.CheckConstraint(name="a_report_is_made_by_somebody", condition=~Q(by="")),
            models.CheckConstraint(
                name="a_report_is_of_a_day_between_1900_and_2199", condition=Q(on__range=clock.DAYS)
            ),
        ]
        indexes = [models.Index(name="reports_of_a_referral", fields=("referral", "id"))]

    def __str__(self) -> str:
        """Return kind and code."""
        return f"{self.kind} {self.code}"


class TeamItem(models.Model):
    """Something on the list of a named team that nobody has read yet (losses L1 and L2).

    Personal data: none but that a case was referred. Ground: task of public interest.
    Kept: as long as the referral.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="items")
    team = models.CharField(max_length=31)
    code = models.CharField(max_length=CODE)
    role = models.CharField(max_length=CODE)
    """`team`, `deputy` or `coordinator`."""
    reminder = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.CharField(max_length=SUBJECT, blank=True)

    class Meta:
        db_table = "team_item"
        constraints = [
            # a clock that ticks twice must not tell twice
            models.UniqueConstraint(
                name="one_reminder_per_referral_and_role",
                fields=("referral", "code", "role"),
                condition=Q(reminder=True),
            ),
            models.CheckConstraint(name="an_item_is_on_a_teams_list", condition=~Q(team="")),
            models.CheckConstraint(
                name="an_item_is_for_a_known_role", condition=Q(role__in=["team", "deputy", "coordinator"])
            ),
            _pair("read"),
        ]
        indexes = [
            models.Index(name="unread_items_of_a_team", fields=("team", "-at"), condition=Q(read_at__isnull=True))
        ]

    def __str__(self) -> str:
        """Return the code."""
        return self.code


class ReferralDraft(models.Model):
    """A question that somebody has not asked yet: the answers of the wizard, kept over log-outs.

    Personal data: needs in codes, days, and the name of the colleague who goes along. Ground: task of public interest.
    Kept: until the question is asked or the file is erased, or 30 days after the last answer.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=SUBJECT)
    referral_id = models.UUIDField()
    """The id that the referral will have: chosen with the first answer, so that the question is asked once."""
    given = models.JSONField(default=dict)
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "referral_draft"
        constraints = [
            # two drafts of one person on one case: nobody could say which one a page goes on with
            models.UniqueConstraint(name="one_draft_per_person_and_case", fields=("case", "subject")),
            # two drafts that would become one referral: the second question would count as asked
            models.UniqueConstraint(name="one_draft_per_referral", fields=("referral_id",)),
            models.CheckConstraint(name="a_draft_is_somebodys", condition=~Q(subject="")),
        ]

    def __str__(self) -> str:
        """Return the id that the referral will have."""
        return f"draft of {self.referral_id}"
