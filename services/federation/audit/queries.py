"""Reading the audit: who looked at a case, and the facts that the chain is made of."""

import datetime
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from federation.audit.models import AuditEntry


@dataclass(frozen=True)
class Access:
    """One act on a case, as the case's log of accesses shows it."""

    case_id: uuid.UUID | None
    at: datetime.datetime
    act: str
    by: str
    team: str
    roles: tuple[str, ...]
    subject: str
    purpose: str
    facts: Mapping[str, object]

    @property
    def reading(self) -> bool:
        """Whether the act only looked."""
        return self.act.endswith("Read")


def accesses(case_id: uuid.UUID) -> list[Access]:
    """Return everything that was done with a case, readings included, newest first."""
    return [access_of(entry) for entry in log(case_id=case_id)]


def log(
    *, case_id: uuid.UUID | None = None, since: datetime.datetime | None = None, until: datetime.datetime | None = None
) -> QuerySet[AuditEntry]:
    """Return what was done with cases, or with one, from an instant on and before another; newest first."""
    found = AuditEntry.objects.filter(case_id__isnull=False).order_by("-at", "-id")
    if case_id is not None:
        found = found.filter(case_id=case_id)
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return found


def acts_on(case_id: uuid.UUID, *, but: Collection[str]) -> QuerySet[AuditEntry]:
    """Return what was done with a case, but for acts of some kinds, newest first."""
    return log(case_id=case_id).exclude(act__in=but)


def acted(subjects: Collection[str]) -> set[str]:
    """Return which of these accounts have an entry: who acted or read anything that is still in the log."""
    return set(AuditEntry.objects.filter(by_subject__in=subjects).values_list("by_subject", flat=True).distinct())


def access_of(entry: AuditEntry) -> Access:
    """Return an entry that came from `log` as the log of accesses shows it."""
    return Access(
        case_id=entry.case_id,
        at=entry.at,
        act=entry.act,
        by=entry.by_subject,
        team=entry.by_team,
        roles=tuple(entry.by_roles),
        subject=entry.subject,
        purpose=entry.purpose,
        facts=entry.facts,
    )


def content(entry: AuditEntry) -> dict[str, object]:
    """Return every field of an entry, as the chain digests it."""
    return {
        "id": entry.pk,
        "at": entry.at,
        "act": entry.act,
        "bySubject": entry.by_subject,
        "byTeam": entry.by_team,
        "byRoles": tuple(entry.by_roles),
        "subject": entry.subject,
        "caseId": entry.case_id,
        "purpose": entry.purpose,
        "facts": entry.facts,
        "personal": entry.personal,
    }
