"""The pages of partner tables, as people use them."""

import re

import pytest
from django.urls import reverse

import casework
from casework import CASEWORKER
from federation import clock
from municipal.tables import queries
from partner_tables import DAY

NOW = clock.now()


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def address(name, *arguments):
    return reverse(name, args=arguments)


@pytest.fixture
def today():
    return clock.today_in_brussels(NOW)


def test_a_meeting_is_planned_held_and_written_up_by_forms_alone(page_client, db, today):
    browser = page_client(CASEWORKER)
    casework.open_case()
    day = f"{today + 7 * DAY:%d/%m/%Y}"

    planned = browser.post(address("tables"), {"table": "adults", "held_on": day, "begins_at": "14:00"})
    assert planned.status_code == 302
    meeting = planned["Location"]
    for name, organisation, me in (("Els W.", "municipality", "on"), ("Karen M.", "pupilGuidance", "")):
        answer = browser.post(f"{meeting}/seats", {"name": name, "organisation": organisation, "me": me})
        assert answer.status_code == 302
    asked = "Hoe vindt S. weer een club?"
    assert browser.post(f"{meeting}/items", {"reference": "vv-2026-0001", "question": asked}).status_code == 302
    page = browser.get(meeting)
    point = re.search(rf'href="({meeting}/items/[0-9a-f-]+)"', page.content.decode())[1]
    shown = browser.get(point)
    assert ("S.V." in text(shown), "Verzonnen" in text(shown), asked in text(shown)) == (True, False, True)
    els, karen = [seat.id for seat in queries.seats(meeting.rsplit("/", 1)[1])]
    sentence = {"who": karen, "what": "belt de club", "due_on": day, "tells": els}
    assert browser.post(point, sentence).status_code == 302
    assert browser.post(point, {**sentence, "who": els, "tells": "person"}).status_code == 302
    minutes = text(browser.get(f"{meeting}/minutes"))

    assert "Karen M. (Pupil guidance) belt de club, by" in minutes
    assert "and tells Els W. ." in minutes
    assert "and tells the person ." in minutes
    assert [one.who.name for one in queries.agreements_of(CASEWORKER)] == ["Els W."]
