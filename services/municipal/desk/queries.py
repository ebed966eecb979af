"""What the desk shows, read from several parts of the town's work and put in the order in which people need it."""

import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from federation import clock
from federation.audit import queries as audit
from federation.bus import local
from federation.custody import facts
from federation.identity import colleagues
from federation.identity.actor import Actor
from municipal.cases import queries as cases, rules as case_rules
from municipal.consents import queries as consents, rules as consent_rules
from municipal.people import rules as people
from municipal.referrals import queries as referrals
from municipal.referrals.rules import Direction
from municipal.tables import queries as tables

WAITING_THERE = tuple(state.value for state in sorted(facts.S_UNANSWERED))
WAITING_HERE = tuple(state.value for state in sorted(facts.R_UNANSWERED))


@dataclass(frozen=True)
class Referred:
    """A referral in a row of a list: between whom, where it stands, and whose case it is, if that is known here."""

    referral: referrals.ReferralRow
    sender: str
    recipient: str
    reference: str
    name: str

    @property
    def waits_here(self) -> bool:
        """Whether this town has to answer."""
        return self.referral.direction == Direction.RECEIVED and self.referral.state in WAITING_HERE

    @property
    def waits_there(self) -> bool:
        """Whether the other town has to answer."""
        return self.referral.direction == Direction.SENT and self.referral.state in WAITING_THERE


@dataclass(frozen=True)
class Row:
    """A case in a row of a list, with the referral that its custody line shows."""

    case: cases.CaseView
    name: str
    referral: Referred | None


@dataclass(frozen=True)
class Item:
    """Something on the list of the own team that nobody has read."""

    code: str
    at: datetime.datetime
    referred: Referred


@dataclass(frozen=True)
class Unfinished:
    """Something that was begun and not finished: a note, or a question to another town."""

    case: cases.CaseView
    name: str
    kept_at: datetime.datetime
    question: bool


@dataclass(frozen=True)
class Work:
    """My work: what is for today, what is to be done, what others owe, and what came since the visit before."""

    today: list[Row]
    agreements: tables.Unsettled
    offers: list[Referred]
    ending: list[consents.Ending]
    unfinished: list[Unfinished]
    items: list[Item]
    waiting: list[Referred]
    news: list[tuple[cases.CaseView, int]]

    @property
    def to_do(self) -> int:
        """How many lines stand under what is to be done."""
        agreed = len(self.agreements.own) + len(self.agreements.left_open)
        return agreed + len(self.offers) + len(self.ending) + len(self.unfinished) + len(self.items)

    @property
    def awaited(self) -> int:
        """How many lines stand under what others owe."""
        return len(self.waiting) + len(self.agreements.told)


def work(
    *, by: Actor, notes: Mapping[str, datetime.datetime], since: datetime.datetime | None, at: datetime.datetime
) -> Work:
    """Return the work of `by`; `notes` are the unfinished ones, by case. The statements do not grow with the work.

    Raises MissingPermission for who does no casework.
    """
    by.check_role(*case_rules.WRITERS)
    today = clock.today_in_brussels(at)
    soon = today + consent_rules.ENDS_SOON
    questions = {one.case_id: one.kept_at for one in referrals.drafts(by=by)}
    begun = {uuid.UUID(case_id): kept_at for case_id, kept_at in notes.items()}
    due = [cases.view_of(case) for case in cases.contacts_until(today, besides=[*questions, *begun], by=by)]
    contacts = [view for view in due if view.next_contact_on and view.next_contact_on <= today]
    open_now = _open_or_about([view.id for view in contacts], by=by)
    newest = {one.referral.case_id: one for one in reversed(open_now)}
    return Work(
        today=[Row(view, name_of(view), newest.get(view.id)) for view in contacts],
        agreements=tables.unsettled(by),
        offers=[one for one in open_now if one.waits_here],
        ending=consents.ending(by=by, after=today, on_or_before=soon),
        unfinished=[
            *[
                Unfinished(view, name_of(view), questions[view.id], question=True)
                for view in due
                if view.id in questions
            ],
            *[Unfinished(view, name_of(view), begun[view.id], question=False) for view in due if view.id in begun],
        ],
        items=[Item(one.code, one.at, referred(one.referral)) for one in referrals.unread(by=by).select_related(WHOSE)],
        waiting=sorted((one for one in open_now if one.waits_there), key=lambda one: one.referral.began_at),
        news=cases.written_by_others_since(since, by=by) if since else [],
    )


