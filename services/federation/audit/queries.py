"""Reading the audit: who looked at a case, and the facts that the chain is made of."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from federation.audit.models import AuditEntry


@dataclass(frozen=True)
class Access:
    """One act on a case, as the case's log of accesses shows it."""

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
    found = AuditEntry.objects.filter(case_id=case_id).order_by("-at", "-id")
    return [
        Access(
            at=entry.at,
            act=entry.act,
            by=entry.by_subject,
            team=entry.by_team,
            roles=tuple(entry.by_roles),
            subject=entry.subject,
            purpose=entry.purpose,
            facts=entry.facts,
        )
        for entry in found
    ]


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
