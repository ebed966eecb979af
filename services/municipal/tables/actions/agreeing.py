"""What a table agrees, how far it is, who reads it, and its erasure."""

import datetime
import uuid

from django.db import transaction

from federation import clock
from federation.audit import actions as audit
from federation.identity.actor import Actor
from municipal.cases import queries as cases
from municipal.tables import queries, rules
from municipal.tables.models import AgendaItem, Agreement
from municipal.tables.rules import State


@transaction.atomic
def agree(
    *,
    item_id: uuid.UUID,
    who: uuid.UUID,
    what: str,
    due_on: datetime.date,
    tells: uuid.UUID | None,
    by: Actor,
    at: datetime.datetime,
) -> queries.AgreementView:
    """Agree at a point of an agenda that one at the table does something by a day, and tells another.

    `who` and `tells` are seats of the meeting; without `tells` it is the person himself who is told.
    Raises MissingPermission, ItemNotFound, CustodyElsewhere, SeatNotFound or AgreementInvalid.
    """
    item = queries.get_item(item_id, by=by)
    cases.locked_for_writing(item.case_id, by=by)
    queries.get_seat(item.meeting_id, who)
    if tells is not None:
        queries.get_seat(item.meeting_id, tells)
    if not what.strip():
        message = "Say what is done."
        raise rules.AgreementInvalid(message, field="what")
    if tells == who:
        raise rules.ToldToOneself(field="tells")
    rules.check_due(due_on, today=clock.today_in_brussels(at), field="dueOn")
    made = Agreement.objects.create(
        item_id=item_id,
        who_id=who,
        what=what.strip(),
        due_on=due_on,
        tells_id=tells,
        tells_person=tells is None,
        agreed_at=at,
        agreed_by=by.subject,
    )
    view = queries.get_agreement(made.pk)
    _record("agreed", view, by, at, dueOn=str(due_on))
    return view


@transaction.atomic
def tick_agreement(*, agreement_id: uuid.UUID, by: Actor, at: datetime.datetime) -> queries.AgreementView:
    """Say that what was agreed is done; `reopen_agreement` takes that back.

    Raises MissingPermission, AgreementNotFound, CustodyElsewhere or AgreementSettled.
    """
    view = _unsettled(agreement_id, by=by)
    _settle(view, by=by, at=at, state=State.DONE)
    return _after("agreementDone", view, by, at)


@transaction.atomic
def mark_not_worked(*, agreement_id: uuid.UUID, why: str, by: Actor, at: datetime.datetime) -> queries.AgreementView:
    """Say that what was agreed did not work, and why, in words for the next meeting.

    Raises MissingPermission, AgreementNotFound, CustodyElsewhere, AgreementSettled or AgreementInvalid.
    """
    view = _unsettled(agreement_id, by=by)
    if not why.strip():
        message = "Say why it did not work: the table agrees on something else then."
        raise rules.AgreementInvalid(message, field="why")
    _settle(view, by=by, at=at, state=State.DID_NOT_WORK, why_not=why.strip())
    return _after("agreementDidNotWork", view, by, at)


@transaction.atomic
def postpone_agreement(
    *, agreement_id: uuid.UUID, to: datetime.date, reason: str, by: Actor, at: datetime.datetime
) -> queries.AgreementView:
    """Give an agreement a later day, with a reason (schemas/codes/postpone-reason.yaml).

    Raises MissingPermission, AgreementNotFound, CustodyElsewhere, AgreementSettled or AgreementInvalid.
    """
    view = _unsettled(agreement_id, by=by)
    rules.check_postpone_reason(reason)
    rules.check_due(to, today=clock.today_in_brussels(at), field="dueOn")
    if to <= view.due_on:
        raise rules.DayNotLater(field="dueOn")
    Agreement.objects.filter(pk=agreement_id).update(state=State.POSTPONED, due_on=to, postpone_reason=reason)
    return _after("agreementPostponed", view, by, at, before=str(view.due_on), dueOn=str(to), reason=reason)


@transaction.atomic
def reopen_agreement(*, agreement_id: uuid.UUID, by: Actor, at: datetime.datetime) -> queries.AgreementView:
    """Take back that an agreement was done or did not work: it is to do again, by the day that it had.

    Raises MissingPermission, AgreementNotFound, CustodyElsewhere or AgreementNotSettled.
    """
    view = _locked(agreement_id, by=by)
    if view.unsettled:
        raise rules.AgreementNotSettled
    state = State.POSTPONED if view.postpone_reason else State.OPEN
    Agreement.objects.filter(pk=agreement_id).update(state=state, why_not="", settled_at=None, settled_by="")
    return _after("agreementReopened", view, by, at)


