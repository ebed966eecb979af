"""Meetings, seats and agendas: who is discussed where, in which order, and whom it concerns."""

import datetime

import pytest

import casework
from casework import AT, CASEWORKER, COORDINATOR, MANAGER, OFFICER, OTHER_TEAM, TODAY, hand_over, link, rows
from federation.audit import queries as audit
from federation.identity.actor import MissingPermission
from municipal.cases import actions as cases
from municipal.tables import actions, queries, rules
from municipal.tables.rules import Direction, Organisation, Table
from partner_tables import DAY, MINOR, agree, meet, put, seat


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("birth_on", "held_on", "table"),
    [
        ("2008-11-23", "2026-11-22", "minors"),
        ("2008-11-23", "2026-11-23", "adults"),
        ("2008-11-24", "2026-11-23", "minors"),
        ("2008-02-29", "2026-02-28", "minors"),
        ("2008-02-29", "2026-03-01", "adults"),
        ("2006-02-28", "2024-02-29", "adults"),
        ("2006-03-01", "2024-02-29", "minors"),
        ("1950-01-01", "2026-11-23", "adults"),
    ],
)
def test_the_table_is_that_of_the_age_on_the_day_of_the_meeting(db, birth_on, held_on, table):
    at = datetime.datetime.combine(day(held_on), datetime.time(9), tzinfo=datetime.UTC)
    case = casework.open_case(birth_on=day(birth_on), at=at)
    meetings = {one: meet(one, day(held_on), at=at) for one in Table}
    wrong = next(one for one in Table if one != table)
    before = rows()

    with pytest.raises(rules.OtherTable) as refused:
        put(meetings[wrong], case, at=at)

    assert (refused.value.field, refused.value.facts["table"]) == ("reference", table)
    assert rows() == before
    assert put(meetings[Table(table)], case, at=at)
    grown = day(birth_on) <= rules.last_adult_birthday(day(held_on))
    assert grown is (table == "adults")


def test_who_is_not_known_yet_is_discussed_at_no_table(db):
    case = casework.open_case()
    meeting = meet()
    cases.erase_content(case_id=case, by=COORDINATOR, at=AT)

    with pytest.raises(rules.AgeUnknown):
        put(meeting, case)


def test_a_table_meets_once_a_day_and_within_a_year(db):
    meet("adults")
    assert meet("minors")
    before = rows()

    with pytest.raises(rules.MeetingOnThatDay):
        meet("adults")
    for far in (TODAY + 367 * DAY, TODAY - 367 * DAY):
        with pytest.raises(rules.MeetingTooFar):
            meet("adults", far)

    assert rows() == before


def test_who_sat_at_the_last_meeting_has_a_seat_at_the_next_and_is_not_excused_any_more(db):
    first = meet()
    seat(first, "Els W.", "municipality", me=True)
    karen = seat(first, "Karen M.", "pupilGuidance")
    actions.excuse_seat(meeting_id=first, seat_id=karen, excused=True, by=CASEWORKER, at=AT)
    seat(meet("minors", TODAY + DAY), "Ines D.", "youthService")

    found = queries.seats(meet(held_on=TODAY + 28 * DAY))

    assert [(one.name, one.secrecy, one.excused) for one in found] == [
        ("Els W.", "officialSecrecy", False),
        ("Karen M.", "professionalSecrecy", False),
    ]
    assert found[0].subject == CASEWORKER.subject
    assert {one.name: one.excused for one in queries.seats(first)}["Karen M."] is True


