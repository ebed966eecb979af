"""What people of this town do with a case: open it, read it, change its head, write in it."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from federation import clock
from federation.audit import actions as audit, queries as audit_queries
from federation.bus import local
from federation.identity.actor import Actor, MissingPermission, Role
from municipal.cases import contents, queries, rules
from municipal.cases.models import Case, CustodyRow, Entry
from municipal.cases.rules import Block, StayKind
from municipal.people import actions as people, rules as people_rules

CHANGEABLE = frozenset({"person", "stay_kind", "team", "next_contact_on", "next_contact_who"})


MOST_FOUND = 50
"""Who finds more must say more."""

NEXT_NUMBER = """
INSERT INTO cases_referencecounter (year, last) VALUES (%s, 1)
ON CONFLICT (year) DO UPDATE SET last = cases_referencecounter.last + 1
RETURNING last
"""


class TeamUnknown(rules.EntryInvalid):
    """There is no such team in this town."""


class ChangeInvalid(rules.EntryInvalid):
    """This change cannot be so."""


@transaction.atomic
def open_case(
    *, details: people_rules.Details, stay_kind: StayKind, team: str, by: Actor, at: datetime.datetime
) -> queries.CaseView:
    """Open a case by intake: from this commit on this town answers for the person.

    Raises MissingPermission, PersonInvalid or TeamUnknown.
    """
    by.check_role(*rules.WRITERS)
    team = _team(team or by.team, by=by)
    details = people_rules.check(details, today=clock.today_in_brussels(at))
    person_id = people.register_person(details=details, by=by, at=at)
    case = new_case(person_id=person_id, stay_kind=stay_kind, team=team, by=by, at=at)
    CustodyRow.objects.create(case=case, acquired_by="intake", started_at=at, started_by=by.subject)
    _record("caseOpened", case.pk, by, at, reference=case.reference, team=team, stayKind=str(stay_kind))
    case.custodian = True  # type: ignore[attr-defined]
    return queries.view_of(case, known=details)


def new_case(*, person_id: uuid.UUID | None, stay_kind: StayKind, team: str, by: Actor, at: datetime.datetime) -> Case:
    """Store a case under the next reference of its Belgian calendar year, inside the caller's transaction."""
    year = clock.today_in_brussels(at).year
    number = _next_number(year)
    prefix = local.tenant().reference_prefix or local.participant()[:2].upper()
    return Case.objects.create(
        reference=f"{prefix}-{year}-{number:04d}",
        year=year,
        number=number,
        person_id=person_id,
        team=team,
        stay_kind=stay_kind,
        opened_at=at,
        opened_by=by.subject,
        awaiting_dossier=person_id is None,
    )


@transaction.atomic
def read_case(*, case_id: uuid.UUID, purpose: str, by: Actor, at: datetime.datetime) -> queries.CaseView:
    """Return a case and leave an entry in the log of readings, which the person may ask for.

    Raises MissingPermission, CaseNotFound, PurposeMissing or FileClosed.
    """
    view = queries.get_case(case_id, by=by, purpose=purpose)
    audit.record(act="caseRead", by=by, at=at, subject=f"case:{case_id}", case_id=case_id, purpose=purpose, facts={})
    return view


@transaction.atomic
def read_entries(
    *, case_id: uuid.UUID, block: str, purpose: str, by: Actor, at: datetime.datetime
) -> list[queries.EntryView]:
    """Return the current entries that `by` may see, and leave an entry in the log of readings.

    Raises as `read_case` does.
    """
    queries.get_case(case_id, by=by, purpose=purpose)
    audit.record(
        act="entriesRead",
        by=by,
        at=at,
        subject=f"case:{case_id}",
        case_id=case_id,
        purpose=purpose,
        facts={"block": block or "all"},
    )
    return [queries.entry_view(entry) for entry in queries.entries_for(case_id, by=by, block=block)]