@transaction.atomic
def read_agreements(
    *, case_id: uuid.UUID, purpose: str, by: Actor, at: datetime.datetime
) -> list[queries.AgreementView]:
    """Return every agreement about a case, and leave an entry in the log of readings.

    Raises MissingPermission, CaseNotFound, PurposeMissing or FileClosed.
    """
    found = queries.agreements_of_case(case_id, by=by, purpose=purpose)
    audit.record(
        act="agreementsRead", by=by, at=at, subject=f"case:{case_id}", case_id=case_id, purpose=purpose, facts={}
    )
    return found


@transaction.atomic
def read_agreement(*, agreement_id: uuid.UUID, by: Actor, at: datetime.datetime) -> queries.AgreementView:
    """Return an agreement that `by` may settle, and leave an entry in the log of readings of its case.

    Raises MissingPermission, AgreementNotFound or CustodyElsewhere.
    """
    rules.check_worker(by)
    view = queries.get_agreement(agreement_id)
    queries.check_settle(view, by=by)
    audit.record(
        act="agreementsRead",
        by=by,
        at=at,
        subject=f"agreement:{agreement_id}",
        case_id=view.case_id,
        facts={},
    )
    return view


@transaction.atomic
def read_item(*, item_id: uuid.UUID, by: Actor, at: datetime.datetime) -> queries.ItemView:
    """Return a point of an agenda, and leave an entry in the log of readings of its case.

    Raises MissingPermission or ItemNotFound.
    """
    item = queries.get_item(item_id, by=by)
    audit.record(act="agendaItemRead", by=by, at=at, subject=f"agendaItem:{item_id}", case_id=item.case_id, facts={})
    return item


@transaction.atomic
def read_minutes(
    *, meeting_id: uuid.UUID, seat_id: uuid.UUID | None, by: Actor, at: datetime.datetime
) -> queries.Minutes:
    """Return what a meeting agreed, point by point, and leave an entry in the log of readings of each case in it.

    With `seat_id` only the lines of that participant: what he does, and what he is told.
    Raises MissingPermission, MeetingNotFound or SeatNotFound.
    """
    found = queries.minutes(meeting_id, seat_id=seat_id, by=by)
    subject = f"meeting:{meeting_id}"
    audit.record_readings(
        (audit.Reading("minutesRead", minute.item.case_id, subject) for minute in found.points), by=by, at=at
    )
    return found


@transaction.atomic
def erase_agreements(*, case_id: uuid.UUID, by: Actor, at: datetime.datetime) -> int:
    """Erase what tables agreed about a case, and that it was discussed, and return how many agreements went.

    Called with `cases.actions.erase_content` in one transaction: the database lets neither go without the other.
    Raises CaseNotFound.
    """
    cases.locked_case(case_id)
    gone, _ = Agreement.objects.filter(item__case_id=case_id).delete()
    AgendaItem.objects.filter(case_id=case_id).delete()
    audit.record(
        act="agreementsErased", by=by, at=at, subject=f"case:{case_id}", case_id=case_id, facts={"agreements": gone}
    )
    return gone


def _locked(agreement_id: uuid.UUID, *, by: Actor) -> queries.AgreementView:
    """Return an agreement that `by` may settle, its case locked until the commit, so that two clicks follow each other.

    Raises MissingPermission, AgreementNotFound or CustodyElsewhere.
    """
    rules.check_worker(by)
    cases.locked_case(queries.get_agreement(agreement_id).case_id)
    view = queries.get_agreement(agreement_id)
    queries.check_settle(view, by=by)
    return view


def _unsettled(agreement_id: uuid.UUID, *, by: Actor) -> queries.AgreementView:
    view = _locked(agreement_id, by=by)
    if not view.unsettled:
        raise rules.AgreementSettled(state=view.state)
    return view


def _settle(view: queries.AgreementView, *, by: Actor, at: datetime.datetime, state: State, why_not: str = "") -> None:
    # the clock of the machine that agreed may have run ahead of ours: the order stays
    at = max(at, view.agreed_at)
    Agreement.objects.filter(pk=view.id).update(state=state, why_not=why_not, settled_at=at, settled_by=by.subject)


def _after(
    act: str, view: queries.AgreementView, by: Actor, at: datetime.datetime, **facts: str
) -> queries.AgreementView:
    _record(act, view, by, at, **facts)
    return queries.get_agreement(view.id)


def _record(act: str, view: queries.AgreementView, by: Actor, at: datetime.datetime, **facts: str) -> None:
    audit.record(act=act, by=by, at=at, subject=f"agreement:{view.id}", case_id=view.case_id, facts=facts)
