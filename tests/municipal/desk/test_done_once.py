"""A double click does it once: forms of cases and of tables, one after the other and at the same moment."""

import pytest
from django.urls import reverse

import casework
from casework import CASEWORKER, fill, rows
from federation import clock
from federation.portal.models import SentForm
from municipal.cases import actions as cases
from page_client import browser as browser_of
from partner_tables import DAY, meet, put, seat
from sent_twice import at_the_same_moment, key

TODAY = clock.today_in_brussels(clock.now())
SOON = f"{TODAY + 7 * DAY:%d/%m/%Y}"
PERSON = {
    "first_name": "Sami",
    "last_name": "Verzonnen",
    "birth_on": "12/04/2005",
    "contact_language": "nl",
    "stay_kind": "move",
}
NOTE = {"text": "Belde zelf.", "contact_kind": "phone", "visibility": "team"}


def address(name, *arguments):
    return reverse(name, args=arguments)


def new_case():
    return "/cases/new", "/cases/new", PERSON, {"cases_case": 1, "people_person": 1}


def note():
    case = casework.open_case()
    return f"/cases/{case}", f"/cases/{case}/timeline", NOTE, {"cases_entry": 1}


def addendum():
    case = casework.open_case()
    at = f"/cases/{case}/timeline/{fill(case)['contactNotes']}/addendum"
    return at, at, {"text": "Om 10 uur."}, {"cases_entry": 1}


def goal():
    case = casework.open_case()
    casework.write(case, "situationPicture", lifeDomain="family", text="Het gezin verhuist.")
    at = f"/cases/{case}/plan/goal"
    return at, at, {"own_words": "Ik wil.", "progress_sign": "Ik ga."}, {"cases_entry": 1}


def evaluation():
    case = casework.open_case()
    at = f"/cases/{case}/plan/goals/{fill(case)['goals']}/evaluation"
    sent = {"evaluated_on": f"{TODAY:%d/%m/%Y}", "finding": "Twee keer.", "compared_with_picture": "Minder alleen."}
    return at, at, sent, {"cases_entry": 1}


def next_version():
    case = casework.open_case()
    at = f"/cases/{case}/plan/entries/{fill(case)['goals']}"
    return at, at, {"version": "1", "own_words": "Ik wil.", "progress_sign": "Ik ga."}, {"cases_entry": 1}


def correction():
    at = f"/cases/{casework.open_case()}/identity"
    return at, at, PERSON | {"last_name": "Gezonnen", "version": "1"}, {}


def next_contact():
    at = f"/cases/{casework.open_case()}/next-contact"
    return at, at, {"version": "1", "next_contact_on": SOON, "next_contact_who": "Els"}, {}


def contact_done():
    case = casework.open_case()
    planned = {"next_contact_on": TODAY, "next_contact_who": "Els"}
    cases.change_case(case_id=case, version=1, changes=planned, by=CASEWORKER, at=clock.now())
    return "/", f"/cases/{case}/next-contact/done", {"version": "2"}, {}


def consent():
    at = f"/cases/{casework.open_case()}/consent/new"
    sent = {"recipient": "molenbeek", "purpose": "share", "blocks": ["identity"], "giver": "person", "how": "spoken"}
    days = {"given_on": f"{TODAY:%d/%m/%Y}", "valid_until": SOON}
    return at, at, sent | days | {"language": "nl"}, {"consents_consent": 1}


def link():
    at = f"/cases/{casework.open_case()}/linked"
    casework.open_case(first_name="Ada")
    return at, at, {"reference": "VV-2026-0002"}, {"cases_caselink": 1}


def planned_meeting():
    return "/tables", "/tables", {"table": "adults", "held_on": SOON, "begins_at": "14:00"}, {"tables_meeting": 1}


def seat_at_a_table():
    meeting = address("table-meeting", meet(held_on=TODAY, at=clock.now()))
    return meeting, f"{meeting}/seats", {"name": "Karen M.", "organisation": "pupilGuidance"}, {"tables_seat": 1}