@transaction.atomic
def read_entry(
    *, case_id: uuid.UUID, entry_id: uuid.UUID, purpose: str, by: Actor, at: datetime.datetime
) -> queries.EntryView:
    """Return the current version of an entry, and leave an entry in the log of readings.

    Raises as `read_case` does, and EntryNotFound, also for a colleague's note for himself.
    """
    queries.get_case(case_id, by=by, purpose=purpose)
    entry = queries.entries_for(case_id, by=by).filter(entry_id=entry_id).first()
    if entry is None:
        raise rules.EntryNotFound
    audit.record(
        act="entriesRead",
        by=by,
        at=at,
        subject=f"entry:{entry_id}",
        case_id=case_id,
        purpose=purpose,
        facts={"block": entry.block},
    )
    return queries.entry_view(entry)


@transaction.atomic
def read_accesses(
    *,
    case_id: uuid.UUID | None = None,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
    by: Actor,
    at: datetime.datetime,
) -> QuerySet[Any]:
    """Return the log of accesses, of one case or of all, newest first, and leave in it that somebody looked.

    Who watches over the log is watched by it too: a look at one case stands at the top of that case's list, a look at
    all of them in the audit alone. Raises MissingPermission or CaseNotFound.
    """
    by.check_role(Role.DATA_PROTECTION_OFFICER)
    if case_id is not None:
        queries.team_of(case_id)
    subject = f"case:{case_id}" if case_id is not None else "cases"
    audit.record(act="accessesRead", by=by, at=at, subject=subject, case_id=case_id)
    return audit_queries.log(case_id=case_id, since=since, until=until)


@transaction.atomic
def find_cases(*, words: str, by: Actor, at: datetime.datetime) -> list[queries.CaseView]:
    """Return the cases of the own work that words name, and leave that there was a search; the words are not kept.

    Raises MissingPermission.
    """
    by.check_role(*rules.WRITERS)
    found = [queries.view_of(case) for case in queries.named(by, words)[:MOST_FOUND]]
    audit.record(act="casesSearched", by=by, at=at, subject="cases", facts={"found": len(found)})
    return found


@transaction.atomic
def change_case(
    *, case_id: uuid.UUID, version: int, changes: Mapping[str, Any], reason: str = "", by: Actor, at: datetime.datetime
) -> queries.CaseView:
    """Change what stands at the head of a case; `version` is the one that the caller read.

    `changes` holds some of CHANGEABLE; under `person` some of the person's details. `reason` says why a
    planned contact moves: a contact that moves again and again is how people get lost. Raises
    MissingPermission, CaseNotFound, CustodyElsewhere, LostUpdate, PersonInvalid, TeamUnknown or ChangeInvalid.
    """
    if reason and reason not in rules.POSTPONED:
        message = f"`reason` is one of: {', '.join(sorted(rules.POSTPONED))}."
        raise ChangeInvalid(message, field="reason")
    view = queries.locked_for_writing(case_id, by=by)
    if view.version != version:
        message = "Read the case again, then decide anew."
        raise rules.LostUpdate(message, version=view.version)
    values: dict[str, Any] = {name: changes[name] for name in CHANGEABLE - {"person"} if name in changes}
    if "team" in values:
        values["team"] = _team(values["team"], by=by)
    _check_next_contact(view, values)
    if changes.get("person"):
        values |= _change_person(view, changes["person"], by=by, at=at)
    Case.objects.filter(pk=case_id).update(**values, version=F("version") + 1)
    facts: dict[str, str | int] = {"fields": "+".join(sorted(changes)), "version": version + 1}
    if planned := values.get("next_contact_on"):
        facts |= {"nextContact": str(planned), "before": str(view.next_contact_on or ""), "reason": reason}
    _record("caseChanged", case_id, by, at, **facts)
    return queries.get_case(case_id, by=by)


