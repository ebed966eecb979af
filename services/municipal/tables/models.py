"""The tables of partner tables: meetings, who sits there, agendas, and what was agreed."""

import uuid

from django.db import models
from django.db.models import Deferrable, F, Q

from federation import clock
from municipal.tables import rules

CODE = 41
CODE_FORM = r"^[a-z][A-Za-z0-9]{0,40}$"


def _codes(enum: type) -> list[str]:
    return [str(code) for code in enum]  # type: ignore[attr-defined]


class Meeting(models.Model):
    """One meeting of one of the town's two tables.

    Personal data: none but the account of the colleague who planned it.
    Ground: task of public interest (GDPR art. 6(1)(e)).
    Kept: to be as long as anything that was agreed at it; not deleted yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table = models.CharField(max_length=CODE)
    held_on = models.DateField()
    begins_at = models.TimeField()
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_table_is_known", condition=Q(table__in=_codes(rules.Table))),
            # two agendas for one afternoon: half of the partners prepare the wrong one
            models.UniqueConstraint(name="one_meeting_per_table_and_day", fields=("table", "held_on")),
        ]

    def __str__(self) -> str:
        """Return table and day."""
        return f"{self.table} {self.held_on}"


class Seat(models.Model):
    """Somebody at the table of one meeting: a colleague, or a partner in words with his organisation.

    Personal data: name and organisation of a professional, and of a colleague the account.
    Ground: task of public interest (GDPR art. 6(1)(e)): who agreed to what.
    Kept: as long as the meeting.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="seats")
    name = models.CharField(max_length=rules.NAME_LENGTH)
    organisation = models.CharField(max_length=CODE)
    subject = models.CharField(max_length=80, blank=True)
    """The account of a colleague who took the seat; what he agrees to stands in his own work."""
    excused = models.BooleanField(default=False)
    seated_at = models.DateTimeField()
    seated_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_seat_names_somebody", condition=~Q(name__regex=r"^\s*$")),
            models.CheckConstraint(
                name="an_organisation_is_known", condition=Q(organisation__in=_codes(rules.Organisation))
            ),
            models.UniqueConstraint(name="one_seat_per_name_and_meeting", fields=("meeting", "organisation", "name")),
            # two seats of one account: half of what somebody took on would not stand in his work
            models.UniqueConstraint(
                name="one_seat_per_colleague_and_meeting", fields=("meeting", "subject"), condition=~Q(subject="")
            ),
            models.CheckConstraint(
                name="only_a_colleague_has_an_account", condition=Q(subject="") | Q(organisation="municipality")
            ),
        ]

    def __str__(self) -> str:
        """Return the id: a name must not reach a log by accident."""
        return f"seat {self.pk}"


class AgendaItem(models.Model):
    """One case on the agenda of one meeting, and what the table is asked about it.

    Triggers (migration 0002) refuse a case whose person's age does not fit the table on that day, and a
    case whose file is closed for writing.

    Personal data: that a case is discussed, and the question in words.
    Ground: task of public interest (GDPR art. 6(1)(e)).
    Kept: as long as the case's file; erased with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="agenda_items")
    position = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=rules.TEXT_LENGTH, blank=True)
    put_at = models.DateTimeField()
    put_by = models.CharField(max_length=80)

    class Meta:
        db_table = "tables_agenda_item"
        constraints = [
            models.UniqueConstraint(name="one_item_per_case_and_meeting", fields=("meeting", "case")),
            # checked at the commit: points that change places pass each other
            models.UniqueConstraint(
                name="one_item_per_position", fields=("meeting", "position"), deferrable=Deferrable.DEFERRED
            ),
            models.CheckConstraint(name="positions_start_at_one", condition=Q(position__gte=1)),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return f"agenda item {self.pk}"


class Agreement(models.Model):
    """Who does what by when, and tells whom: what a table agreed about one case.

    Triggers (migration 0002) refuse a new one in a file that is closed for writing, people of another
    meeting, and any change of what was agreed: only how far it is changes.

    Personal data: what is done for the person, by whom, and what became of it.
    Ground: task of public interest (GDPR art. 6(1)(e)).
    Kept: as long as the case's file; erased with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="agreements")
    who = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="takes_on")
    what = models.CharField(max_length=rules.TEXT_LENGTH)
    due_on = models.DateField()
    tells = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="is_told", null=True, blank=True)
    tells_person = models.BooleanField(default=False)
    """Whether it is the person himself who is told."""
    state = models.CharField(max_length=CODE, default=rules.State.OPEN)
    postpone_reason = models.CharField(max_length=CODE, blank=True)
    why_not = models.CharField(max_length=rules.TEXT_LENGTH, blank=True)
    agreed_at = models.DateTimeField()
    agreed_by = models.CharField(max_length=80)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_agreement_is_due_between_1900_and_2199", condition=Q(due_on__range=clock.DAYS)
            ),
            models.CheckConstraint(name="an_agreement_says_what", condition=~Q(what__regex=r"^\s*$")),
            # what nobody hears of is not known to be done: the table meets about it again
            models.CheckConstraint(
                name="an_agreement_is_told_to_one",
                condition=Q(tells_person=True, tells__isnull=True) | Q(tells_person=False, tells__isnull=False),
            ),
            models.CheckConstraint(name="nobody_tells_himself", condition=Q(tells__isnull=True) | ~Q(tells=F("who"))),
            models.CheckConstraint(name="a_state_is_known", condition=Q(state__in=_codes(rules.State))),
            models.CheckConstraint(
                name="an_agreement_is_settled_by_somebody",
                condition=Q(state__in=("open", "postponed"), settled_at__isnull=True, settled_by="")
                | (Q(state__in=("done", "didNotWork"), settled_at__isnull=False) & ~Q(settled_by="")),
            ),
            models.CheckConstraint(
                name="a_postponement_has_a_reason",
                condition=Q(state="open", postpone_reason="")
                | Q(state="postponed", postpone_reason__regex=CODE_FORM)
                | ~Q(state__in=("open", "postponed")),
            ),
            # the table learns from what did not work, or agrees the same again
            models.CheckConstraint(
                name="what_did_not_work_says_why",
                condition=(Q(state="didNotWork") & ~Q(why_not__regex=r"^\s*$"))
                | (~Q(state="didNotWork") & Q(why_not="")),
            ),
            models.CheckConstraint(
                name="an_agreement_is_settled_after_it_was_made",
                condition=Q(settled_at__isnull=True) | Q(settled_at__gte=F("agreed_at")),
            ),
        ]
        indexes = [
            models.Index(
                name="agreements_still_to_do", fields=("due_on",), condition=Q(state__in=("open", "postponed"))
            )
        ]

    def __str__(self) -> str:
        """Return the id, never the words."""
        return f"agreement {self.pk}"