WHOSE = "referral__case__person"


def _open_or_about(case_ids: Collection[uuid.UUID], *, by: Actor) -> list[Referred]:
    """Return the referrals that wait for an answer, and those of some cases, the newest first; one statement."""
    waits = Q(direction=Direction.RECEIVED, state__in=WAITING_HERE)
    waits |= Q(direction=Direction.SENT, state__in=WAITING_THERE)
    found = referrals.visible_to(by).filter(waits | Q(case_id__in=case_ids))
    return [referred(one) for one in found.select_related("case__person").order_by("-began_at", "pk")]


def name_of(view: cases.CaseView) -> str:
    """Return first name and initial, "" where nobody is known yet."""
    return view.person.short if view.person else ""


def referred(one: referrals.ReferralRow) -> Referred:
    """Return a referral as a row; its case is named where this town knows it."""
    own, sent = local.participant(), one.direction == Direction.SENT
    sender, recipient = (own, one.peer) if sent else (one.peer, own)
    reference = one.case.reference if one.case else ""
    return Referred(one, sender, recipient, reference, cases.name_of(one.case))


def rows(found: Iterable[Any], *, by: Actor) -> list[Row]:
    """Return cases that came from `cases.visible_to` as rows, each with its newest referral; one more statement."""
    return rows_of([cases.view_of(case) for case in found], by=by)


def rows_of(views: Collection[cases.CaseView], *, by: Actor) -> list[Row]:
    """Return cases as rows, each with its newest referral; one statement."""
    newest = newest_referrals([view.id for view in views], by=by)
    return [Row(view, name_of(view), newest.get(view.id)) for view in views]


def newest_referrals(case_ids: Collection[uuid.UUID], *, by: Actor) -> dict[uuid.UUID, Referred]:
    """Return the newest referral of each of these cases."""
    found = referrals.visible_to(by).filter(case_id__in=case_ids).select_related("case__person")
    newest = found.order_by("case_id", "-began_at", "pk").distinct("case_id")
    return {one.case_id: referred(one) for one in newest if one.case_id is not None}


def referrals_of(case_id: uuid.UUID, *, by: Actor) -> list[Referred]:
    """Return every referral of a case, the newest first; raise MissingPermission or CaseNotFound."""
    consents.check_register(case_id, by=by)
    found = referrals.referrals(by=by, case_id=case_id).select_related("case__person")
    return [referred(one) for one in found]


def today(at: datetime.datetime) -> datetime.date:
    """Return the Belgian calendar day."""
    return clock.today_in_brussels(at)


@dataclass(frozen=True)
class Head:
    """The bar above every page of a case; without `case`, which may not be read by everybody, it names nobody."""

    id: uuid.UUID
    reference: str
    case: cases.CaseView | None
    age: int | None
    referral: Referred | None
    standing: list[consents.ConsentView]
    ends_soon: consents.ConsentView | None
    writable: bool

    @property
    def name(self) -> str:
        """First name and initial, "" where nobody is named."""
        return name_of(self.case) if self.case else ""


def head(case_id: uuid.UUID, *, case: cases.CaseView | None, by: Actor, at: datetime.datetime) -> Head:
    """Return the bar of a case; whether `by` may read the case was asked before."""
    today = clock.today_in_brussels(at)
    views = [consents.view_of(one) for one in consents.of_case(case_id)]
    standing = sorted((view for view in views if view.stands(at)), key=lambda view: view.valid_until)
    soon = today + consent_rules.ENDS_SOON
    return Head(
        id=case_id,
        reference=case.reference if case else cases.references([case_id])[case_id],
        case=case,
        age=people.age(case.person.birth_on, on=today) if case and case.person else None,
        referral=newest_referrals([case_id], by=by).get(case_id),
        standing=standing,
        ends_soon=next((view for view in standing if view.valid_until <= soon and not _renewed(view, views)), None),
        writable=cases.may_write(case, by=by) if case else False,
    )


def _renewed(consent: consents.ConsentView, others: Iterable[consents.ConsentView]) -> bool:
    wanted = (consent.recipient, consent.purpose, consent.valid_until)
    return any((one.recipient, one.purpose, one.stands_from) == wanted and one.withdrawn_at is None for one in others)


