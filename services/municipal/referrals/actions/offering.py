"""The sender's people put a question: offer, hand back. Gate 1 stands here."""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction

from federation.bus import directory, local
from federation.custody import facts, recipient, sender
from federation.custody.facts import Gate, Kind, ReferralStateConflict
from federation.identity.actor import Actor
from municipal.cases import actions as case_actions, queries as cases, rules as case_rules
from municipal.consents import queries as consents
from municipal.referrals import queries, rules
from municipal.referrals.actions.carrying import carry_out
from municipal.referrals.actions.drafting import forget_draft
from municipal.referrals.actions.turn import Turn
from municipal.referrals.models import Referral
from municipal.referrals.rules import Direction, Help

ANSWER_DAYS = 14
"""A hand back hopes for an answer within two weeks where its caller names no day."""


@dataclass(frozen=True)
class Meeting:
    """The warm hand-over: when the three of them meet, and who of this town goes along."""

    on: datetime.date
    who: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of whom. `case` is the sender's own."""

    case: cases.CaseView
    to: str
    team: str
    kind: Kind
    blocks: tuple[str, ...]
    ground: str
    wanted: Help
    answer_by: datetime.date
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    relates_to: uuid.UUID | None = None
    hand_back_reason: str = ""


@transaction.atomic
def offer_referral(
    *,
    case_id: uuid.UUID,
    to: str,
    team: str,
    kind: Kind,
    blocks: Collection[str],
    ground: str,
    wanted: Help,
    answer_by: datetime.date,
    referral_id: uuid.UUID | None = None,
    meeting: Meeting | None = None,
    by: Actor,
    at: datetime.datetime,
) -> Referral:
    """Ask another town for advice, for help, or to take a case over.

    Who chooses `referral_id` beforehand asks once: the same question under the same id finds the first one, and
    nothing is sent again, and the draft is forgotten. `meeting` becomes the own case's next contact and stays here.

    Raises MissingPermission, CaseNotFound, CustodyElsewhere, RecipientUnknown, ProtocolMissing,
    OfferInvalid, NoLegalBasis, TemporaryStay, ReferralStateConflict for a second open handover, and
    ConsentMissing, ConsentExpired or BlockNotConsented at gate 1.
    """
    by.check_role(*rules.ACTORS)
    rules.check_recipient(to, own=local.participant(), peers=_peers())
    rules.check_protocol(kind, allowed=queries.kinds_with(to, at))
    case = cases.locked_for_writing(case_id, by=by)
    asked = _asked_already(referral_id, case_id)
    if asked is not None:
        return asked
    rules.check_stay(kind, case.stay_kind)
    question = Question(
        id=referral_id or uuid.uuid4(),
        case=case,
        to=to,
        team=team,
        kind=kind,
        blocks=rules.check_blocks(kind, blocks),
        ground=ground,
        wanted=wanted,
        answer_by=answer_by,
    )
    referral = _put(question, by=by, at=at)
    if meeting is not None:
        changes = {"next_contact_on": meeting.on, "next_contact_who": meeting.who}
        case_actions.change_case(case_id=case_id, version=case.version, changes=changes, by=by, at=at)
    if referral_id is not None:
        forget_draft(case_id=case_id, by=by, at=at)
    return referral


def _asked_already(referral_id: uuid.UUID | None, case_id: uuid.UUID) -> Referral | None:
    """Return the question that stands under this id; raise ReferralUnknown where it is another case's."""
    known = queries.peek(referral_id) if referral_id else None
    if known is not None and (known.case_id != case_id or known.direction != Direction.SENT):
        raise rules.ReferralUnknown
    return known


@transaction.atomic
def hand_back(
    *,
    referral_id: uuid.UUID,
    reason: str,
    blocks: Collection[str],
    ground: str,
    wanted: Help | None = None,
    team: str = "",
    answer_by: datetime.date | None = None,
    by: Actor,
    at: datetime.datetime,
) -> Referral:
    """Offer a case that came by a handover back to its sender, with consent, as a handover of its own.

    Raises what `offer_referral` does, WrongReferralKind, and ReferralStateConflict when this town does
    not hold the case by this referral.
    """
    rules.check_code("hand-back-reason", reason, field="reason")
    by.check_role(*rules.ACTORS)
    seen = queries.get_referral(referral_id, by=by)
    rules.check_side(seen.direction, Direction.RECEIVED, act="handed back", state=seen.state)
    recipient.check_hand_back(queries.received_facts(seen))
    case = cases.locked_for_writing(seen.case_id or uuid.UUID(int=0), by=by)
    old = queries.locked(referral_id)
    recipient.check_hand_back(queries.received_facts(old))
    record = directory.record_of(old.peer)
    question = Question(
        case=case,
        to=old.peer,
        team=team or (record.teams[0].id if record and record.teams else ""),
        kind=Kind.HANDOVER,
        blocks=rules.check_blocks(Kind.HANDOVER, blocks),
        ground=ground,
        wanted=wanted or _asked_before(old),
        answer_by=answer_by or queries.today(at) + datetime.timedelta(days=ANSWER_DAYS),
        relates_to=old.pk,
        hand_back_reason=reason,
    )
    return _put(question, by=by, at=at)


