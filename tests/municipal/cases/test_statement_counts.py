"""What each call costs the database, exactly; and that no list costs more for being longer."""

import uuid

import pytest

import casework
from casework import PERSON, fill, give_consent
from municipal.consents import actions as consents

CASES = "/api/casework/v1/cases"


def expect(answer, status):
    assert answer.status_code == status, answer.content


def test_opening_a_case(api, case, counted):
    with counted("openCase"):
        expect(api().post(CASES, {"person": PERSON, "stayKind": "move"}), 201)


def test_opening_a_case_under_a_key(api, case, counted):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    with counted("openCaseUnderKey"):
        expect(api().post(CASES, {"person": PERSON, "stayKind": "move"}, headers=headers), 201)
    with counted("openCaseUnderKeyAgain"):
        expect(api().post(CASES, {"person": PERSON, "stayKind": "move"}, headers=headers), 201)


@pytest.mark.parametrize("length", [1, 12])
def test_listing_cases_of_any_number(api, case, counted, length):
    for _ in range(length - 1):
        casework.open_case()

    with counted("listCases"):
        expect(api().get(CASES), 200)


def test_reading_a_case(api, case, counted):
    with counted("readCase"):
        expect(api().get(f"{CASES}/{case}"), 200)


def test_changing_a_case(api, case, counted):
    with counted("changeCase"):
        expect(api().patch(f"{CASES}/{case}", {"person": {"phone": None}}, headers={"If-Match": '"1"'}), 200)


@pytest.mark.parametrize("notes", [0, 12])
def test_reading_entries_of_any_number(api, case, counted, notes):
    fill(case)
    for _ in range(notes):
        casework.write(
            case, "contactNotes", contactKind="phone", happenedAt=casework.AT, visibility="team", text="Belde."
        )

    with counted("readEntries"):
        expect(api().get(f"{CASES}/{case}/entries?embed=items"), 200)


def test_writing_entries(api, case, counted):
    goal = fill(case)["goals"]
    way = {"block": "ways", "goalId": str(goal), "what": "Samen gaan", "who": "Els", "until": "2027-03-31"}

    with counted("writeWay"):
        expect(api().post(f"{CASES}/{case}/entries", way), 201)
    with counted("writeContactNote"):
        note = {"block": "contactNotes", "contactKind": "phone", "text": "Belde."}
        expect(api().post(f"{CASES}/{case}/entries", note), 201)


def test_recording_and_withdrawing_a_consent(api, case, counted):
    body = {
        "recipient": "molenbeek",
        "purpose": "share",
        "blocks": ["goals"],
        "giver": "person",
        "how": "spoken",
        "language": "nl",
        "givenOn": "2026-01-01",
        "validUntil": "2027-06-01",
    }

    with counted("recordConsent"):
        expect(api().post(f"{CASES}/{case}/consents", body), 201)
    given = give_consent(case)
    with counted("withdrawConsent"):
        consents.record_withdrawal(consent_id=given.id, by=casework.CASEWORKER, at=casework.AT)


def test_a_refusal_by_role_asks_the_database_nothing(api, case, counted):
    with counted("refusedByRole"):
        expect(api(casework.MANAGER).get(f"{CASES}/{case}"), 403)
