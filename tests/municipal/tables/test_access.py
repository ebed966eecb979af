"""Who may do what with an agreement: one table of role x state x relation, asked of the pages and of the API."""

import dataclasses
import uuid

import pytest
from django.urls import reverse

import casework
from casework import CASEWORKER, COORDINATOR, MANAGER, NOBODY, OFFICER, OTHER_TEAM, hand_over, rows
from federation import clock
from federation.identity.actor import Role
from partner_tables import DAY, agree, meet, put, seat

OWN_LINE = dataclasses.replace(OTHER_TEAM, subject=str(uuid.uuid5(uuid.NAMESPACE_URL, "own line")))
BOTH = dataclasses.replace(CASEWORKER, roles=frozenset({Role.CASEWORKER, Role.DATA_PROTECTION_OFFICER}))

# who, the case is open or was handed over -> the status of settling an agreement, and of reading a point
TABLE = [
    (CASEWORKER, "open", 200, 200),
    (CASEWORKER, "released", 409, 404),
    (BOTH, "open", 200, 200),
    (OTHER_TEAM, "open", 404, 404),
    (OTHER_TEAM, "released", 404, 404),
    (OWN_LINE, "open", 200, 404),
    (OWN_LINE, "released", 409, 404),
    (COORDINATOR, "open", 200, 200),
    (COORDINATOR, "released", 200, 404),
    (OFFICER, "open", 403, 403),
    (OFFICER, "released", 403, 403),
    (MANAGER, "open", 403, 403),
    (NOBODY, "open", 403, 403),
]
NAMES = [f"{sorted(who.roles)}-{who.team}-{who.subject[:4]}-{state}" for who, state, _, _ in TABLE]
TICK, POSTPONE, FAILED = "agreement-tick", "agreement-postpone", "agreement-not-worked"


@pytest.fixture
def made(case):
    """An agreement of a caseworker of another team, who took it on at the table."""
    at = clock.now()
    meeting = meet(held_on=clock.today_in_brussels(at), at=at)
    karim = seat(meeting, "Karim B.", "municipality", me=True, by=OWN_LINE)
    els = seat(meeting, "Els W.", "municipality", me=True)
    return agree(put(meeting, case), who=karim, tells=els, due_on=clock.today_in_brussels(at) + 4 * DAY, at=at)


def acts_of_pages(made):
    """The acts on an agreement as forms, each of which leaves it as the next one needs it."""
    later = f"{made.due_on + DAY:%d/%m/%Y}"
    return [
        (POSTPONE, {"due_on": later, "reason": "notFree"}),
        (TICK, {}),
        ("agreement-reopen", {}),
        (FAILED, {"why": "Nummer klopt niet."}),
        ("agreement-reopen", {}),
    ]


def acts_of_api(made):
    """The same acts as calls, after the forms gave the agreement a later day already."""
    return [
        {"state": "postponed", "dueOn": str(made.due_on + 2 * DAY), "reason": "notFree"},
        {"state": "done"},
        {"state": "open"},
        {"state": "didNotWork", "why": "Nummer klopt niet."},
        {"state": "open"},
    ]


@pytest.mark.parametrize(("who", "state", "settling", "reading"), TABLE, ids=NAMES)
def test_pages_and_api_say_the_same(page_client, api, made, who, state, settling, reading):  # noqa: PLR0917 -- the columns
    if state == "released":
        hand_over(made.case_id, at=clock.now())
    browser, caller = page_client(who), api(who)
    before = rows()

    pages = [
        browser.post(reverse(name, args=[made.id]), {**fields, "next": "/tables"}).status_code
        for name, fields in acts_of_pages(made)
    ]
    after_pages = rows()
    calls = [
        caller.post(f"/api/casework/v1/agreements/{made.id}/progress", act).status_code for act in acts_of_api(made)
    ]
    point = browser.get(reverse("table-item", args=[made.meeting_id, made.item_id])).status_code

    assert pages == [302 if settling == 200 else settling] * 5
    assert calls == [settling] * 5
    assert point == reading
    gained = {name: after_pages[name] - before[name] for name in after_pages if after_pages[name] != before[name]}
    gained.pop("audit_waiting", None)
    gained.pop("identity_session", None)
    assert gained == ({"audit_entry": 5} if settling == 200 else {})


# who, the purpose said -> the status of reading the agreements of a case that is open, and of one handed over
READING = [
    (CASEWORKER, "", 200, 403),
    (OTHER_TEAM, "", 404, 404),
    (OWN_LINE, "", 404, 404),
    (COORDINATOR, "", 200, 403),
    (COORDINATOR, "complaint", 200, 200),
    (OFFICER, "", 403, 403),
    (OFFICER, "complaint", 200, 200),
    (MANAGER, "complaint", 403, 403),
]


@pytest.mark.parametrize(("who", "purpose", "of_open", "of_released"), READING)
def test_the_agreements_of_a_case_are_read_as_the_case_is(api, made, who, purpose, of_open, of_released):  # noqa: PLR0917 -- the columns
    address = f"/api/casework/v1/cases/{made.case_id}/agreements?embed=items"
    headers = {"Zenne-Purpose": purpose} if purpose else {}

    first = api(who).get(address, headers=headers)
    hand_over(made.case_id, at=clock.now())
    second = api(who).get(address, headers=headers)

    assert (first.status_code, second.status_code) == (of_open, of_released)
    if of_open == 200:
        (whole,) = first.json()["embedded"].values()
        assert (whole["who"], whole["organisation"], whole["tells"]) == ("Karim B.", "municipality", "Els W.")


def test_a_call_that_says_no_known_state_changes_nothing(api, made):
    before = rows()

    for body in ({"state": "doing"}, {"state": "postponed", "reason": "notFree"}):
        answer = api().post(f"/api/casework/v1/agreements/{made.id}/progress", body)
        assert (answer.status_code, answer.json()["issues"][0]["name"]) == (400, "state")

    assert rows() == before


def test_an_agreement_of_nobody_is_not_found(api, page_client, db):
    casework.open_case()

    for address in ("", "/progress"):
        call = api().get if not address else lambda path: api().post(path, {"state": "done"})
        assert call(f"/api/casework/v1/agreements/{uuid.uuid4()}{address}").status_code == 404
    assert page_client().post(reverse(TICK, args=[uuid.uuid4()])).status_code == 404
