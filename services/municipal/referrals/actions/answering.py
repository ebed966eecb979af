"""The recipient's people answer: open, accept, decline, advise, report, close."""

import datetime
import uuid
from dataclasses import dataclass

from django.db import transaction

from federation.custody import recipient
from federation.custody.facts import Step
from federation.identity.actor import Actor
from municipal.cases import actions as case_actions, queries as cases
from municipal.referrals import queries, rules
from municipal.referrals.actions.carrying import carry_out
from municipal.referrals.actions.turn import Turn
from municipal.referrals.models import Referral, Report, TeamItem
from municipal.referrals.rules import Direction


@dataclass(frozen=True)
class FirstContact:
    """Who of this town meets the person first, and on which day."""

    on: datetime.date
    who: str


@transaction.atomic
def open_referral(*, referral_id: uuid.UUID, by: Actor, at: datetime.datetime) -> Referral:
    """Say that a human has seen the offer. Raises MissingPermission, ReferralUnknown, ReferralStateConflict."""
    referral = queries.mine(referral_id, Direction.RECEIVED, act="opened", by=by)
    step = recipient.open_offer(queries.received_facts(referral))
    return _act(referral, step, "referralOpened", by=by, at=at)


@transaction.atomic
def accept_referral(
    *,
    referral_id: uuid.UUID,
    team: str = "",
    first_contact: FirstContact | None = None,
    by: Actor,
    at: datetime.datetime,
) -> Referral:
    """Accept: with this commit a handover makes this town answer for the person, beside the sender until its release.

    `team` answers for it from now on; left out, the team that was asked. `first_contact` becomes the next contact of
    the case that a handover opens here. Raises MissingPermission, ReferralUnknown, OfferInvalid,
    ReferralStateConflict, WrongReferralKind.
    """
    seen = queries.get_referral(referral_id, by=by)
    if seen.case_id is not None:  # a hand back finds the own file
        cases.locked_case(seen.case_id)
    referral = queries.mine(referral_id, Direction.RECEIVED, act="accepted", by=by)
    step = recipient.accept(queries.received_facts(referral))
    if team and seen.case_id is None:
        rules.check_assigned(by, team, known={own.id for own in queries.tenant().teams})
        referral.team = team
    referral = _act(referral, step, "referralAccepted", by=by, at=at)
    if first_contact is not None and seen.case_id is None and referral.case_id is not None:
        _plan(referral.case_id, first_contact, by=by, at=at)
    return referral


def _plan(case_id: uuid.UUID, first_contact: FirstContact, *, by: Actor, at: datetime.datetime) -> None:
    version = cases.locked_case(case_id).version
    changes = {"next_contact_on": first_contact.on, "next_contact_who": first_contact.who}
    case_actions.change_case(case_id=case_id, version=version, changes=changes, by=by, at=at)


@transaction.atomic
def decline_referral(*, referral_id: uuid.UUID, reason: str, by: Actor, at: datetime.datetime) -> Referral:
    """Say no, with a reason that the sender reads.

    Raises MissingPermission, ReferralUnknown, OfferInvalid, ReferralStateConflict.
    """
    rules.check_code("decline-reason", reason, field="reason")
    referral = queries.mine(referral_id, Direction.RECEIVED, act="declined", by=by)
    step = recipient.decline(queries.received_facts(referral), reason=reason)
    referral.decline_reason = reason
    return _act(referral, step, "referralDeclined", by=by, at=at)


@transaction.atomic
def give_advice(*, referral_id: uuid.UUID, text: str, by: Actor, at: datetime.datetime) -> Referral:
    """Answer a request for advice, which ends it.

    Raises MissingPermission, ReferralUnknown, OfferInvalid, ReferralStateConflict, WrongReferralKind.
    """
    text = text.strip()
    if not 0 < len(text) <= rules.LONGEST_ADVICE:
        raise rules.OfferInvalid(f"Advice has 1 to {rules.LONGEST_ADVICE} characters.", field="text")
    referral = queries.mine(referral_id, Direction.RECEIVED, act="answered", by=by)
    step = recipient.advise(queries.received_facts(referral))
    referral.outcome = "advice"
    referral = _act(referral, step, "adviceGiven", text=text, by=by, at=at)
    Report.objects.create(referral=referral, kind="advice", text=text, on=queries.today(at), at=at, by=by.subject)
    return referral


@transaction.atomic
def report_progress(
    *, referral_id: uuid.UUID, progress: str, on: datetime.date, by: Actor, at: datetime.datetime
) -> Referral:
    """Tell the sender of a step with the person, as a code and a day (loss L18).

    Raises MissingPermission, ReferralUnknown, OfferInvalid, ReferralStateConflict.
    """
    rules.check_code("progress", progress, field="progress")
    if on > queries.today(at):
        raise rules.OfferInvalid("`on` is the day on which it happened: today or earlier.", field="on")
    referral = queries.mine(referral_id, Direction.RECEIVED, act="reported on", by=by)
    step = recipient.report_progress(queries.received_facts(referral), progress=progress)
    referral = _act(referral, step, "progressReported", on=on, by=by, at=at)
    Report.objects.create(referral=referral, kind="progress", code=progress, on=on, at=at, by=by.subject)
    return referral


@transaction.atomic
def report_outcome(*, referral_id: uuid.UUID, outcome: str, by: Actor, at: datetime.datetime) -> Referral:
    """Close the loop with an outcome; nothing else closes it (loss L15).

    Raises MissingPermission, ReferralUnknown, OfferInvalid, ReferralStateConflict.
    """
    rules.check_code("outcome", outcome, field="outcome")
    referral = queries.mine(referral_id, Direction.RECEIVED, act="closed", by=by)
    step = recipient.report_outcome(queries.received_facts(referral), outcome=outcome)
    referral.outcome = outcome
    referral = _act(referral, step, "outcomeReported", by=by, at=at)
    Report.objects.create(referral=referral, kind="outcome", code=outcome, on=queries.today(at), at=at, by=by.subject)
    return referral


def _act(
    referral: Referral,
    step: Step,  # type: ignore[type-arg]
    act: str,
    *,
    text: str = "",
    on: datetime.date | None = None,
    by: Actor,
    at: datetime.datetime,
) -> Referral:
    """Carry out what a person decided, who has thereby read what lay on the team's list."""
    TeamItem.objects.filter(referral=referral, read_at__isnull=True, role="team").update(read_at=at, read_by=by.subject)
    return carry_out(turn=Turn(referral=referral, step=step, act=act, text=text, on=on), by=by, at=at)