@dataclass(frozen=True)
class Told:
    """A consent, and which referrals stop when it is taken back."""

    consent: consents.ConsentView
    stands: bool
    follows: bool
    ends_soon: bool
    referrals: list[Referred]


def register(case_id: uuid.UUID, *, by: Actor, at: datetime.datetime) -> list[Told]:
    """Return the consents of a case, the newest first, each with the referrals that rest on it.

    Raises MissingPermission or CaseNotFound.
    """
    consents.check_register(case_id, by=by)
    resting: dict[uuid.UUID, list[Referred]] = {}
    for one in referrals.referrals(by=by, directions=[Direction.SENT], case_id=case_id).select_related("case__person"):
        if one.consent_id is not None and not one.consent_withdrawn:
            resting.setdefault(one.consent_id, []).append(referred(one))
    soon = clock.today_in_brussels(at) + consent_rules.ENDS_SOON
    views = [consents.view_of(one) for one in consents.of_case(case_id)]
    return [
        Told(
            view,
            view.stands(at),
            view.follows(at),
            view.stands(at) and view.valid_until <= soon and not _renewed(view, views),
            resting.get(view.id, []),
        )
        for view in views
    ]


@dataclass(frozen=True)
class File:
    """A case, and what one page shows of its file; what it does not show is empty."""

    case: cases.CaseView
    entries: list[cases.EntryView]
    writers: Mapping[str, str]
    """The names of the colleagues who wrote the entries, by account."""
    agreements: list[tables.AgreementView]


def giver_needed(person: people.Details, *, at: datetime.datetime) -> consent_rules.Giver:
    """Return who has to agree today for a person of this age."""
    today = clock.today_in_brussels(at)
    return consent_rules.giver_at(people.age(person.birth_on, on=today), on=today)


@dataclass(frozen=True)
class Moment:
    """One thing on the timeline: a note of a contact with what was added to it, or something that happened."""

    at: datetime.datetime
    note: cases.EntryView | None = None
    addenda: tuple[cases.EntryView, ...] = ()
    event: audit.Access | None = None

    @property
    def agreed(self) -> bool:
        """Whether it is about what was agreed at a partner table, which stands in a list of its own."""
        return self.event is not None and self.event.act in OF_AGREEMENTS


OF_AGREEMENTS = frozenset({"agreed", "agreementDone", "agreementDidNotWork", "agreementPostponed", "agreementReopened"})


@dataclass(frozen=True)
class Timeline:
    """What happened, the newest first, and the names of the colleagues who stand in it, by account."""

    moments: list[Moment]
    colleagues: Mapping[str, str]


QUIET = frozenset(
    {"caseRead", "entriesRead", "dossierRead", "accessesRead", "entryWritten", "reminded", "auditSaltErased"}
    | {"referralDrafted", "referralDraftForgotten", "referralDraftsForgotten"}
)
"""Acts that are in the log of accesses and no event of somebody's life with this town, or that a referral tells."""


def timeline(file: File) -> Timeline:
    """Return notes and events of a case, the newest first. Whether the caller may read them was asked before."""
    notes = {one.entry_id: one for one in file.entries if one.block is case_rules.Block.CONTACT_NOTES}
    addenda: dict[uuid.UUID, list[cases.EntryView]] = {}
    for one in notes.values():
        first = _first(one, notes)
        if first is not one:
            addenda.setdefault(first.entry_id, []).append(one)
    moments = [
        Moment(_happened(one), one, tuple(addenda.get(one.entry_id, ())))
        for one in notes.values()
        if _first(one, notes) is one
    ]
    acts = list(audit.acts_on(file.case.id, but=QUIET).annotate(called=colleagues.name_of("by_subject")))
    events = [Moment(act.at, event=event) for act in acts if _tells(event := audit.access_of(act))]
    return Timeline(
        moments=sorted([*moments, *events], key=lambda moment: moment.at, reverse=True),
        colleagues={**file.writers, **{act.by_subject: act.called for act in acts if act.called}},
    )


def writers(entries: Iterable[cases.EntryView]) -> Mapping[str, str]:
    """Return the names of the colleagues who wrote entries in this town, by account; one statement."""
    return colleagues.names({one.written_by for one in entries if one.written_in == local.participant()})


