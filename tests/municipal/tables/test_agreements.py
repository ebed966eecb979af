"""Agreements: who does what by when and tells whom; how far each is; what is carried over; and how they end."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

import casework
from casework import AT, CASEWORKER, COORDINATOR, OTHER_TEAM, TODAY, hand_over, rows
from federation.audit import queries as audit
from federation.contracts import codes
from municipal.cases import actions as cases, queries as case_queries, rules as case_rules
from municipal.tables import actions, queries, rules
from partner_tables import DAY, MINOR, agree, agreed, meet, put, seat

LATER = AT + datetime.timedelta(hours=2)


def now(item_id):
    item = queries.get_item(item_id, by=CASEWORKER)
    return [one.id for one in queries.discussed(item, held_on=TODAY).now]


def last_time(item, held_on):
    return [one.id for one in queries.discussed(item, held_on=held_on).last_time]


def test_an_agreement_says_who_does_what_by_when_and_tells_whom(case):
    meeting = meet()
    els, karen = seat(meeting, "Els W.", "municipality", me=True), seat(meeting, "Karen M.")
    item = put(meeting, case)

    first = agree(item, who=karen, what=" vraagt het nieuwe nummer ", tells=els)
    second = agree(item, who=els, tells=None, at=LATER)

    assert (first.who.name, first.what, first.due_on, first.tells.name) == (
        "Karen M.", "vraagt het nieuwe nummer", TODAY + 4 * DAY, "Els W."
    )  # fmt: skip
    assert (second.tells, second.state, second.unsettled) == (None, "open", True)
    assert (first.initials, first.short_name, first.reference) == ("S.V.", "Sami V.", "VV-2026-0001")
    assert now(item) == [first.id, second.id]


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"what": "  "}, rules.AgreementInvalid, "what"),
        ({"due_on": TODAY - DAY}, rules.DayPassed, "dueOn"),
        ({"who": uuid.uuid4()}, rules.SeatNotFound, None),
        ({"tells": uuid.uuid4()}, rules.SeatNotFound, None),
    ],
)
def test_a_wrong_agreement_is_refused_by_its_field(case, wrong, refusal, field):
    meeting = meet()
    seat(meeting)
    item = put(meeting, case)
    before = rows()

    with pytest.raises(refusal) as refused:
        agree(item, **wrong)

    assert refused.value.field == field
    assert rows() == before


def test_only_who_sits_at_this_meeting_agrees_and_nobody_tells_himself(case):
    meeting, other = meet(), meet("minors")
    karen, elsewhere = seat(meeting), seat(other, "Ines D.", "youthService")
    item = put(meeting, case)

    for more in ({"who": elsewhere}, {"who": karen, "tells": elsewhere}):
        with pytest.raises(rules.SeatNotFound):
            agree(item, **more)
    with pytest.raises(rules.ToldToOneself):
        agree(item, who=karen, tells=karen)

    assert now(item) == []


def test_one_click_says_done_and_can_be_taken_back(case):
    made = agreed(case)

    done = actions.tick_agreement(agreement_id=made.id, by=CASEWORKER, at=LATER)
    assert (done.state, done.settled_at) == ("done", LATER)
    assert queries.agreements_of(CASEWORKER) == []
    before = rows()
    with pytest.raises(rules.AgreementSettled):
        actions.tick_agreement(agreement_id=made.id, by=CASEWORKER, at=LATER)
    assert rows() == before

    again = actions.reopen_agreement(agreement_id=made.id, by=CASEWORKER, at=LATER)
    assert (again.state, again.settled_at, again.due_on) == ("open", None, made.due_on)
    assert [one.id for one in queries.agreements_of(CASEWORKER)] == [made.id]
    with pytest.raises(rules.AgreementNotSettled):
        actions.reopen_agreement(agreement_id=made.id, by=CASEWORKER, at=LATER)
    assert [one.act for one in audit.accesses(case)][:3] == ["agreementReopened", "agreementDone", "agreed"]


def test_a_later_day_needs_a_reason_and_the_reason_stays(case):
    made = agreed(case)
    before = rows()
    wrong = [
        (TODAY + 9 * DAY, "noidea", rules.AgreementInvalid),
        (made.due_on, "notFree", rules.DayNotLater),
        (TODAY - DAY, "notFree", rules.DayPassed),
    ]
    for to, reason, refusal in wrong:
        with pytest.raises(refusal):
            actions.postpone_agreement(agreement_id=made.id, to=to, reason=reason, by=CASEWORKER, at=AT)
    assert rows() == before

    to = TODAY + 9 * DAY
    later = actions.postpone_agreement(agreement_id=made.id, to=to, reason="notFree", by=CASEWORKER, at=AT)
    actions.tick_agreement(agreement_id=made.id, by=CASEWORKER, at=LATER)
    again = actions.reopen_agreement(agreement_id=made.id, by=CASEWORKER, at=LATER)

    assert (later.state, later.due_on, later.postpone_reason) == ("postponed", to, "notFree")
    assert (again.state, again.due_on, again.postpone_reason) == ("postponed", to, "notFree")
    assert audit.accesses(case)[2].facts == {"before": "2026-11-27", "dueOn": "2026-12-02", "reason": "notFree"}
    assert set(codes.ordered("postpone-reason")) >= {"notFree"}


def test_what_did_not_work_says_why_and_leaves_the_list(case):
    made = agreed(case)
    with pytest.raises(rules.AgreementInvalid):
        actions.mark_not_worked(agreement_id=made.id, why=" ", by=CASEWORKER, at=AT)

    failed = actions.mark_not_worked(agreement_id=made.id, why="Nummer klopt niet meer.", by=CASEWORKER, at=LATER)

    assert (failed.state, failed.why_not, failed.unsettled) == ("didNotWork", "Nummer klopt niet meer.", False)
    assert queries.agreements_of(CASEWORKER) == []
    again = actions.reopen_agreement(agreement_id=made.id, by=CASEWORKER, at=LATER)
    assert (again.state, again.why_not) == ("open", "")


def test_own_lines_stand_in_ones_own_work_also_in_a_case_of_another_team(case):
    meeting = meet()
    karim = seat(meeting, "Karim B.", "municipality", me=True, by=OTHER_TEAM)
    els = seat(meeting, "Els W.", "municipality", me=True)
    item = put(meeting, case)
    late = agree(item, who=karim, tells=els, due_on=TODAY + 9 * DAY)
    soon = agree(item, who=karim, tells=els, due_on=TODAY)

    assert [one.id for one in queries.agreements_of(OTHER_TEAM)] == [soon.id, late.id]
    assert queries.agreements_of(CASEWORKER) == []
    assert [one.id for one in queries.told_to(CASEWORKER)] == [soon.id, late.id]
    assert actions.tick_agreement(agreement_id=soon.id, by=OTHER_TEAM, at=AT).state == "done"


def test_what_is_open_stands_on_top_of_the_next_meeting_until_it_is_settled(case):
    made = agreed(case)
    other = casework.open_case(first_name="Bo")
    first = queries.get_item(made.item_id, by=CASEWORKER).meeting_id
    done = agree(put(first, other))
    actions.tick_agreement(agreement_id=done.id, by=CASEWORKER, at=AT)
    following = meet(held_on=TODAY + 28 * DAY)
    meeting = queries.get_meeting(following, by=CASEWORKER)

    assert [one.id for one in queries.carried(meeting, by=CASEWORKER)] == [made.id]
    assert actions.put_carried_on_agenda(meeting_id=following, by=CASEWORKER, at=AT) == 1
    assert actions.put_carried_on_agenda(meeting_id=following, by=CASEWORKER, at=AT) == 0
    (point,) = queries.agenda(meeting, by=CASEWORKER)
    (item,) = point.items
    assert item.case_id == case
    assert last_time(item, meeting.held_on) == [made.id]

    new = agree(item.id)
    actions.tick_agreement(agreement_id=made.id, by=CASEWORKER, at=LATER)
    third = queries.get_meeting(meet(held_on=TODAY + 56 * DAY), by=CASEWORKER)
    assert [one.id for one in queries.carried(third, by=CASEWORKER)] == [new.id]
    assert last_time(item, meeting.held_on) == [made.id]
    assert last_time(item, third.held_on) == [new.id]


def test_who_comes_of_age_is_carried_to_the_table_for_adults(db):
    case = casework.open_case(birth_on=datetime.date(2008, 12, 10))
    made = agreed(case, table="minors")
    before, after = TODAY + 7 * DAY, TODAY + 28 * DAY

    def carried(table, day):
        meeting = queries.get_meeting(meet(table, day), by=CASEWORKER)
        return [one.id for one in queries.carried(meeting, by=CASEWORKER)]

    assert (carried("minors", before), carried("adults", before)) == ([made.id], [])
    assert (carried("minors", after), carried("adults", after)) == ([], [made.id])


def test_a_participants_minutes_hold_his_own_lines_only(db):
    meeting = meet()
    els, karen, ines = (
        seat(meeting, name, organisation)
        for name, organisation in (
            ("Els W.", "municipality"), ("Karen M.", "pupilGuidance"), ("Ines D.", "youthService")
        )
    )  # fmt: skip
    ada, bo = (put(meeting, casework.open_case(first_name=name)) for name in ("Ada", "Bo"))
    agree(ada, who=karen, what="belt", tells=els)
    agree(ada, who=ines, what="houdt een plaats vrij", tells=None, at=LATER)
    agree(bo, who=els, what="gaat langs", tells=ines)

    def lines(seat_id):
        found = queries.minutes(meeting, seat_id=seat_id, by=CASEWORKER)
        return [(one.number, one.item.initials, [line.what for line in one.agreements]) for one in found.points]

    assert lines(karen) == [(1, "A.V.", ["belt"])]
    assert lines(els) == [(1, "A.V.", ["belt"]), (2, "B.V.", ["gaat langs"])]
    assert lines(ines) == [(1, "A.V.", ["houdt een plaats vrij"]), (2, "B.V.", ["gaat langs"])]
    assert lines(None) == [(1, "A.V.", ["belt", "houdt een plaats vrij"]), (2, "B.V.", ["gaat langs"])]
    with pytest.raises(rules.SeatNotFound):
        queries.minutes(meeting, seat_id=uuid.uuid4(), by=CASEWORKER)


def test_a_closed_file_takes_no_new_agreement_and_its_open_ones_are_the_coordinators(case):
    made = agreed(case)
    hand_over(case)
    before = rows()

    with pytest.raises(rules.ItemNotFound):
        agree(made.item_id)
    for act in (actions.tick_agreement, actions.reopen_agreement):
        with pytest.raises(case_rules.CustodyElsewhere):
            act(agreement_id=made.id, by=CASEWORKER, at=AT)
    assert rows() == before
    assert queries.agreements_of(CASEWORKER) == []
    assert queries.left_open(CASEWORKER) == []
    assert [one.id for one in queries.left_open(COORDINATOR)] == [made.id]

    why = "Het dossier is overgedragen."
    actions.mark_not_worked(agreement_id=made.id, why=why, by=COORDINATOR, at=AT)

    assert queries.left_open(COORDINATOR) == []


def test_the_file_that_travels_holds_no_agreement(case):
    agreed(case, what="belt zijn oom over het huis")

    text = case_queries.dossier(case, blocks=list(case_rules.Block)).text

    assert "oom" not in text


def test_erasing_a_file_erases_what_was_agreed_about_it_and_no_more(case):
    made = agreed(case)
    other = casework.open_case(first_name="Bo")
    kept = agree(put(made.meeting_id, other))

    assert actions.erase_agreements(case_id=case, by=COORDINATOR, at=AT) == 1
    cases.erase_content(case_id=case, by=COORDINATOR, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(rules.AgreementNotFound):
        queries.get_agreement(made.id)
    assert queries.get_agreement(kept.id).what == "belt de club"
    assert [one.initials for point in agenda_of(made.meeting_id) for one in point.items] == ["B.V."]


def erase_the_file_alone(case):
    cases.erase_content(case_id=case, by=COORDINATOR, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_nobody_erases_a_file_and_forgets_what_was_agreed_about_it(case):
    agreed(case)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        erase_the_file_alone(case)

    assert refused.value.__cause__.diag.constraint_name == "agreements_are_erased_with_the_file"


def agenda_of(meeting_id):
    return queries.agenda(queries.get_meeting(meeting_id, by=COORDINATOR), by=COORDINATOR)


def test_a_minor_and_his_grown_brother_are_never_on_one_agenda(db):
    young, grown = casework.open_case(first_name="Ada", **MINOR), casework.open_case(first_name="Zeno")
    casework.link(young, grown)

    for table, wrong in (("minors", grown), ("adults", young)):
        with pytest.raises(rules.OtherTable):
            put(meet(table), wrong)


def test_the_next_meeting_about_somebody_is_that_of_the_age_he_has_then(db):
    born = datetime.date(2008, 12, 10)
    case = casework.open_case(birth_on=born)

    def following():
        found = queries.next_meeting_about(case, born, on=TODAY)
        return found and (found.table, found.held_on)

    assert following() is None
    meet("minors", TODAY + 21 * DAY)
    assert following() is None
    meet("adults", TODAY + 28 * DAY)
    assert following() == ("adults", TODAY + 28 * DAY)
    soon = meet("minors", TODAY + 7 * DAY)
    assert following() == ("minors", TODAY + 7 * DAY)
    put(soon, case)
    assert following() == ("adults", TODAY + 28 * DAY)
    assert rules.coming_of_age(datetime.date(2008, 2, 29)) == datetime.date(2026, 3, 1)