@transaction.atomic
def add_entry(
    *,
    case_id: uuid.UUID,
    draft: contents.Draft,
    entry_id: uuid.UUID | None = None,
    version: int | None = None,
    by: Actor,
    at: datetime.datetime,
) -> queries.EntryView:
    """Write a new entry, or with `entry_id` and `version` the next version of an entry that the caller read.

    Raises MissingPermission, CaseNotFound, CustodyElsewhere, EntryInvalid, or what `rules.check_order` raises.
    """
    view = queries.locked_for_writing(case_id, by=by)
    if draft.block is Block.IDENTITY:
        message = "Identity is changed at the case itself."
        raise rules.EntryInvalid(message, field="block")
    last = _last(case_id, draft, entry_id, version) if entry_id else None
    _check_order(view, draft)
    entry = Entry.objects.create(
        entry_id=entry_id or uuid.uuid4(),
        version=last.version + 1 if last else 1,
        case_id=case_id,
        block=draft.block,
        written_at=at,
        written_by=by.subject,
        written_in=local.participant(),
        **draft.values(),
    )
    audit.record(
        act="entryWritten",
        by=by,
        at=at,
        subject=f"entry:{entry.entry_id}",
        case_id=case_id,
        facts={"block": str(draft.block), "version": entry.version},
    )
    return queries.entry_view(entry)


def _record(act: str, case_id: uuid.UUID, by: Actor, at: datetime.datetime, **facts: str | int | bool) -> None:
    audit.record(act=act, by=by, at=at, subject=f"case:{case_id}", case_id=case_id, facts=facts)


def _next_number(year: int) -> int:
    """Return the next number of a year without a gap: the counter's row stays locked until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [year])
        return int(cursor.fetchone()[0])


def _team(team: str, *, by: Actor) -> str:
    """Return `team` if it exists and `by` may put a case there: a caseworker only into the own team."""
    if local.tenant().team(team) is None:
        message = "The teams of this town stand in its directory record."
        raise TeamUnknown(message, field="team")
    if not by.has(Role.COORDINATOR) and team != by.team:
        message = "A coordinator gives a case to another team."
        raise MissingPermission(message)
    return team


def _check_next_contact(view: queries.CaseView, values: Mapping[str, Any]) -> None:
    on = values.get("next_contact_on", view.next_contact_on)
    who = values.get("next_contact_who", view.next_contact_who)
    if (on is None) != (not who):
        message = "A next contact has a day and somebody who makes it."
        raise ChangeInvalid(message, field="nextContact")


def _change_person(
    view: queries.CaseView, given: Mapping[str, Any], *, by: Actor, at: datetime.datetime
) -> dict[str, Any]:
    """Store the given details of the person; the first details of a shell make the person."""
    if view.person is not None and view.person_id is not None:
        people.change_person(person_id=view.person_id, details=dataclasses.replace(view.person, **given), by=by, at=at)
        return {}
    missing = [name for name in ("first_name", "last_name", "birth_on", "contact_language") if name not in given]
    if missing:
        message = "This case knows nobody yet: give first name, last name, birth date and contact language together."
        raise ChangeInvalid(message, field="person")
    return {"person_id": people.register_person(details=people_rules.Details(**given), by=by, at=at)}


def _last(case_id: uuid.UUID, draft: contents.Draft, entry_id: uuid.UUID, version: int | None) -> Entry:
    """Return the version that the next one follows; raise EntryInvalid, ContactNoteFixed or LostUpdate."""
    last = queries.last_version(case_id, entry_id)
    if last is None:
        message = "There is no such entry in this case."
        raise rules.EntryInvalid(message, field="entryId")
    if last.block == Block.CONTACT_NOTES:
        raise rules.ContactNoteFixed
    if last.block != draft.block or last.goal_id != draft.goal_id or last.life_domain != draft.life_domain:
        message = "A new version stays in its block, goal and life domain."
        raise rules.EntryInvalid(message, field="entryId")
    if last.version != version:
        message = "Read the entry again, then decide anew."
        raise rules.LostUpdate(message, version=last.version)
    return last


def _check_order(view: queries.CaseView, draft: contents.Draft) -> None:
    needs_picture = draft.block is Block.GOALS
    goal_found = draft.goal_id is not None and queries.has_entry(view.id, block=Block.GOALS, entry_id=draft.goal_id)
    rules.check_order(
        draft.block,
        has_picture=needs_picture and queries.has_entry(view.id, block=Block.SITUATION_PICTURE),
        goal_found=goal_found,
        awaiting_dossier=view.awaiting_dossier,
    )
    if draft.addendum_to and not queries.has_entry(view.id, block=Block.CONTACT_NOTES, entry_id=draft.addendum_to):
        message = "There is no such contact note in this case."
        raise rules.EntryInvalid(message, field="addendumTo")