def _first(note: cases.EntryView, notes: dict[uuid.UUID, cases.EntryView]) -> cases.EntryView:
    """Return the note that a note adds to, itself where it adds to none that can be seen."""
    seen = {note.entry_id}
    while (before := note.fields.get("addendumTo")) in notes and before not in seen:
        note = notes[before]  # type: ignore[index]
        seen.add(note.entry_id)
    return note


def _happened(note: cases.EntryView) -> datetime.datetime:
    at = note.fields["happenedAt"]
    assert isinstance(at, datetime.datetime), "a constraint of the table"  # noqa: S101 -- for the type checker
    return at


def _tells(act: audit.Access) -> bool:
    """Say whether an act belongs on the timeline: a change of details does only when a contact moved."""
    if act.reading:
        return False
    if act.act == "caseChanged":
        return "nextContact" in act.facts
    if act.act == "consentWithdrawn" and act.facts.get("direction") == Direction.SENT:
        return False  # the consent itself says so beside it
    return act.facts.get("from", "") != act.facts.get("to", "-")


@dataclass(frozen=True)
class Plan:
    """The work in its fixed order: picture, goals, and under each goal ways and evaluations."""

    picture: list[cases.EntryView]
    goals: list["Goal"]
    homeless: list[cases.EntryView]
    """Ways and evaluations that came with a dossier without their goal."""
    earlier: dict[uuid.UUID, list[cases.EntryView]]

    @property
    def looked_at(self) -> object:
        """The last day on which a goal was looked at together, None where none was."""
        return max((goal.newest.fields["evaluatedOn"] for goal in self.goals if goal.newest), default=None)  # type: ignore[type-var]


@dataclass(frozen=True)
class Goal:
    """A goal in the person's own words, and what hangs on it."""

    entry: cases.EntryView
    ways: list[cases.EntryView]
    evaluations: list[cases.EntryView]

    @property
    def newest(self) -> cases.EntryView | None:
        """The evaluation of the latest day."""
        return max(self.evaluations, key=lambda one: str(one.fields["evaluatedOn"]), default=None)


def plan(entries: Collection[cases.EntryView], *, earlier: dict[uuid.UUID, list[cases.EntryView]]) -> Plan:
    """Return entries in the order of the work."""
    blocks = case_rules.Block

    def of(block: case_rules.Block, goal: uuid.UUID | None = None) -> list[cases.EntryView]:
        return [one for one in entries if one.block is block and goal in (None, one.fields.get("goalId"))]

    goals = [
        Goal(goal, of(blocks.WAYS, goal.entry_id), of(blocks.EVALUATIONS, goal.entry_id)) for goal in of(blocks.GOALS)
    ]
    known = {goal.entry.entry_id for goal in goals}
    homeless = [one for one in of(blocks.WAYS) + of(blocks.EVALUATIONS) if one.fields.get("goalId") not in known]
    return Plan(of(blocks.SITUATION_PICTURE), goals, homeless, earlier)


@dataclass(frozen=True)
class Logged:
    """A line of the log of accesses, with the reference of its case."""

    access: audit.Access
    reference: str


def accesses(found: Iterable[Any]) -> list[Logged]:
    """Return entries of the log of accesses as lines; one more statement for the references."""
    lines = [audit.access_of(entry) for entry in found]
    names = cases.references({line.case_id for line in lines if line.case_id})
    return [Logged(line, names.get(line.case_id, "") if line.case_id else "") for line in lines]


def actors(lines: Iterable[Logged]) -> Mapping[str, str]:
    """Return the names of the colleagues in lines of the log, by account; one statement."""
    return colleagues.names({line.access.by for line in lines})


@dataclass(frozen=True)
class Registered:
    """A line of the register of consents, with the reference of its case."""

    consent: consents.ConsentView
    reference: str
    stands: bool
    follows: bool


def registered(found: Iterable[Any], *, at: datetime.datetime) -> list[Registered]:
    """Return consents that came from the register as lines; one more statement for the references."""
    views = [consents.view_of(one) for one in found]
    names = cases.references({view.case_id for view in views})
    return [Registered(view, names[view.case_id], view.stands(at), view.follows(at)) for view in views]
