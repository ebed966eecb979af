"""Every read of referrals, and the locks that actions take."""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from federation import clock
from federation.bus import directory, local, outbox
from federation.contracts import codec, codes, digests
from federation.contracts.directory import DirectoryRecord, Team
from federation.contracts.messages import BlockCount, Clocks, Preview, ProgressStated
from federation.contracts.tenant_file import TenantFile
from federation.custody import facts, recipient, sender
from federation.identity.actor import Actor, Role
from municipal.referrals import models, rules
from municipal.referrals.models import ReceivedDossier, Referral, ReferralDraft, ReferralStep, Report, TeamItem
from municipal.referrals.rules import Custody, Direction

OPEN_HERE = [state.value for state in (*facts.R_UNANSWERED, facts.State.ACCEPTED, *facts.R_WORKING)]
_OVER = [state.value for state in (facts.State.WITHDRAWN, facts.State.KEPT)]
_SENT_ON = [state.value for state in (*facts.S_BEFORE_RELEASE, facts.State.RELEASED, facts.State.FIRST_CONTACT)]
OPEN = (
    (
        Q(direction=Direction.SENT, state__in=_SENT_ON)
        & ~Q(kind=facts.Kind.SHARE, state__in=[facts.State.RELEASED, facts.State.FIRST_CONTACT], recipient_out=True)
    )
    | Q(direction=Direction.SENT, state__in=_OVER, recipient_out=False)
    | Q(direction=Direction.RECEIVED, state__in=OPEN_HERE)
)
"""What no signature has ended: for sent ones `facts.is_ended` as a condition; a test holds the two together."""

ReferralRow: TypeAlias = Referral
"""A referral as the API's shapes and the timers name it, which may not look into the models."""


def visible_to(actor: Actor) -> QuerySet[Referral]:
    """Return the referrals that exist for this actor; tombstones exist for nobody.

    Raises MissingPermission for roles that do no casework at all.
    """
    actor.check_role(*rules.READERS)
    found = Referral.objects.select_related("case").exclude(state="")
    if actor.participant != local.participant():
        return found.none()
    if actor.has(*rules.WHOLE_TOWN):
        return found
    return found.filter(team=actor.team)


def get_referral(referral_id: uuid.UUID, *, by: Actor) -> Referral:
    """Return one referral; raise rules.ReferralUnknown when it does not exist for this actor."""
    found = visible_to(by).filter(pk=referral_id).first()
    if found is None:
        raise rules.ReferralUnknown
    return found


def referrals(
    *, by: Actor, directions: Iterable[str] = (), states: Iterable[str] = (), case_id: uuid.UUID | None = None
) -> QuerySet[Referral]:
    """Return the referrals that this actor sees, newest first."""
    found = visible_to(by)
    if chosen := list(directions):
        found = found.filter(direction__in=chosen)
    if wanted := list(states):
        found = found.filter(state__in=wanted)
    if case_id is not None:
        found = found.filter(case_id=case_id)
    waiting = TeamItem.objects.filter(referral=OuterRef("pk"), read_at__isnull=True)
    return found.annotate(unread=Exists(waiting)).order_by("-began_at", "pk")


def waiting_here(*, by: Actor) -> QuerySet[Referral]:
    """Return what this town was asked and has not ended, the nearest hoped-for answer first: the inbox."""
    found = referrals(by=by, directions=[Direction.RECEIVED], states=OPEN_HERE)
    return found.order_by(F("answer_by").asc(nulls_last=True), "began_at", "pk")


def by_silence(*, by: Actor) -> QuerySet[Referral]:
    """Return the open referrals of both directions with `last_at`, when one of the sides was last heard of.

    The longest silence stands first: it is what gets lost (loss L1).
    """
    step = ReferralStep.objects.filter(referral=OuterRef("pk")).order_by("-at").values("at")[:1]
    report = Report.objects.filter(referral=OuterRef("pk")).order_by("-at").values("at")[:1]
    heard = Greatest(Coalesce(Subquery(step), "began_at"), Coalesce(Subquery(report), "began_at"))
    return referrals(by=by).filter(OPEN).annotate(last_at=heard).order_by("last_at", "pk")


