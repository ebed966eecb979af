"""The pages of partner tables, as people use them."""

import dataclasses
import html
import re
import urllib.parse

import pytest
from django.urls import reverse

import casework
from casework import CASEWORKER, COORDINATOR, OTHER_TEAM, hand_over, link
from federation import clock
from municipal.cases import queries as cases
from municipal.tables import queries
from partner_tables import DAY, MINOR, agree, meet, put, seat

AT = clock.now()
TODAY = clock.today_in_brussels(AT)
SOON = f"{TODAY + 7 * DAY:%d/%m/%Y}"


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def address(name, *arguments):
    return reverse(name, args=arguments)


def moved(answer):
    assert answer.status_code == 302, text(answer)
    return answer["Location"]


@pytest.fixture
def meeting(db):
    return meet(held_on=TODAY, at=AT)


def test_a_meeting_is_planned_held_and_written_up_by_forms_alone(page_client, db):
    browser = page_client(CASEWORKER)
    casework.open_case()

    meeting = moved(browser.post(address("tables"), {"table": "adults", "held_on": SOON, "begins_at": "14:00"}))
    for name, organisation, me in (("Els W.", "municipality", "on"), ("Karen M.", "pupilGuidance", "")):
        moved(browser.post(f"{meeting}/seats", {"name": name, "organisation": organisation, "me": me}))
    asked = "Hoe vindt S. weer een club?"
    moved(browser.post(f"{meeting}/items", {"reference": "vv-2026-0001", "question": asked}))
    point = re.search(rf'href="({meeting}/items/[0-9a-f-]+)"', browser.get(meeting).content.decode())[1]
    shown = text(browser.get(point))
    els, karen = [one.id for one in queries.seats(meeting.rsplit("/", 1)[1])]
    sentence = {"who": karen, "what": "belt de club", "due_on": SOON, "tells": els}
    moved(browser.post(point, sentence))
    moved(browser.post(point, {**sentence, "who": els, "tells": "person"}))
    minutes = text(browser.get(f"{meeting}/minutes"))
    copy = text(browser.get(f"{meeting}/minutes/{karen}"))

    assert ("S.V." in shown, asked in shown, "Sami" in shown, "Verzonnen" in shown) == (True, True, False, False)
    assert "Karen M. (Pupil guidance) belt de club, by" in minutes
    assert "and tells the person ." in minutes
    assert ("and tells Els W." in copy, "and tells the person" in copy) == (True, False)
    assert [one.who.name for one in queries.agreements_of(CASEWORKER)] == ["Els W."]


