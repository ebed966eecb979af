"""Every read of cases that other modules need: frozen values, and querysets of what an actor may see."""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from federation.errors import DomainError
from federation.identity.actor import Actor, Role
from municipal.cases import contents, dossier as dossiers, rules
from municipal.cases.models import Case, CaseLink, CustodyRow, Entry
from municipal.cases.rules import Block
from municipal.people import rules as people_rules

LONGEST_SEARCH = 6
"""Words of a search that count."""
MOST_NEWS = 3
"""Cases with news that one can take in at a glance."""


@dataclass(frozen=True)
class CaseView:
    """One case as it stands at one moment."""

    id: uuid.UUID
    reference: str
    person_id: uuid.UUID | None
    person: people_rules.Details | None
    team: str
    stay_kind: str
    opened_at: datetime.datetime
    custodian: bool
    """Whether this town answers for the person: it has an open custody row, whatever else stands here."""
    awaiting_dossier: bool
    next_contact_on: datetime.date | None
    next_contact_who: str
    closed_for_writing_at: datetime.datetime | None
    version: int

    @property
    def closed(self) -> bool:
        """Whether nobody here may write in the file."""
        return self.closed_for_writing_at is not None


@dataclass(frozen=True)
class Custody:
    """One open acquisition of a case."""

    id: uuid.UUID
    acquired_by: str
    referral_id: uuid.UUID | None
    started_at: datetime.datetime


@dataclass(frozen=True)
class EntryView:
    """The current version of one entry."""

    entry_id: uuid.UUID
    version: int
    block: Block
    written_at: datetime.datetime
    written_in: str
    written_by: str
    """The subject of an account, of this town or, in what came with a dossier, of the bus."""
    fields: dict[str, object]
    """By the names outside."""


@dataclass(frozen=True)
class Linked:
    """The other case of a link, as seen from one of the two: nothing of its content."""

    link_id: uuid.UUID
    case_id: uuid.UUID
    other_id: uuid.UUID
    other_reference: str
    other_team: str
    other_birth_on: datetime.date | None
    kind: str


@dataclass(frozen=True)
class DossierText:
    """The text of a dossier and how many entries each of its blocks has."""

    text: str
    counts: dict[str, int]


def visible_to(actor: Actor, purpose: str = "") -> QuerySet[Case]:
    """Return the cases that `actor` may know of: one layer for API, pages, exports and counts."""
    cases = _cases()
    if actor.has(Role.COORDINATOR) or (actor.has(Role.DATA_PROTECTION_OFFICER) and purpose):
        return cases if purpose else cases.filter(closed_for_writing_at__isnull=True)
    if actor.has(Role.CASEWORKER):
        return cases.filter(team=actor.team, closed_for_writing_at__isnull=True)
    return cases.none()


def with_custody(cases: QuerySet[Case], custodian: bool) -> QuerySet[Case]:  # noqa: FBT001 -- the wanted value
    """Return the cases among `cases` for which this town answers, or does not answer."""
    wanted: Any = {"custodian": custodian}
    return cases.filter(**wanted)


def named(by: Actor, words: str) -> QuerySet[Case]:
    """Return the open cases of the own work of which each of `words` begins a name, or is part of the reference."""
    found = visible_to(by)
    for word in words.split()[:LONGEST_SEARCH]:
        begins = Q(person__first_name__istartswith=word) | Q(person__last_name__istartswith=word)
        found = found.filter(begins | Q(reference__icontains=word))
    return found


def closed_case(reference: str, *, by: Actor) -> tuple[uuid.UUID, str] | None:
    """Return id and reference of a file that was handed over, for who may open it with a purpose; None for others."""
    if not by.has(Role.COORDINATOR):
        return None
    found = Case.objects.filter(reference__iexact=reference.strip(), closed_for_writing_at__isnull=False)
    return found.values_list("pk", "reference").first()


def contacts_until(day: datetime.date, *, besides: Collection[uuid.UUID] = (), by: Actor) -> QuerySet[Case]:
    """Return the cases of the own work whose next contact is due on `day` or was due before, the oldest first.

    Those of `besides` that are in the own work come along, whatever is planned in them.
    """
    wanted = Q(next_contact_on__lte=day) | Q(pk__in=besides)
    return visible_to(by).filter(wanted).order_by("next_contact_on", "reference")


def written_by_others_since(at: datetime.datetime, *, by: Actor) -> list[tuple[CaseView, int]]:
    """Return the cases of the own work in which others wrote since an instant, and how many entries; newest first."""
    seen = ~Q(entries__visibility=rules.Visibility.ME) & ~Q(entries__written_by=by.subject)
    new = Count("entries", filter=Q(entries__written_at__gt=at) & seen)
    found = visible_to(by).annotate(new=new, newest=Max("entries__written_at", filter=seen))
    return [(view_of(case), case.new) for case in found.filter(new__gt=0).order_by("-newest", "pk")[:MOST_NEWS]]