def point_of_a_table():
    meeting = address("table-meeting", meet(held_on=TODAY, at=clock.now()))
    casework.open_case()
    return meeting, f"{meeting}/items", {"reference": "VV-2026-0001"}, {"tables_agenda_item": 1}


def agreement():
    meeting = meet(held_on=TODAY, at=clock.now())
    karen = seat(meeting)
    point = address("table-item", meeting, put(meeting, casework.open_case()))
    sent = {"who": karen, "what": "belt de club", "due_on": SOON, "tells": "person"}
    return point, point, sent, {"tables_agreement": 1}


FORMS = [
    *(new_case, note, addendum, goal, evaluation, next_version, correction, next_contact, contact_done, consent, link),
    *(planned_meeting, seat_at_a_table, point_of_a_table, agreement),
]


def more(before):
    """Return how many rows each table has more than before, but for what is kept of the act itself."""
    now = rows()
    left_out = {"portal_sent_form", "audit_entry", "audit_waiting", "identity_session", "cases_custody_row"}
    found = {table: now[table] - number for table, number in before.items() if table not in left_out}
    return {table: number for table, number in found.items() if number}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_is_sent_again_is_done_once(page_client, db, form):
    page, target, sent, comes = form()
    browser, before = page_client(CASEWORKER), rows()
    sent = sent | key(browser.get(page))

    first = browser.post(target, sent)
    after_first = rows()
    again = browser.post(target, sent)

    assert first.status_code == 302, first.content.decode()
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    assert rows() == after_first
    for table, number in comes.items():
        assert after_first[table] == before[table] + number
    assert "You sent this form twice. It was done once." in browser.get(first["Location"]).content.decode()


@pytest.mark.parametrize("form", [new_case, note, agreement])
def test_a_form_that_arrives_twice_at_the_same_moment_is_done_once(committed, monkeypatch, form):
    page, target, sent, comes = form()
    sent = sent | key(browser_of(CASEWORKER).get(page))
    before = rows()

    answers = at_the_same_moment(lambda: browser_of(CASEWORKER).post(target, sent), monkeypatch)

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len({answer["Location"] for answer in answers}) == 1
    assert {table: number for table, number in more(before).items() if table != "cases_referencecounter"} == comes
    assert SentForm.objects.count() == 1


def test_two_notes_on_purpose_are_two(page_client, case):
    browser = page_client(CASEWORKER)

    for _ in range(2):
        browser.post(f"/cases/{case}/timeline", NOTE | key(browser.get(f"/cases/{case}")))

    assert rows()["cases_entry"] == 2


def test_a_new_case_that_was_refused_keeps_its_key_and_is_opened_when_it_is_mended(page_client, db):
    browser = page_client(CASEWORKER)
    own = key(browser.get("/cases/new"))

    refused = browser.post("/cases/new", PERSON | own | {"birth_on": "yesterday"})

    assert (refused.status_code, key(refused)) == (422, own)
    assert (rows()["cases_case"], rows()["portal_sent_form"]) == (0, 0)
    assert browser.post("/cases/new", PERSON | key(refused)).status_code == 302
    assert rows()["cases_case"] == 1


def test_what_a_refused_form_shows_again_is_in_the_log_of_readings(page_client, case):
    browser = page_client(CASEWORKER)
    at = f"/cases/{case}/plan/goal"
    own = key(browser.get(at))
    before = rows()["audit_entry"]

    refused = browser.post(at, own | {"own_words": ""})

    assert refused.status_code == 422
    assert rows()["audit_entry"] == before + 1


def test_what_a_key_costs_the_database(page_client, counted, db):
    browser = page_client(CASEWORKER)
    own = key(browser.get("/cases/new"))

    with counted("openCasePage"):
        browser.post("/cases/new", PERSON)
    with counted("openCasePageOnce"):
        browser.post("/cases/new", PERSON | own)
    with counted("openCasePageAgain"):
        browser.post("/cases/new", PERSON | own)