def _asked_before(old: Referral) -> Help:
    preview = queries.preview_of(old)
    if preview is None:
        raise rules.OfferInvalid("The earlier preview is erased: tell the needs anew.", field="needs")
    return Help(needs=preview.needs, urgency=preview.urgency, wished_help=preview.wished_help)


def _put(question: Question, *, by: Actor, at: datetime.datetime) -> Referral:
    """Check what every question must keep, pass gate 1, and send it."""
    today = queries.today(at)
    rules.check_help(question.wanted)
    rules.check_team(question.team, known=_teams_of(question.to))
    rules.check_answer_by(question.answer_by, today=today)
    rules.check_ground(question.kind, question.ground, grounds=set(queries.tenant().grounds_on(today)))
    row = _custody_row(question)
    referral = _row_of(question, row, today=today, at=at)
    gate = Gate.NOT_NEEDED
    if question.kind is not Kind.ADVICE:
        gate = _pass_gate_one(question, referral, at=at)
    known = facts.Sent(question.kind, hand_back=question.relates_to is not None)
    act = "referralHandedBack" if known.hand_back else "referralOffered"
    turn = Turn(referral=referral, step=sender.offer(known, gate=gate), act=act)
    return carry_out(turn=turn, by=by, at=at)


def _pass_gate_one(question: Question, referral: Referral, *, at: datetime.datetime) -> Gate:
    """Find, locked, the consent that the offer will carry, and count the blocks; raises what stands in the way."""
    consent = consents.grant_for(
        question.case.id, recipient=question.to, purpose=question.kind.value, blocks=question.blocks, at=at
    )
    referral.consent_id, referral.consent_digest = consent.id, consent.digest
    counts = cases.dossier(question.case.id, blocks=question.blocks).counts
    referral.blocks = [{"name": block, "entries": counts.get(block, 0)} for block in question.blocks]
    return Gate.STANDS


def _custody_row(question: Question) -> uuid.UUID | None:
    """Return the own custody row that a handover would end.

    Raises ReferralStateConflict when another handover is open, or when the case came by an acceptance
    that still waits for its release: what is not settled cannot be handed on.
    """
    if question.kind is not Kind.HANDOVER:
        return None
    other = queries.open_handover(question.case.id)
    if other is not None:
        message = "A handover of this case is open already; revoke it or wait for its answer."
        raise ReferralStateConflict(message, referral=str(other))
    if queries.unsettled(question.case.id):
        message = "The file of this case has not come yet; it cannot be handed on before."
        raise ReferralStateConflict(message, case=str(question.case.id))
    rows = cases.open_custody(question.case.id)
    if not rows:
        raise case_rules.CustodyElsewhere
    return rows[-1].id


def _row_of(question: Question, row: uuid.UUID | None, *, today: datetime.date, at: datetime.datetime) -> Referral:
    return Referral(
        pk=question.id,
        direction=Direction.SENT.value,
        kind=question.kind.value,
        peer=question.to,
        peer_team=question.team,
        team=question.case.team,
        began_at=at,
        hand_back=question.relates_to is not None,
        hand_back_reason=question.hand_back_reason,
        case_id=question.case.id,
        ground=question.ground,
        offered_custody_row=row,
        relates_to=question.relates_to,
        preview=rules.preview_json(rules.preview(question.case.person, question.wanted, today=today)),
        urgency=question.wanted.urgency,
        answer_by=question.answer_by,
    )


def _peers() -> set[str]:
    """Return the towns that our own file names; whether theirs names us too is the protocol's question."""
    return {protocol.peer for protocol in queries.tenant().protocols}


def _teams_of(peer: str) -> set[str]:
    record = directory.record_of(peer)
    return {team.id for team in record.teams} if record else set()