def get_case(case_id: uuid.UUID, *, by: Actor, purpose: str = "") -> CaseView:
    """Return a case that `by` may read. Leaves no trace: what people read goes through `actions.read_case`.

    Raises MissingPermission, CaseNotFound, PurposeMissing or FileClosed.
    """
    by.check_role(*rules.READERS)
    view = _one(_cases().filter(pk=case_id))
    rules.check_read(by, team=view.team, closed=view.closed, purpose=purpose)
    return view


def locked_case(case_id: uuid.UUID) -> CaseView:
    """Return a case whose row stays locked until the transaction ends; raise CaseNotFound. Asks nobody's rights."""
    return _one(_cases().filter(pk=case_id).select_for_update(of=("self",)))


def locked_for_writing(case_id: uuid.UUID, *, by: Actor) -> CaseView:
    """Return a locked case that `by` may write; raise MissingPermission, CaseNotFound or CustodyElsewhere."""
    by.check_role(*rules.WRITERS)
    view = locked_case(case_id)
    rules.check_write(by, team=view.team, closed=view.closed, custodian=view.custodian)
    return view


def may_write(view: CaseView, *, by: Actor) -> bool:
    """Say whether `by` may write in the case: custodian, not closed, own team or coordinator."""
    try:
        rules.check_write(by, team=view.team, closed=view.closed, custodian=view.custodian)
    except DomainError:
        return False
    return True


def name_of(case: Case | None) -> str:
    """Return first name and initial of whom a case is about, "" where nobody is known yet."""
    if case is None or case.person is None:
        return ""
    return people_rules.short_name(case.person.first_name, case.person.last_name)


