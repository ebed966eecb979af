"""The tables of casework."""

import uuid

from django.db import models
from django.db.models import F, Q

from federation import clock
from municipal.cases import rules

CODE = 41
CODE_FORM = r"^[a-z][A-Za-z0-9]{0,40}$"
"""Codes of lists that grow: a newer town may send one that is not known here yet, and it is kept as it is."""


def _codes(enum: type) -> list[str]:
    return [str(code) for code in enum]  # type: ignore[attr-defined]


class ReferenceCounter(models.Model):
    """The last number given to a case in a year; its row is locked while a case is opened.

    A sequence would leave gaps when a transaction fails, and a gap in the register is a case that
    somebody must explain to an auditor.

    Personal data: none.
    """

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_counter_starts_at_one", condition=Q(last__gte=1)),
        ]

    def __str__(self) -> str:
        """Return the year and its last number."""
        return f"{self.year}: {self.last}"


class Case(models.Model):
    """One person's case at this town; a shell while the file of an accepted handover has not come.

    Personal data: the reference, the wished next contact; by the person's row the identity.
    Ground: task of public interest (GDPR art. 6(1)(e)).
    Kept: by outcome; then erased to a row without content.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, null=True, blank=True)
    team = models.CharField(max_length=31)
    stay_kind = models.CharField(max_length=CODE)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    awaiting_dossier = models.BooleanField(default=False)
    next_contact_on = models.DateField(null=True, blank=True)
    next_contact_who = models.CharField(max_length=200, blank=True)
    closed_for_writing_at = models.DateTimeField(null=True, blank=True)
    closed_for_writing_by = models.CharField(max_length=80, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    erased_by = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            # the same number twice: two people answer to one reference on the phone
            models.UniqueConstraint(name="one_case_per_year_and_number", fields=("year", "number")),
            models.CheckConstraint(name="a_stay_kind_is_known", condition=Q(stay_kind__in=_codes(rules.StayKind))),
            # a case of no team is on nobody's list (loss L14)
            models.CheckConstraint(name="a_case_has_a_team", condition=~Q(team="")),
            models.CheckConstraint(
                name="a_case_is_closed_by_somebody",
                condition=Q(closed_for_writing_at__isnull=True, closed_for_writing_by="")
                | (Q(closed_for_writing_at__isnull=False) & ~Q(closed_for_writing_by="")),
            ),
            models.CheckConstraint(
                name="a_case_is_erased_by_somebody",
                condition=Q(erased_at__isnull=True, erased_by="") | (Q(erased_at__isnull=False) & ~Q(erased_by="")),
            ),
            models.CheckConstraint(
                name="an_erased_case_holds_nobody",
                condition=Q(erased_at__isnull=True)
                | Q(person__isnull=True, next_contact_on__isnull=True, next_contact_who=""),
            ),
            # who calls and when belong together: a date without a name is nobody's task (loss L17)
            models.CheckConstraint(
                name="a_next_contact_has_a_day_and_somebody",
                condition=Q(next_contact_on__isnull=True, next_contact_who="")
                | (Q(next_contact_on__isnull=False) & ~Q(next_contact_who="")),
            ),
            models.CheckConstraint(
                name="a_next_contact_is_between_1900_and_2199", condition=Q(next_contact_on__range=clock.DAYS)
            ),
            models.CheckConstraint(
                name="a_case_closes_after_it_opened",
                condition=Q(closed_for_writing_at__isnull=True) | Q(closed_for_writing_at__gte=F("opened_at")),
            ),
        ]
        indexes = [models.Index(name="cases_of_a_team", fields=("team", "-opened_at"))]

    def __str__(self) -> str:
        """Return the reference, which names nobody."""
        return self.reference


class CustodyRow(models.Model):
    """One acquisition of a case by this town: by intake, or by a referral that it accepted.

    Never a flag of the case: each signed word of another town ends exactly the row it names, so an
    old word can never end a newer custody.

    Personal data: none but that a case exists.
    Ground: task of public interest. Kept: as long as the case's contentless row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="custody_rows")
    acquired_by = models.CharField(max_length=CODE)
    referral_id = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_by_referral = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "cases_custody_row"
        constraints = [
            # two open rows of one acquisition: ending one would leave a custodian who knows of nothing
            models.UniqueConstraint(
                name="one_open_custody_row_per_case_and_acquisition",
                fields=("case", "referral_id"),
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
            ),
            # the same acceptance applied twice (loss L6) must not give custody twice, not even one after the other
            models.UniqueConstraint(
                name="one_custody_row_per_referral", fields=("referral_id",), condition=Q(referral_id__isnull=False)
            ),
            models.CheckConstraint(
                name="custody_comes_by_intake_or_by_a_referral",
                condition=Q(acquired_by="intake", referral_id__isnull=True)
                | Q(acquired_by="referral", referral_id__isnull=False),
            ),
            # custody never ends by itself, by a clock or by a person of one side alone (loss L3, L13)
            models.CheckConstraint(
                name="custody_ends_by_a_referral",
                condition=Q(ended_at__isnull=True, ended_by="", ended_by_referral__isnull=True)
                | (Q(ended_at__isnull=False, ended_by_referral__isnull=False) & ~Q(ended_by="")),
            ),
            models.CheckConstraint(
                name="custody_ends_after_it_started",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
            ),
        ]

    def __str__(self) -> str:
        """Return the id and how the case was acquired."""
        return f"custody {self.pk} by {self.acquired_by}"