def test_a_seat_is_taken_once_and_by_a_colleague_only(db):
    meeting = meet()
    els = seat(meeting, "Els W.", "municipality")
    tom = seat(meeting, "Tom H.", "municipality")
    karen = seat(meeting, "Karen M.", "pupilGuidance")
    actions.take_seat(meeting_id=meeting, seat_id=els, by=CASEWORKER, at=AT)
    before = rows()

    for who, taken in ((CASEWORKER, tom), (COORDINATOR, els), (COORDINATOR, karen)):
        with pytest.raises(rules.SeatTaken):
            actions.take_seat(meeting_id=meeting, seat_id=taken, by=who, at=AT)
    with pytest.raises(rules.SeatTaken):
        seat(meeting, " Karen M. ", "pupilGuidance")
    with pytest.raises(rules.SeatTaken):
        seat(meeting, "Els Wouters", "municipality", me=True)
    with pytest.raises(rules.SeatElsewhere):
        seat(meeting, "Els W.", "school", me=True, by=COORDINATOR)
    with pytest.raises(rules.MeetingInvalid):
        seat(meeting, "  ", "school")

    assert rows() == before


def test_a_seat_goes_away_unless_something_was_agreed_with_it(case):
    meeting = meet()
    karen, ines = seat(meeting, "Karen M."), seat(meeting, "Ines D.", "youthService")
    actions.remove_seat(meeting_id=meeting, seat_id=seat(meeting, "Tom H.", "school"), by=CASEWORKER, at=AT)
    agree(put(meeting, case), who=karen, tells=ines)

    for held in (karen, ines):
        with pytest.raises(rules.SeatNotEmpty):
            actions.remove_seat(meeting_id=meeting, seat_id=held, by=CASEWORKER, at=AT)

    assert [one.name for one in queries.seats(meeting)] == ["Karen M.", "Ines D."]


def test_a_meeting_is_cancelled_while_nothing_stands_on_its_agenda(case):
    meeting = meet()
    seat(meeting)
    item = put(meeting, case)
    with pytest.raises(rules.AgendaNotEmpty):
        actions.cancel_meeting(meeting_id=meeting, by=CASEWORKER, at=AT)
    actions.take_off_agenda(item_id=item, by=CASEWORKER, at=AT)

    actions.cancel_meeting(meeting_id=meeting, by=CASEWORKER, at=AT)

    with pytest.raises(rules.MeetingNotFound):
        queries.get_meeting(meeting, by=CASEWORKER)


def order(meeting_id, by=CASEWORKER):
    meeting = queries.get_meeting(meeting_id, by=by)
    return [(point.number, [item.initials for item in point.items]) for point in queries.agenda(meeting, by=by)]


def test_points_are_put_in_order_and_the_ends_stay(db):
    meeting = meet()
    items = [put(meeting, casework.open_case(first_name=name)) for name in ("Ada", "Bo", "Cem")]

    def move(item, direction):
        actions.move_point(item_id=item, direction=direction, by=CASEWORKER, at=AT)
        return [names for _, (names,) in order(meeting)]

    assert move(items[2], Direction.UP) == ["A.V.", "C.V.", "B.V."]
    assert move(items[0], Direction.DOWN) == ["C.V.", "A.V.", "B.V."]
    assert move(items[2], Direction.UP) == ["C.V.", "A.V.", "B.V."]
    assert move(items[1], Direction.DOWN) == ["C.V.", "A.V.", "B.V."]


def test_brothers_and_sisters_are_one_point_and_move_together(db):
    meeting = meet()
    ada, bo, cem, dua = (casework.open_case(first_name=name) for name in ("Ada", "Bo", "Cem", "Dua"))
    items = {case: put(meeting, case) for case in (ada, bo, cem, dua)}
    link(ada, cem)
    link(dua, cem)

    assert order(meeting) == [(1, ["A.V.", "C.V.", "D.V."]), (2, ["B.V."])]

    actions.move_point(item_id=items[cem], direction=Direction.DOWN, by=CASEWORKER, at=AT)
    assert order(meeting) == [(1, ["B.V."]), (2, ["A.V.", "C.V.", "D.V."])]