def references(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the references of cases, which name nobody."""
    return dict(Case.objects.filter(pk__in=case_ids).values_list("pk", "reference"))


def id_of(reference: str) -> uuid.UUID:
    """Return the case that bears a reference; raise CaseNotFound."""
    found = Case.objects.filter(reference__iexact=reference.strip()).values_list("pk", flat=True).first()
    if found is None:
        raise rules.CaseNotFound(field="reference")
    return found


def team_of(case_id: uuid.UUID) -> str:
    """Return the team of a case, open or closed; raise CaseNotFound."""
    team = Case.objects.filter(pk=case_id).values_list("team", flat=True).first()
    if team is None:
        raise rules.CaseNotFound
    return team


def is_erased(case_id: uuid.UUID) -> bool:
    """Say whether the file of a case was erased, and the case has not come back since."""
    return Case.objects.filter(pk=case_id, erased_at__isnull=False, closed_for_writing_at__isnull=False).exists()


def open_custody(case_id: uuid.UUID) -> list[Custody]:
    """Return the open custody rows of a case, oldest first; this town is custodian if there is one."""
    rows = CustodyRow.objects.filter(case_id=case_id, ended_at__isnull=True).order_by("started_at", "pk")
    return [Custody(row.pk, row.acquired_by, row.referral_id, row.started_at) for row in rows]


def case_acquired_by(referral_id: uuid.UUID) -> uuid.UUID | None:
    """Return the case that came by a referral, None if none did."""
    return CustodyRow.objects.filter(referral_id=referral_id).values_list("case_id", flat=True).first()


def case_of_custody_row(row_id: uuid.UUID) -> uuid.UUID | None:
    """Return the case of a custody row, open or ended."""
    return CustodyRow.objects.filter(pk=row_id).values_list("case_id", flat=True).first()


def current_entries(case_id: uuid.UUID, *, block: str = "") -> QuerySet[Entry]:
    """Return the highest version of each entry of a case, in the order in which the entries began."""
    newer = Entry.objects.filter(case_id=case_id, entry_id=OuterRef("entry_id"), version__gt=OuterRef("version"))
    first = Entry.objects.filter(case_id=case_id, entry_id=OuterRef("entry_id"), version=1).values("row")[:1]
    entries = Entry.objects.filter(~Exists(newer), case_id=case_id).annotate(began=Subquery(first)).order_by("began")
    return entries.filter(block=block) if block else entries


def entries_for(case_id: uuid.UUID, *, by: Actor, block: str = "") -> QuerySet[Entry]:
    """Return the current entries that `by` may see: another's notes for himself are not among them."""
    hidden = Q(visibility=rules.Visibility.ME) & ~Q(written_by=by.subject)
    return current_entries(case_id, block=block).exclude(hidden)


def earlier_versions(case_id: uuid.UUID) -> dict[uuid.UUID, list[EntryView]]:
    """Return by entry the versions that a newer one followed, the newest first; notes have one version each."""
    newer = Entry.objects.filter(case_id=case_id, entry_id=OuterRef("entry_id"), version__gt=OuterRef("version"))
    found: dict[uuid.UUID, list[EntryView]] = {}
    for entry in Entry.objects.filter(Exists(newer), case_id=case_id).order_by("-version", "row"):
        found.setdefault(entry.entry_id, []).append(entry_view(entry))
    return found


def entry_view(entry: Entry) -> EntryView:
    """Return an entry by the names outside."""
    block = Block(entry.block)
    fields = contents.outside(block, entry)
    return EntryView(entry.entry_id, entry.version, block, entry.written_at, entry.written_in, entry.written_by, fields)


def dossier(case_id: uuid.UUID, *, blocks: Collection[str]) -> DossierText:
    """Return the text of the given blocks as they stand now; a colleague's notes for himself never go along."""
    wanted = rules.blocks_in_order(blocks)
    entries = current_entries(case_id).filter(block__in=wanted).exclude(visibility=rules.Visibility.ME)
    identity = _one(_cases().filter(pk=case_id)).person if Block.IDENTITY in wanted else None
    written = [_written(entry) for entry in entries]
    return DossierText(
        text=dossiers.compose(identity=identity, entries=written, blocks=wanted),
        counts=dossiers.Dossier(identity, tuple(written), tuple(wanted)).counts(),
    )


def wrote(subjects: Collection[str]) -> set[str]:
    """Return which of these accounts wrote anything that stands in a file."""
    return set(Entry.objects.filter(written_by__in=subjects).values_list("written_by", flat=True).distinct())


def last_version(case_id: uuid.UUID, entry_id: uuid.UUID) -> Entry | None:
    """Return the highest version of an entry of a case."""
    return Entry.objects.filter(case_id=case_id, entry_id=entry_id).order_by("-version").first()


def last_versions(case_id: uuid.UUID) -> dict[uuid.UUID, dossiers.Written]:
    """Return the highest version of every entry of a case, by entry."""
    return {entry.entry_id: _written(entry) for entry in current_entries(case_id)}


def has_entry(case_id: uuid.UUID, *, block: Block, entry_id: uuid.UUID | None = None) -> bool:
    """Say whether the case has an entry of a block, or that very entry."""
    found = Entry.objects.filter(case_id=case_id, block=block)
    return (found.filter(entry_id=entry_id) if entry_id else found).exists()


def by_reference(reference: str, *, by: Actor) -> uuid.UUID:
    """Return the case in the work of `by` that has a reference; raise MissingPermission or CaseNotFound."""
    by.check_role(*rules.WRITERS)
    found = visible_to(by).filter(reference__iexact=reference.strip()).values_list("pk", flat=True).first()
    if found is None:
        raise rules.CaseNotFound(field="reference")
    return found


def links_of(*case_ids: uuid.UUID) -> QuerySet[CaseLink]:
    """Return the links of these cases, whichever of the two they are, oldest first."""
    return CaseLink.objects.filter(Q(first__in=case_ids) | Q(second__in=case_ids)).order_by("linked_at", "pk")


def linked_with(*case_ids: uuid.UUID) -> list[Linked]:
    """Return what each of these cases is linked with. Whether the caller may see them was asked before."""
    found = []
    for link in links_of(*case_ids).select_related("first__person", "second__person"):
        for one, other in ((link.first, link.second), (link.second, link.first)):
            if one.pk in case_ids:
                birth_on = other.person.birth_on if other.person else None
                found.append(Linked(link.pk, one.pk, other.pk, other.reference, other.team, birth_on, link.kind))
    return found


def _cases() -> QuerySet[Case]:
    open_rows = CustodyRow.objects.filter(case_id=OuterRef("pk"), ended_at__isnull=True)
    return Case.objects.select_related("person").annotate(custodian=Exists(open_rows)).order_by("-opened_at", "pk")


def view_of(case: Case, *, known: people_rules.Details | None = None) -> CaseView:
    """Return a case that came from `visible_to` as a frozen value; `known` spares looking up who was just written."""
    person = known
    if person is None and case.person is not None:
        person = people_rules.Details(**{name: getattr(case.person, name) for name in people_rules.FIELDS})
    return CaseView(
        id=case.pk,
        reference=case.reference,
        person_id=case.person_id,
        person=person,
        team=case.team,
        stay_kind=case.stay_kind,
        opened_at=case.opened_at,
        custodian=case.custodian,  # type: ignore[attr-defined]
        awaiting_dossier=case.awaiting_dossier,
        next_contact_on=case.next_contact_on,
        next_contact_who=case.next_contact_who,
        closed_for_writing_at=case.closed_for_writing_at,
        version=case.version,
    )


def _one(cases: QuerySet[Case]) -> CaseView:
    case = cases.first()
    if case is None:
        raise rules.CaseNotFound
    return view_of(case)


def _written(entry: Entry) -> dossiers.Written:
    values = {name: getattr(entry, name) for name in contents.VALUES}
    return dossiers.Written(
        entry.entry_id,
        entry.version,
        entry.written_at,
        entry.written_in or settings.PARTICIPANT,
        contents.Draft(Block(entry.block), **values),
    )