def count_new(by: Actor, _at: datetime.datetime) -> int:
    """Return how many offers this actor's lists hold that nobody has opened: the number in the header of every page."""
    return visible_to(by).filter(direction=Direction.RECEIVED, state=facts.State.RECEIVED).count()


def load_of(peer_teams: Iterable[str], *, by: Actor) -> dict[tuple[str, str], int]:
    """Return how many open referrals of ours each team of another town has, by town and team."""
    found = visible_to(by).filter(OPEN, direction=Direction.SENT, peer__in=list(peer_teams))
    return {(peer, team): n for peer, team, n in found.values_list("peer", "peer_team").annotate(n=Count("pk"))}


@dataclass(frozen=True)
class Draft:
    """What somebody has answered about a question that is not asked yet."""

    case_id: uuid.UUID
    referral_id: uuid.UUID
    given: dict[str, dict[str, Any]]
    kept_at: datetime.datetime


def draft(case_id: uuid.UUID, *, by: Actor) -> Draft | None:
    """Return the draft of `by` on a case, None where there is none."""
    return next((one for one in drafts(by=by) if one.case_id == case_id), None)


def drafts(*, by: Actor) -> list[Draft]:
    """Return the questions that `by` has begun and not asked, the latest first."""
    found = ReferralDraft.objects.filter(subject=by.subject).order_by("-kept_at", "pk")
    return [Draft(one.case_id, one.referral_id, one.given, one.kept_at) for one in found]


def locked(referral_id: uuid.UUID) -> Referral:
    """Return a referral with its row locked until the commit; raise rules.ReferralUnknown."""
    found = Referral.objects.select_for_update(of=("self",)).filter(pk=referral_id).first()
    if found is None:
        raise rules.ReferralUnknown
    return found


def mine(referral_id: uuid.UUID, direction: Direction, *, act: str, by: Actor) -> Referral:
    """Return, locked, a referral on which `by` may act on this side of it.

    Raises MissingPermission by role, ReferralUnknown by team, ReferralStateConflict for the wrong side.
    """
    by.check_role(*rules.ACTORS)
    seen = get_referral(referral_id, by=by)
    rules.check_side(seen.direction, direction, act=act, state=seen.state)
    return locked(referral_id)


def theirs(referral_id: uuid.UUID, direction: Direction, *, sender: str) -> Referral:
    """Return, locked, the referral that `sender` speaks about as the other side of it.

    Raises ReferralUnknown, NotYourReferral.
    """
    referral = locked(referral_id)
    if referral.peer != sender or referral.direction != direction:
        raise rules.NotYourReferral
    return referral


def locked_of_consent(consent_id: uuid.UUID) -> list[Referral]:
    """Return every referral that rests on a consent, locked, always in the same order."""
    return list(Referral.objects.select_for_update(of=("self",)).filter(consent_id=consent_id).order_by("pk"))


def told_of_withdrawal(consent_id: uuid.UUID, *, at: datetime.datetime | None) -> list[uuid.UUID]:
    """Return the referrals whose recipients were told when a consent was taken back at `at`, in the order of then."""
    found = Referral.objects.filter(consent_id=consent_id, consent_withdrawn=True, withdrawn_at=at)
    return list(found.order_by("pk").values_list("pk", flat=True))


def peek(referral_id: uuid.UUID) -> Referral | None:
    """Return a referral without locking it, for what never changes in it: peer, direction, case, consent."""
    return Referral.objects.filter(pk=referral_id).first()


def peers_of_open_ones() -> list[str]:
    """Return the towns with which something is open."""
    return list(_open().order_by("peer").values_list("peer", flat=True).distinct())


def open_and_unknown_to(region: str, *, peer: str) -> list[uuid.UUID]:
    """Return the open referrals with `peer` of which we never told a region anything."""
    found = _open().filter(peer=peer).exclude(pk__in=outbox.told(region, "ProgressStated"))
    return list(found.order_by("pk").values_list("pk", flat=True))


def _open() -> QuerySet[Referral]:
    ended = [facts.State.DECLINED, facts.State.REVOKED, facts.State.CLOSED, facts.State.REASSIGNED]
    ended += [facts.State.HANDED_BACK, facts.State.WITHDRAWN, facts.State.KEPT]
    return Referral.objects.exclude(state="").filter(~Q(state__in=ended) | models.OPEN_HANDOVER)