class Entry(models.Model):
    """One version of one entry of a file. Rows are added, never changed; the highest version counts.

    Triggers (migration 0002) refuse any update, a version that does not follow the last one, an entry
    before what it builds on, and any entry in a file that is closed for writing.

    Personal data: the person's situation, goals in his own words, what was agreed, evaluations, contacts.
    Ground: task of public interest; shared with another town only with the person's consent.
    Kept: as long as the case; erased with it.
    """

    row = models.BigAutoField(primary_key=True)
    entry_id = models.UUIDField()
    """Its own within the case; it goes along with a dossier, so that an older file of the person may hold it too."""
    version = models.PositiveIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    block = models.CharField(max_length=CODE)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=80)
    written_in = models.CharField(max_length=31)
    """The municipality where it was written: a file that moved keeps saying so."""
    goal_id = models.UUIDField(null=True, blank=True)
    addendum_to = models.UUIDField(null=True, blank=True)
    came_by = models.UUIDField(null=True, blank=True)
    """The referral whose dossier brought it. What it builds on may have stayed where it was written."""
    text = models.CharField(max_length=8000)
    """The finding, the person's own words, what will be done, or the note: what the block is about."""
    life_domain = models.CharField(max_length=CODE, blank=True)
    progress_sign = models.CharField(max_length=1000, blank=True)
    who = models.CharField(max_length=200, blank=True)
    until_on = models.DateField(null=True, blank=True)
    evaluated_on = models.DateField(null=True, blank=True)
    compared_with_picture = models.CharField(max_length=8000, blank=True)
    contact_kind = models.CharField(max_length=CODE, blank=True)
    happened_at = models.DateTimeField(null=True, blank=True)
    visibility = models.CharField(max_length=CODE, blank=True)

    class Meta:
        constraints = [
            # two versions of the same number: one of two people's words would be lost
            models.UniqueConstraint(name="one_row_per_entry_and_version", fields=("case", "entry_id", "version")),
            models.CheckConstraint(name="versions_start_at_one", condition=Q(version__gte=1)),
            models.CheckConstraint(name="an_entry_says_something", condition=~Q(text__regex=r"^\s*$")),
            models.CheckConstraint(
                name="a_picture_names_its_life_domain",
                condition=Q(block="situationPicture", life_domain__regex=CODE_FORM)
                | (~Q(block="situationPicture") & Q(life_domain="")),
            ),
            # a goal nobody can see progress of cannot be evaluated
            models.CheckConstraint(
                name="a_goal_has_one_way_to_see_progress",
                condition=(Q(block="goals") & ~Q(progress_sign="")) | (~Q(block="goals") & Q(progress_sign="")),
            ),
            models.CheckConstraint(
                name="a_way_says_who_and_until_when",
                condition=(Q(block="ways", until_on__isnull=False) & ~Q(who=""))
                | (~Q(block="ways") & Q(until_on__isnull=True, who="")),
            ),
            models.CheckConstraint(
                name="an_evaluation_has_a_day_and_a_comparison",
                condition=(Q(block="evaluations", evaluated_on__isnull=False) & ~Q(compared_with_picture=""))
                | (~Q(block="evaluations") & Q(evaluated_on__isnull=True, compared_with_picture="")),
            ),
            models.CheckConstraint(
                name="ways_and_evaluations_belong_to_a_goal",
                condition=Q(block__in=("ways", "evaluations"), goal_id__isnull=False)
                | (~Q(block__in=("ways", "evaluations")) & Q(goal_id__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_contact_note_has_kind_time_and_visibility",
                condition=Q(
                    block="contactNotes",
                    contact_kind__regex=CODE_FORM,
                    happened_at__isnull=False,
                    visibility__in=_codes(rules.Visibility),
                )
                | (
                    ~Q(block="contactNotes")
                    & Q(contact_kind="", happened_at__isnull=True, visibility="", addendum_to__isnull=True)
                ),
            ),
            # what was noted of a contact stays as it was noted; a correction stands beside it
            models.CheckConstraint(
                name="a_contact_note_has_one_version", condition=~Q(block="contactNotes") | Q(version=1)
            ),
            # one note of the year 9999 took the whole timeline away
            models.CheckConstraint(
                name="the_days_of_an_entry_are_between_1900_and_2199",
                condition=(Q(until_on__isnull=True) | Q(until_on__range=clock.DAYS))
                & (Q(evaluated_on__isnull=True) | Q(evaluated_on__range=clock.DAYS))
                & (Q(happened_at__isnull=True) | Q(happened_at__range=clock.INSTANTS)),
            ),
        ]
        indexes = [models.Index(name="entries_of_a_case", fields=("case", "entry_id", "-version"))]

    def __str__(self) -> str:
        """Return the ids, never the words."""
        return f"entry {self.entry_id} version {self.version}"


class CaseLink(models.Model):
    """Two cases of one family, each with a file of its own: nothing of one is copied into the other.

    The pair is stored once, the smaller id first, so that it reads the same from both sides.

    Personal data: that two people who are helped are brother or sister.
    Ground: task of public interest: people are helped with their family in view, and met once about both.
    Kept: as long as both cases; erased with either.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=CODE)
    linked_at = models.DateTimeField()
    linked_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            # the pair the other way round would be a second truth; a case beside itself none at all
            models.CheckConstraint(name="a_link_names_two_cases_in_order", condition=Q(first__lt=F("second"))),
            models.UniqueConstraint(name="two_cases_are_linked_once", fields=("first", "second")),
            models.CheckConstraint(name="a_link_has_a_known_kind", condition=Q(kind__in=_codes(rules.LinkKind))),
        ]

    def __str__(self) -> str:
        """Return the id, which names neither."""
        return f"link {self.pk}"
