"""What signed referrals do to custody and file: a case comes, goes, comes home, is erased."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from federation.audit import actions as audit
from federation.bus import local
from federation.errors import DomainError, Kind
from federation.identity.actor import Actor
from federation.portal import drafts
from municipal.cases import dossier as dossiers, queries, rules
from municipal.cases.actions.working import TeamUnknown, new_case
from municipal.cases.models import Case, CustodyRow, Entry
from municipal.cases.rules import StayKind
from municipal.people import actions as people, rules as people_rules


@dataclass(frozen=True)
class Acquired:
    """A case that came by a referral, and the custody row of that acquisition."""

    case_id: uuid.UUID
    custody_row_id: uuid.UUID


class CustodyAcquired(DomainError):
    """This referral brought custody before."""

    kind = Kind.CONFLICT


class CustodyRowNotOpen(DomainError):
    """There is no such open custody row."""

    kind = Kind.CONFLICT


@transaction.atomic
def open_shell(
    *,
    referral_id: uuid.UUID,
    team: str,
    by: Actor,
    at: datetime.datetime,
    stay_kind: StayKind = StayKind.MOVE,
) -> Acquired:
    """Open a case without a file for an accepted handover: from this commit on this town answers too.

    Raises CustodyAcquired when the referral brought custody before (loss L6), or TeamUnknown.
    """
    if local.tenant().team(team) is None:
        raise TeamUnknown(field="team")
    case = new_case(person_id=None, stay_kind=stay_kind, team=team, by=by, at=at)
    return Acquired(case.pk, start_custody(case_id=case.pk, referral_id=referral_id, by=by, at=at))


@transaction.atomic
def start_custody(*, case_id: uuid.UUID, referral_id: uuid.UUID, by: Actor, at: datetime.datetime) -> uuid.UUID:
    """Open the custody row of an accepted referral and return its id; the file stays as open or closed as it was.

    Raises CustodyAcquired when the referral brought custody before, or CaseNotFound.
    """
    queries.locked_case(case_id)
    if queries.case_acquired_by(referral_id) is not None:
        raise CustodyAcquired(referral=str(referral_id))
    row = CustodyRow.objects.create(
        case_id=case_id, acquired_by="referral", referral_id=referral_id, started_at=at, started_by=by.subject
    )
    _record("custodyStarted", case_id, by, at, referral=str(referral_id), custodyRow=str(row.pk))
    return row.pk


@transaction.atomic
def end_custody(*, row_id: uuid.UUID, by_referral: uuid.UUID, by: Actor, at: datetime.datetime) -> None:
    """End exactly one custody row because of a signed word on a referral; the last one closes the file for writing.

    Raises CustodyRowNotOpen.
    """
    case_id = queries.case_of_custody_row(row_id)
    if case_id is None:
        raise CustodyRowNotOpen(custodyRow=str(row_id))
    view = queries.locked_case(case_id)
    ended = CustodyRow.objects.filter(pk=row_id, ended_at__isnull=True).update(
        ended_at=at, ended_by=by.subject, ended_by_referral=by_referral
    )
    if not ended:
        raise CustodyRowNotOpen(custodyRow=str(row_id))
    if not view.closed and not queries.open_custody(case_id):
        _close(case_id, by=by, at=at)
    _record("custodyEnded", case_id, by, at, referral=str(by_referral), custodyRow=str(row_id))


@transaction.atomic
def close_for_writing(*, case_id: uuid.UUID, by: Actor, at: datetime.datetime) -> None:
    """Close a file for writing; a file that the end of its custody closed in this commit stays closed as it is."""
    if not queries.locked_case(case_id).closed:
        _close(case_id, by=by, at=at)
        _record("fileClosed", case_id, by, at)


@transaction.atomic
def reopen_for_writing(*, case_id: uuid.UUID, by: Actor, at: datetime.datetime) -> None:
    """Open a closed file for writing again, because the case came home; raise CustodyElsewhere without custody."""
    view = queries.locked_case(case_id)
    if not view.custodian:
        raise rules.CustodyElsewhere
    if view.closed:
        Case.objects.filter(pk=case_id).update(
            closed_for_writing_at=None, closed_for_writing_by="", version=F("version") + 1
        )
        _record("fileReopened", case_id, by, at)


@transaction.atomic
def receive_dossier(
    *, case_id: uuid.UUID, text: str, referral_id: uuid.UUID, by: Actor, at: datetime.datetime
) -> dict[str, int]:
    """Join a dossier that came with a release into the file, open it for writing, and return its entry counts.

    An entry that stands here already gets a new version if the other town changed it; nothing is
    overwritten. A file that was erased and comes back is one again. Raises DossierMalformed or CustodyElsewhere.
    """
    parts = dossiers.parse(text)
    reopen_for_writing(case_id=case_id, by=by, at=at)
    view = queries.locked_case(case_id)
    values: dict[str, Any] = {"awaiting_dossier": False, "erased_at": None, "erased_by": ""}
    if parts.identity is not None:
        values |= _receive_identity(view, parts.identity, by=by, at=at)
    Case.objects.filter(pk=case_id).update(**values, version=F("version") + 1)
    known = queries.last_versions(case_id)
    Entry.objects.bulk_create(
        [
            _received(case_id, one, known.get(one.entry_id), referral_id=referral_id, by=by)
            for one in parts.entries
            if one.entry_id not in known or known[one.entry_id].differs(one)
        ]
    )
    counts = parts.counts()
    _record("dossierReceived", case_id, by, at, referral=str(referral_id), entries=sum(counts.values()))
    return counts


@transaction.atomic
def erase_content(*, case_id: uuid.UUID, by: Actor, at: datetime.datetime) -> int:
    """Erase entries, identity and links for good and return how many versions went; reference and custody rows stay.

    What colleagues had begun to write about the case goes too. The case is a shell again: who has custody keeps it
    until the other side has taken it back. Raises CaseNotFound.
    """
    view = queries.locked_case(case_id)
    Case.objects.filter(pk=case_id).update(
        person=None,
        next_contact_on=None,
        next_contact_who="",
        awaiting_dossier=True,
        erased_at=at,
        erased_by=by.subject,
        version=F("version") + 1,
    )
    if view.person_id is not None:
        people.erase_person(person_id=view.person_id, by=by, at=at)
    queries.links_of(case_id).delete()
    drafts.erase_about(case_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_erase_entries(%s)", [case_id])
        gone = int(cursor.fetchone()[0])
    _record("contentErased", case_id, by, at, versions=gone)
    audit.erase_salt(case_id=case_id, by=by, at=at)
    return gone


def _close(case_id: uuid.UUID, *, by: Actor, at: datetime.datetime) -> None:
    """Close a file for writing.

    Drafts about it stay their writers' for the rest of their 30 days. The file closes at an instant that nobody here
    chooses, and it may be home again within minutes (F16): then the half written note of yesterday's visit is all that
    there is of it. Until then its page refuses a caseworker, with the draft.
    """
    Case.objects.filter(pk=case_id).update(
        closed_for_writing_at=at, closed_for_writing_by=by.subject, version=F("version") + 1
    )


def _receive_identity(
    view: queries.CaseView, identity: people_rules.Details, *, by: Actor, at: datetime.datetime
) -> dict[str, Any]:
    if view.person_id is not None:
        people.change_person(person_id=view.person_id, details=identity, by=by, at=at)
        return {}
    return {"person_id": people.register_person(details=identity, by=by, at=at)}


def _received(
    case_id: uuid.UUID, one: dossiers.Written, known: dossiers.Written | None, *, referral_id: uuid.UUID, by: Actor
) -> Entry:
    """Return the row of an entry that came: the first version here, or the one after the last."""
    return Entry(
        entry_id=one.entry_id,
        version=known.version + 1 if known else 1,
        case_id=case_id,
        block=one.draft.block,
        written_at=one.written_at,
        written_by=by.subject,
        written_in=one.written_in,
        came_by=referral_id,
        **one.draft.values(),
    )


def _record(act: str, case_id: uuid.UUID, by: Actor, at: datetime.datetime, **facts: str | int | bool) -> None:
    audit.record(act=act, by=by, at=at, subject=f"case:{case_id}", case_id=case_id, facts=facts)