def statement_for_regions(referral: Referral) -> ProgressStated:
    """Return what a region may know of a referral: clocks and codes.

    Nobody's name, no team's person, nothing of the preview: that a question was put, and when something moved.
    """
    own, sent = local.participant(), referral.direction == Direction.SENT
    return ProgressStated(
        from_=own if sent else referral.peer,
        to=referral.peer if sent else own,
        kind=referral.kind,
        state=referral.state,
        version=referral.stated_version,
        clocks=Clocks(**{name: getattr(referral, name) for name in Clocks.__slots__}),
        decline_reason=_listed("decline-reason", referral.decline_reason),
        revocation_reason=_listed("revocation-reason", referral.revocation_reason),
        kept_reason=_listed("kept-reason", referral.kept_reason),
        hand_back_reason=_listed("hand-back-reason", referral.hand_back_reason),
    )


def _listed(name: str, code: str) -> str | None:
    """Return a code that our lists have: one of a newer town is kept here as it came, and not passed on."""
    return code if code in codes.codes(name) else None


def next_statement(referral: Referral) -> tuple[int, str]:
    """Return version and digest of what a region may know now: the row's own where nothing of it has changed.

    A tombstone has none: the offer, and with it who asked what, has not come yet.
    """
    known = (referral.stated_version, referral.stated_digest)
    if not referral.state:
        return known
    content = dataclasses.replace(statement_for_regions(referral), version=1)
    digest = digests.digest(codec.dump(codec.to_json(content)))
    return known if digest == referral.stated_digest else (referral.stated_version + 1, digest)


def sent_facts(referral: Referral) -> facts.Sent:
    """Return what the protocol knows of a referral that we sent."""
    return facts.Sent(
        kind=facts.Kind(referral.kind),
        state=facts.State(referral.state),
        hand_back=referral.hand_back,
        by_itself=referral.by_itself,
        revocation_asked=referral.revocation_asked,
        consent_withdrawn=referral.consent_withdrawn,
        answer=referral.answer,
        held=referral.held,
        recipient_out=referral.recipient_out,
    )


def received_facts(referral: Referral) -> facts.Received:
    """Return what the protocol knows of a referral that we received; a tombstone has no kind yet."""
    return facts.Received(
        kind=facts.Kind(referral.kind or facts.Kind.SHARE),
        state=facts.State(referral.state) if referral.state else None,
        hand_back=referral.hand_back,
        by_itself=referral.by_itself,
        revocation_asked=referral.revocation_asked,
        consent_withdrawn=referral.consent_withdrawn,
        accepted=referral.accepted,
        custody_open=referral.custody_open,
        released=referral.released,
        has_dossier=referral.has_dossier,
    )


def to_hand_back(referral_id: uuid.UUID, *, by: Actor) -> Referral:
    """Return a referral that people here can hand back now.

    Raises MissingPermission, ReferralUnknown, ReferralStateConflict or WrongReferralKind.
    """
    by.check_role(*rules.ACTORS)
    referral = get_referral(referral_id, by=by)
    rules.check_side(referral.direction, Direction.RECEIVED, act="handed back", state=referral.state)
    recipient.check_hand_back(received_facts(referral))
    return referral


def may_revoke(referral: Referral) -> bool:
    """Say whether a referral that we sent can be taken back as it stands."""
    try:
        sender.revoke(sent_facts(referral))
    except facts.ReferralStateConflict:
        return False
    return True


def unsettled(case_id: uuid.UUID) -> bool:
    """Say whether an acceptance of ours for this case still waits for its release (handing on before settled)."""
    taken = Referral.objects.filter(direction=Direction.RECEIVED, case_id=case_id, custody_open=True)
    return any(not facts.is_settled(received_facts(referral)) for referral in taken)


def open_handover(case_id: uuid.UUID) -> uuid.UUID | None:
    """Return the handover that binds the case, where there is one (loss L12)."""
    return Referral.objects.filter(models.OPEN_HANDOVER, case_id=case_id).values_list("pk", flat=True).first()


