"""The same call with the same key is done once: repeated, changed, refused, or twice at the same moment."""

import dataclasses
import threading
import uuid

import pytest
from django.db import connection

import casework
from casework import CASEWORKER, COORDINATOR, PERSON, rows
from federation import clock
from federation.rest import idempotency
from municipal.cases import actions

CASES = "/api/casework/v1/cases"
BODY = {"person": PERSON, "stayKind": "move"}
REUSED = "urn:problem-type:zenne:casework:idempotencyKeyReused"
READ_ONCE = {"audit_entry": 1, "audit_waiting": 1}
"""Who calls again reads, and a reading is logged."""


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def test_the_same_call_gets_the_same_answer_and_is_done_once(api, db):
    headers = key()
    first = api().post(CASES, BODY, headers=headers)
    after_first = rows()

    again = api().post(CASES, {"stayKind": "move", "person": PERSON}, headers=headers)

    assert (again.status_code, again.json()) == (201, first.json())
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert added(after_first) == READ_ONCE


def added(before):
    """Return by how many rows each table has grown."""
    return {table: number - before[table] for table, number in rows().items() if number != before[table]}


def kept():
    """Return all that is kept of calls, as one text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(kept::text, ' '), '') FROM rest_idempotency_key AS kept")
        return cursor.fetchone()[0]


def test_nothing_of_an_answer_is_kept_but_where_its_thing_stands(api, case):
    note = {"block": "contactNotes", "contactKind": "phone", "text": "Belde over zijn grootmoeder Filomena."}

    made = api().post(CASES, BODY, headers=key()).json()
    written = api().post(f"{CASES}/{case}/entries", note, headers=key()).json()

    assert made["href"] in kept()
    assert written["href"] in kept()
    for word in (PERSON["firstName"], PERSON["lastName"], PERSON["birthOn"], PERSON["phone"], "Filomena", "Belde"):
        assert word not in kept()


def test_the_same_call_again_tells_how_things_stand_now(api, db):
    headers = key()
    first = api().post(CASES, BODY, headers=headers)
    case = first.json()["id"]
    api().patch(f"{CASES}/{case}", {"person": {"firstName": "Samira"}}, headers={"If-Match": first["ETag"]})

    again = api().post(CASES, BODY, headers=headers)

    assert (again.status_code, again["Location"]) == (201, first["Location"])
    assert again.json() == api().get(f"{CASES}/{case}").json()
    assert (again.json()["person"]["firstName"], again["ETag"]) == ("Samira", '"2"')


def test_the_same_call_again_asks_for_the_rights_of_today(api, case):
    headers, note = key(), {"block": "contactNotes", "contactKind": "phone", "text": "Belde."}
    moved = dataclasses.replace(CASEWORKER, team="youth")
    nobody = dataclasses.replace(CASEWORKER, roles=frozenset())
    assert api().post(f"{CASES}/{case}/entries", note, headers=headers).status_code == 201
    before = rows()

    answers = [api(by).post(f"{CASES}/{case}/entries", note, headers=headers) for by in (moved, nobody)]
    casework.hand_over(uuid.UUID(str(case)))
    answers.append(api().post(f"{CASES}/{case}/entries", note, headers=headers))

    kinds = [answer.json()["type"].rpartition(":")[2] for answer in answers]
    assert kinds == ["resourceNotFound", "missingPermission", "fileClosed"]
    assert [answer.status_code for answer in answers] == [404, 403, 403]
    assert rows()["cases_entry"] == before["cases_entry"]


def test_what_was_erased_is_in_no_answer(api, db):
    headers = key()
    case = api().post(CASES, BODY, headers=headers).json()["id"]
    actions.erase_content(case_id=uuid.UUID(case), by=COORDINATOR, at=casework.AT)

    again = api().post(CASES, BODY, headers=headers)

    assert again.status_code == 201
    assert "person" not in again.json()
    assert PERSON["lastName"] not in kept()


def test_another_body_under_the_same_key_is_refused(api, db):
    headers = key()
    api().post(CASES, BODY, headers=headers)
    before = rows()

    answer = api().post(CASES, {**BODY, "stayKind": "residence"}, headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (409, REUSED)
    assert rows() == before


def test_a_key_belongs_to_one_caller_and_one_address(api, case):
    headers = key()
    note = {"block": "contactNotes", "contactKind": "phone", "text": "Belde."}
    other = casework.open_case()

    made = [
        api().post(f"{CASES}/{case}/entries", note, headers=headers),
        api().post(f"{CASES}/{other}/entries", note, headers=headers),
        api(COORDINATOR).post(f"{CASES}/{case}/entries", note, headers=headers),
    ]

    assert len({answer.json()["id"] for answer in made}) == 3


def test_a_refusal_is_not_remembered(api, case):
    headers = key()
    goal = {"block": "goals", "ownWords": "Ik wil.", "progressSign": "Ik ga."}
    before = rows()
    assert api().post(f"{CASES}/{case}/entries", goal, headers=headers).status_code == 409
    assert rows() == before
    casework.write(case, "situationPicture", lifeDomain="family", text="Het gezin verhuist.")

    assert api().post(f"{CASES}/{case}/entries", goal, headers=headers).status_code == 201


@pytest.mark.parametrize("wrong", ["", "short", "x" * 65, "with spaces in it", "naïve-key"])
def test_a_key_that_is_none_is_refused(api, db, wrong):
    before = rows()

    answer = api().generic("POST", CASES, "{}", content_type="application/json", HTTP_IDEMPOTENCY_KEY=wrong)

    assert answer.status_code == 400
    assert answer.json()["issues"][0]["name"] == "Idempotency-Key"
    assert rows() == before


def test_answers_are_forgotten_after_a_week(api, db):
    api().post(CASES, BODY, headers=key())

    assert idempotency.forget_before(clock.now()) == 0
    assert idempotency.forget_before(clock.now() + 2 * idempotency.KEPT) == 1


def test_two_calls_at_the_same_moment_are_one(api, committed):
    headers = key()
    answers = []
    start = threading.Barrier(4)

    def call():
        start.wait(timeout=30)
        answers.append(api(CASEWORKER).post(CASES, BODY, headers=headers))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert rows()["cases_case"] == 1


def test_cases_opened_at_the_same_moment_are_numbered_without_gap_or_double(api, committed):
    answers = []

    def call():
        answers.append(api(CASEWORKER).post(CASES, BODY))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    numbers = sorted(answer.json()["reference"][-4:] for answer in answers)
    assert numbers == [f"{number:04d}" for number in range(1, 7)]