def test_a_brother_of_another_age_is_a_flag_at_one_point_and_no_name(db):
    young, grown = casework.open_case(first_name="Ada", **MINOR), casework.open_case(first_name="Zeno")
    stranger = casework.open_case(first_name="Bo", **MINOR)
    link(young, grown)
    minors, adults = meet("minors"), meet("adults")
    put(minors, young)
    put(minors, stranger)
    put(adults, grown)

    def flags(meeting_id):
        meeting = queries.get_meeting(meeting_id, by=CASEWORKER)
        return [(point.number, point.at_other_table) for point in queries.agenda(meeting, by=CASEWORKER)]

    assert flags(minors) == [(1, True), (2, False)]
    assert flags(adults) == [(1, True)]


def test_a_case_is_on_an_agenda_once_and_taken_off_while_nothing_was_agreed(case):
    meeting = meet()
    item = put(meeting, case, question=" Wie gaat mee? ")
    assert queries.get_item(item, by=CASEWORKER).question == "Wie gaat mee?"
    with pytest.raises(rules.OnAgendaAlready):
        put(meeting, case)
    seat(meeting)
    agree(item)
    before = rows()

    with pytest.raises(rules.ItemHasAgreements):
        actions.take_off_agenda(item_id=item, by=CASEWORKER, at=AT)

    assert rows() == before


def test_each_sees_the_points_of_his_own_cases_under_the_numbers_that_all_have(db):
    meeting = meet()
    put(meeting, casework.open_case(first_name="Ada", team="youth", by=COORDINATOR), by=COORDINATOR)
    put(meeting, casework.open_case(first_name="Bo"))
    handed = casework.open_case(first_name="Cem")
    put(meeting, handed)
    hand_over(handed)

    assert order(meeting, CASEWORKER) == [(2, ["B.V."])]
    assert order(meeting, OTHER_TEAM) == [(1, ["A.V."])]
    assert order(meeting, COORDINATOR) == [(1, ["A.V."]), (2, ["B.V."])]


@pytest.mark.parametrize("who", [OFFICER, MANAGER])
def test_who_does_no_casework_does_nothing_at_tables(case, who):
    meeting = meet()
    karen = seat(meeting)
    item = put(meeting, case)
    before = rows()
    of_meeting = {"meeting_id": meeting, "by": who, "at": AT}
    acts = [
        lambda: meet("minors", by=who),
        lambda: actions.cancel_meeting(**of_meeting),
        lambda: actions.add_seat(**of_meeting, name="X", organisation=Organisation.SCHOOL, me=False),
        lambda: actions.take_seat(**of_meeting, seat_id=karen),
        lambda: actions.excuse_seat(**of_meeting, seat_id=karen, excused=True),
        lambda: actions.remove_seat(**of_meeting, seat_id=karen),
        lambda: put(meeting, case, by=who),
        lambda: actions.put_carried_on_agenda(**of_meeting),
        lambda: actions.change_question(item_id=item, question="?", by=who, at=AT),
        lambda: actions.take_off_agenda(item_id=item, by=who, at=AT),
        lambda: actions.move_point(item_id=item, direction=Direction.UP, by=who, at=AT),
        lambda: actions.read_item(item_id=item, by=who, at=AT),
        lambda: actions.read_minutes(meeting_id=meeting, seat_id=None, by=who, at=AT),
        lambda: queries.meetings(by=who, on=TODAY),
        lambda: queries.agreements_of(who),
        lambda: queries.left_open(who),
    ]

    for act in acts:
        with pytest.raises(MissingPermission):
            act()

    assert rows() == before


def test_reading_a_point_and_minutes_stands_in_the_log_of_each_case(db):
    meeting = meet()
    ada, bo = casework.open_case(first_name="Ada"), casework.open_case(first_name="Bo")
    item = put(meeting, ada)
    put(meeting, bo)

    actions.read_item(item_id=item, by=CASEWORKER, at=AT)
    actions.read_minutes(meeting_id=meeting, seat_id=None, by=COORDINATOR, at=AT)

    assert [one.act for one in audit.accesses(ada)][:2] == ["minutesRead", "agendaItemRead"]
    assert audit.accesses(bo)[0].act == "minutesRead"
    assert audit.accesses(bo)[0].by == COORDINATOR.subject
    assert audit.accesses(bo)[0].reading