@pytest.mark.parametrize(
    ("name", "sent", "words", "field"),
    [
        ("tables", {"table": "adults", "held_on": "31/02/2026", "begins_at": "14:00"}, "23/11/2026", "held_on"),
        ("tables", {"table": "adults", "held_on": "01/01/2020", "begins_at": "14:00"}, "within a year", "held_on"),
        ("tables", {"table": "adults", "held_on": SOON, "begins_at": "noon"}, "14:00", "begins_at"),
        ("seat-new", {"name": "", "organisation": "school"}, "required", "name"),
        ("seat-new", {"name": "Karen M.", "organisation": "pupilGuidance"}, "already", "name"),
        ("item-new", {"reference": "VV-2026-9999"}, "no such case", "reference"),
        ("item-new", {"reference": "VV-2026-0001"}, "other table", "reference"),
        ("table-item", {"what": "belt", "due_on": SOON, "tells": "person"}, "required", "who"),
        ("table-item", {"who": 0, "what": "belt", "due_on": "01/01/2020", "tells": "person"}, "has passed", "due_on"),
        ("table-item", {"who": 0, "what": "belt", "due_on": SOON, "tells": 0}, "tells somebody else", "tells"),
        ("agreement-postpone", {"due_on": "01/01/2020", "reason": "notFree"}, "has passed", "due_on"),
        ("agreement-postpone", {"due_on": SOON}, "required", "reason"),
        ("agreement-not-worked", {"why": ""}, "required", "why"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(  # noqa: PLR0917 -- the columns
    page_client, meeting, name, sent, words, field
):
    casework.open_case(**MINOR)
    karen = seat(meeting)
    item = put(meeting, casework.open_case())
    made = agree(item, due_on=TODAY + DAY, at=AT)
    parts = {
        "tables": (),
        "seat-new": (meeting,),
        "item-new": (meeting,),
        "table-item": (meeting, item),
        "agreement-postpone": (made.id,),
        "agreement-not-worked": (made.id,),
    }
    sent = {key: karen if value == 0 else value for key, value in sent.items()}
    before = {table: number for table, number in casework.rows().items() if table.startswith("tables_")}

    answer = page_client(CASEWORKER).post(address(name, *parts[name]), sent)

    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()
    assert words in text(answer)
    assert {table: number for table, number in casework.rows().items() if table in before} == before


def test_buttons_put_the_agenda_and_the_seats_in_order(page_client, meeting):
    browser = page_client(CASEWORKER)
    first, second = (put(meeting, casework.open_case(first_name=name)) for name in ("Ada", "Bo"))
    karen = seat(meeting)
    els = seat(meeting, "Els W.", "municipality")

    moved(browser.post(address("item-change", meeting, second, "up")))
    moved(browser.post(address("item-change", meeting, first, "off")))
    moved(browser.post(address("item-question", meeting, second), {"question": "Wie gaat mee?"}))
    for seat_id, act in ((karen, "excused"), (els, "mine")):
        moved(browser.post(address("seat-change", meeting, seat_id, act)))

    (point,) = queries.agenda(queries.get_meeting(meeting, by=CASEWORKER), by=CASEWORKER)
    assert [(one.initials, one.question) for one in point.items] == [("B.V.", "Wie gaat mee?")]
    assert [(one.name, one.excused, one.subject) for one in queries.seats(meeting)] == [
        ("Els W.", False, CASEWORKER.subject),
        ("Karen M.", True, ""),
    ]
    moved(browser.post(address("seat-change", meeting, karen, "away")))
    moved(browser.post(address("item-change", meeting, second, "off")))
    assert moved(browser.post(address("meeting-cancel", meeting))) == "/tables"


def test_what_was_agreed_is_one_press_away_from_the_timeline(page_client, meeting):
    browser, case = page_client(CASEWORKER), casework.open_case()
    link = f'<a class="quiet no-print" href="/cases/{case}/agreements">'
    seat(meeting, "Els W.", "municipality", me=True)
    item = put(meeting, case)
    assert link not in browser.get(f"/cases/{case}/timeline").content.decode(), "an agenda is no agreement"

    made = agree(item, due_on=TODAY, at=AT)
    browser.post(address("agreement-tick", made.id))

    assert browser.get(f"/cases/{case}/timeline").content.decode().count(link) == len(["agreed", "done"])


def test_a_seat_that_somebody_else_took_says_who(page_client, meeting):
    colleague = dataclasses.replace(CASEWORKER, subject="1b3ad2b2-55b5-5d63-8f94-1d8e6f6a4f0e")
    page_client(colleague, name="Karim B.")
    seat(meeting, "Els W.", "municipality", me=True, by=colleague)

    shown = text(page_client(CASEWORKER).get(address("table-meeting", meeting)))

    assert "Els W., Municipality (Karim B.)" in shown
    assert "(you)" in text(page_client(colleague, name="Karim B.").get(address("table-meeting", meeting)))


def test_a_tick_goes_back_to_where_one_was_and_can_be_undone(page_client, meeting):
    browser = page_client(CASEWORKER)
    seat(meeting, "Els W.", "municipality", me=True)
    made = agree(put(meeting, casework.open_case()), due_on=TODAY, at=AT)
    point = address("table-item", meeting, made.item_id)

    assert moved(browser.post(address("agreement-tick", made.id), {"next": point})) == point
    page = browser.get(point).content.decode()
    undo = re.search(r'Marked as done\. <a href="([^"]+)">Undo</a>', page)[1]
    assert "It is to do again" in text(browser.get(undo))
    assert moved(browser.post(address("agreement-reopen", made.id), {"next": point})) == point
    assert [one.id for one in queries.agreements_of(CASEWORKER)] == [made.id]
    foreign = {"next": "https://elsewhere.example/"}
    assert moved(browser.post(address("agreement-tick", made.id), foreign)) == "/"


def test_the_way_back_of_an_undone_tick_keeps_all_of_its_address(page_client, meeting):
    browser = page_client(CASEWORKER)
    seat(meeting, "Els W.", "municipality", me=True)
    made = agree(put(meeting, casework.open_case()), due_on=TODAY, at=AT)
    way = f"{address('table-item', meeting, made.item_id)}?purpose=complaint&from=agenda#agreed"

    browser.post(address("agreement-tick", made.id), {"next": way})
    undo = re.search(r'<a href="([^"]+)">Undo</a>', browser.get("/tables").content.decode())[1]

    assert html.unescape(undo).partition("?next=")[2] == urllib.parse.quote_plus(way)
    back = html.unescape(browser.get(html.unescape(undo)).content.decode())
    assert f'<input type="hidden" name="next" value="{way}">' in back


def test_brothers_on_one_agenda_and_at_two_tables(page_client, meeting):
    ada, bo, young = (
        casework.open_case(first_name="Ada"),
        casework.open_case(first_name="Bo"),
        casework.open_case(**MINOR),
    )
    link(ada, bo)
    link(bo, young)
    put(meeting, ada)
    item = put(meeting, bo)

    builder = text(page_client(CASEWORKER).get(address("table-meeting", meeting)))
    point = text(page_client(CASEWORKER).get(address("table-item", meeting, item)))

    assert builder.count("Brothers and sisters: discussed once.") == 1
    assert builder.count("A brother or sister belongs to the table for minors.") == 1
    assert "Point 1 of 1." in point
    assert "At the same point: A.V." in point


def test_what_is_left_of_a_case_that_was_handed_over_is_shown_to_the_coordinator(page_client, meeting):
    seat(meeting, "Els W.", "municipality", me=True)
    case = casework.open_case()
    agree(put(meeting, case), due_on=TODAY, at=AT, what="gaat langs")
    hand_over(case, at=AT)

    assert "gaat langs" in text(page_client(COORDINATOR).get("/tables"))
    assert "gaat langs" not in text(page_client(CASEWORKER).get("/tables"))
    assert "gaat langs" not in text(page_client(COORDINATOR).get(address("table-minutes", meeting)))


def test_a_case_is_linked_and_put_on_the_agenda_from_its_own_pages(page_client, meeting):
    browser = page_client(CASEWORKER)
    case, sister = casework.open_case(), casework.open_case(first_name="Noor")
    links = address("case-links", case)

    wrong = browser.post(links, {"reference": "VV-2026-0001"})
    assert (wrong.status_code, "not linked with itself" in text(wrong)) == (422, True)
    moved(browser.post(links, {"reference": "VV-2026-0002"}))
    (made,) = cases.linked_with(case)
    assert made.other_id == sister
    assert "VV-2026-0002" in text(browser.get(links))
    page = browser.get(address("case-agreements", case)).content.decode()
    assert f'action="{address("item-new", meeting)}"' in page
    moved(browser.post(address("item-new", meeting), {"reference": "VV-2026-0001"}))
    assert f"{meeting}/items" not in browser.get(address("case-agreements", case)).content.decode()
    moved(browser.post(address("case-unlink", case, made.link_id)))
    assert cases.linked_with(case) == []
    for path in (links, address("table-meeting", meeting)):
        assert page_client(OTHER_TEAM).get(path).status_code == (404 if path == links else 200)


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_no_english_is_left_on_the_pages(page_client, meeting, language):
    browser = page_client(COORDINATOR, language=language)
    seat(meeting, "Els W.", "municipality")
    item = put(meeting, casework.open_case())
    agree(item, due_on=TODAY, at=AT)
    english = re.compile(r"\b(the|and|agenda item|Agreed|Minutes of|by|Seat|Undo|Next meeting)\b")

    for path in ("/tables", address("table-meeting", meeting), address("table-item", meeting, item),
                 address("table-minutes", meeting)):  # fmt: skip
        assert english.findall(text(browser.get(path))) == [], path