def open_hand_back(referral_id: uuid.UUID, *, besides: uuid.UUID | None) -> bool:
    """Say whether another hand back of this referral waits here for an answer, or for its release."""
    found = Referral.objects.filter(
        direction=Direction.RECEIVED,
        hand_back=True,
        relates_to=referral_id,
        state__in=["received", "opened", "accepted"],
    )
    return (found.exclude(pk=besides) if besides else found).exists()


def by_accepted_row(row: uuid.UUID | None) -> Referral | None:
    """Return, locked, the received referral whose acceptance began this custody row."""
    found = Referral.objects.select_for_update(of=("self",))
    return found.filter(direction=Direction.RECEIVED, accepted_custody_row=row).first() if row else None


def preview_of(referral: Referral) -> Preview | None:
    """Return the stored preview, or None when its copy was erased."""
    stored: dict[str, Any] | None = referral.preview
    if stored is None:
        return None
    return Preview(
        age_band=stored["ageBand"],
        contact_language=stored["contactLanguage"],
        interpreter_needed=stored["interpreterNeeded"],
        needs=tuple(stored["needs"]),
        urgency=stored["urgency"],
        wished_help=tuple(stored["wishedHelp"]),
    )


def blocks_of(referral: Referral) -> tuple[BlockCount, ...]:
    """Return the offered blocks and how many entries each had."""
    return tuple(BlockCount(block["name"], block["entries"]) for block in referral.blocks)


def tenant() -> TenantFile:
    """Return this town's own file: teams, grounds, calendar."""
    return local.tenant()


def team_or_first(team: str) -> str:
    """Return `team` where this town has it, else its first team: an offer always waits on somebody's list (L14)."""
    own = tenant()
    return team if own.team(team) else own.teams[0].id


def kinds_with(peer: str, at: datetime.datetime) -> frozenset[str]:
    """Return the kinds of referral that the protocol between this town and `peer` allows at this instant."""
    return frozenset(directory.protocol_with(peer, at))


@dataclass(frozen=True)
class Standing:
    """Who answers for the person of a referral, in codes that both sides show alike."""

    custody: Custody
    responsible: tuple[str, ...]
    in_transfer: bool


def standing(referral: Referral) -> Standing:
    """Return who is responsible now, as this side knows it (I1)."""
    own, peer = local.participant(), referral.peer
    if referral.direction == Direction.SENT:
        custody = rules.custody_of_sent(kind=facts.Kind(referral.kind), state=referral.state, answer=referral.answer)
    else:
        custody = rules.custody_of_received(custody_open=referral.custody_open, released=referral.released)
    who = {Custody.HERE: (own,), Custody.THERE: (peer,), Custody.BOTH: tuple(sorted((own, peer)))}[custody]
    return Standing(custody, who, in_transfer=custody is Custody.BOTH)


@dataclass(frozen=True)
class Event:
    """One line of the tracker that both sides see."""

    referral_id: uuid.UUID
    number: int
    type: str
    state: str
    code: str
    at: datetime.datetime
    said_at: datetime.datetime | None


def events(referral: Referral) -> list[Event]:
    """Return what happened to a referral, oldest first: its states, and the reports about it."""
    steps = ReferralStep.objects.filter(referral=referral).select_related("legal").order_by("pk")
    found = [("stateChanged", step.legal.to_state, "", step.at, step.said_at) for step in steps]
    reports = Report.objects.filter(referral=referral).order_by("pk")
    found += [(f"{report.kind}Reported", "", report.code, report.at, None) for report in reports]
    ordered = sorted(found, key=lambda one: one[3])
    return [
        Event(referral.pk, number, kind, state, code or reason(referral, state), at, said_at)
        for number, (kind, state, code, at, said_at) in enumerate(ordered, 1)
    ]


def reason(referral: Referral, state: str) -> str:
    """Return why a referral came into a state, as a code, "" where nobody gave a reason."""
    return {
        "declined": referral.decline_reason,
        "revoking": referral.revocation_reason,
        "revoked": referral.revocation_reason,
        "withdrawn": referral.kept_reason,
        "kept": referral.kept_reason,
        "undeliverable": referral.refused_reason,
        "closed": referral.outcome,
        "handedBack": referral.hand_back_reason,
    }.get(state, "")


def phone_of_the_other_side(referral: Referral) -> str:
    """Return the telephone number of the humans on the other side: of the team that was asked, or the first."""
    team = peer_team_of(referral, directory.record_of(referral.peer))
    return (team.phone or "") if team else ""


def peer_team_of(referral: Referral, record: DirectoryRecord | None) -> Team | None:
    """Return the humans on the other side: the team that was asked, or the first."""
    if record is None or not record.teams:
        return None
    return next((team for team in record.teams if team.id == referral.peer_team), record.teams[0])


def has_verdict(referral: Referral) -> bool:
    """Say whether an outcome or advice is kept already; the first one stands."""
    return Report.objects.filter(referral=referral, kind__in=["outcome", "advice"]).exists()


def advice_on(referral: Referral) -> str:
    """Return the advice that was given, or ""."""
    given = Report.objects.filter(referral=referral, kind="advice").values_list("text", flat=True).first()
    return given or ""


@dataclass(frozen=True)
class Dossier:
    """Exactly the consented blocks, as the sender signed them at the release."""

    digest: str
    received_at: datetime.datetime
    blocks: dict[str, Any]


def dossier(referral: Referral) -> Dossier | None:
    """Return the dossier that came with the release, or None: not released, or erased."""
    found = ReceivedDossier.objects.filter(referral=referral).first()
    return Dossier(found.digest, found.received_at, json.loads(found.content)["blocks"]) if found else None


def dossier_closed(referral: Referral) -> bool:
    """Say whether a dossier is here and the file that it was joined into is closed; a share was joined into none."""
    return referral.has_dossier and referral.case is not None and referral.case.closed_for_writing_at is not None


def unread(*, by: Actor) -> QuerySet[TeamItem]:
    """Return the unread items of the lists that this actor keeps, oldest first."""
    by.check_role(*rules.ACTORS)
    found = TeamItem.objects.filter(read_at__isnull=True).select_related("referral").order_by("at", "pk")
    if by.has(Role.COORDINATOR):
        return found
    return found.filter(team=by.team).exclude(role="coordinator")


def unanswered(*, before: datetime.date) -> QuerySet[Referral]:
    """Return the referrals without a verdict whose hoped-for day has come."""
    waiting = Q(direction=Direction.SENT, state__in=[state.value for state in facts.S_UNANSWERED])
    waiting |= Q(direction=Direction.RECEIVED, state__in=[state.value for state in facts.R_UNANSWERED])
    return Referral.objects.filter(waiting, answer_by__lte=before).order_by("pk")


def withdrawals_without_answer(*, before: datetime.datetime) -> QuerySet[Referral]:
    """Return the referrals whose recipient has not said what it did about a withdrawal (losses L4 and L22)."""
    found = Referral.objects.filter(
        direction=Direction.SENT, consent_withdrawn=True, withdrawal_applied_at__isnull=True, withdrawn_at__lte=before
    )
    return found.order_by("pk")


def resting_on_consent_that_ends(*, on_or_before: datetime.date, after: datetime.date) -> QuerySet[Referral]:
    """Return the open referrals whose consent ends soon."""
    open_states = [state.value for state in facts.S_BEFORE_RELEASE | {facts.State.RELEASED, facts.State.FIRST_CONTACT}]
    found = Referral.objects.filter(
        direction=Direction.SENT,
        state__in=open_states,
        consent__withdrawn_at__isnull=True,
        consent__valid_until__lte=on_or_before,
        consent__valid_until__gt=after,
    )
    return found.order_by("pk")


def working_day_after(start: datetime.date, days: int) -> datetime.date:
    """Return the day that lies so many working days of this town after `start`."""
    own, day = tenant(), start
    closed = clock.closed_days(own.holidays, own.closures, (start.year, start.year + 1))
    while days:
        day += datetime.timedelta(days=1)
        days -= day.weekday() < 5 and day not in closed  # noqa: PLR2004 -- Saturday is 5
    return day


def today(at: datetime.datetime) -> datetime.date:
    """Return the Belgian calendar day."""
    return clock.today_in_brussels(at)
