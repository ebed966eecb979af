"""/api/casework/v1 as outside programs see it: shapes, refusals, versions, and what is done once."""

import json
import uuid

import pytest
from django.test import Client

import casework
from casework import CASEWORKER, COORDINATOR, MANAGER, OFFICER, OTHER_TEAM, PERSON, fill, give_consent, hand_over, rows

CASES = "/api/casework/v1/cases"
HOST = "https://vilvoorde.localhost:19000"
PICTURE = {"block": "situationPicture", "lifeDomain": "family", "text": "Het gezin verhuist."}
NOTE = {"block": "contactNotes", "contactKind": "phone", "visibility": "team", "text": "Belde."}
WAY = {"block": "ways", "goalId": str(uuid.UUID(int=7)), "what": "Samen naar de club.", "who": "Els"}
BELGIF, OWN = "urn:problem-type:belgif:", "urn:problem-type:zenne:casework:"


def opened(api, **more):
    return api().post(CASES, {"person": PERSON, "stayKind": "move", **more})


def test_a_case_is_opened_and_read_back(api, db):
    answer = opened(api)

    assert answer.status_code == 201
    body = answer.json()
    assert answer["Location"] == body["href"] == f"{HOST}{CASES}/{body['id']}"
    assert answer["ETag"] == '"1"'
    assert answer["Cache-Control"] == "no-store"
    assert body["reference"].startswith("VV-")
    assert body["person"] == {**PERSON, "phone": "+3220001199"}
    assert (body["team"], body["stayKind"], body["custodian"], body["awaitingDossier"]) == (
        "prevention",
        "move",
        True,
        False,
    )
    assert "closedForWritingAt" not in body
    assert api().get(f"{CASES}/{body['id']}").json() == body


def test_a_list_names_nobody(api, case):
    body = api().get(CASES).json()

    assert (body["total"], body["page"], body["pageSize"]) == (1, 1, 20)
    assert body["items"][0]["href"] == f"{HOST}{CASES}/{case}"
    assert "Verzonnen" not in json.dumps(body)


def test_pages_are_counted_from_one(api, db):
    for number in range(3):
        casework.open_case(first_name=f"Nummer{number}")

    first = api().get(f"{CASES}?pageSize=2").json()
    last = api().get(first["next"].removeprefix(HOST)).json()

    assert (len(first["items"]), first["total"], "prev" in first) == (2, 3, False)
    assert (len(last["items"]), last["page"], "next" in last) == (1, 2, False)
    assert last["prev"] == first["self"] == f"{HOST}{CASES}?pageSize=2&page=1"
    assert api().get(f"{CASES}?page=9").json()["items"] == []


def test_filters_are_and_between_and_or_within(api, db):
    casework.open_case()
    casework.open_case(team="youth", by=COORDINATOR)

    def found(query):
        return api(COORDINATOR).get(f"{CASES}?{query}").json()["total"]

    assert (found("team=youth"), found("team=youth&team=prevention"), found("team=youth&stayKind=twoHomes")) == (
        1,
        2,
        0,
    )
    assert (found("custodian=true"), found("custodian=false")) == (2, 0)


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "pageSize=101", "page=1&page=2", "search=Sami", "custodian=maybe", "team=", "embed=all"],
)
def test_a_query_is_taken_strictly_and_not_quoted(api, case, query):
    answer = api().get(f"{CASES}?{query}")

    assert answer.status_code == 400
    problem = answer.json()
    assert problem["issues"][0]["in"] == "query"
    assert problem["issues"][0]["name"].split("[")[0] == query.split("=")[0]
    assert "Sami" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        ({"stayKind": "move"}, "person", "schemaViolation"),
        ({"person": PERSON}, "stayKind", "schemaViolation"),
        ({"person": PERSON, "stayKind": "move", "risk": 5}, "risk", "unknownInput"),
        ({"person": {**PERSON, "religion": "x"}, "stayKind": "move"}, "person.religion", "unknownInput"),
        ({"person": {**PERSON, "firstName": 7}, "stayKind": "move"}, "person.firstName", "schemaViolation"),
        ({"person": {**PERSON, "firstName": "  "}, "stayKind": "move"}, "person.firstName", "schemaViolation"),
        ({"person": {**PERSON, "firstName": "x" * 101}, "stayKind": "move"}, "person.firstName", "schemaViolation"),
        ({"person": {**PERSON, "phone": None}, "stayKind": "move"}, "person.phone", "schemaViolation"),
        ({"person": {**PERSON, "birthOn": "12/04/2005"}, "stayKind": "move"}, "person.birthOn", "schemaViolation"),
        ({"person": {**PERSON, "birthOn": "2005-02-30"}, "stayKind": "move"}, "person.birthOn", "schemaViolation"),
        (
            {"person": {**PERSON, "interpreterNeeded": "no"}, "stayKind": "move"},
            "person.interpreterNeeded",
            "schemaViolation",
        ),
        ({"person": [PERSON], "stayKind": "move"}, "person", "schemaViolation"),
        ({"person": PERSON, "stayKind": "Move"}, "stayKind", "schemaViolation"),
    ],
)
def test_input_that_is_not_as_described_is_refused_by_place(api, db, body, name, kind):
    before = rows()

    answer = api().post(CASES, body)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    problem = answer.json()
    assert problem["type"] == f"{BELGIF}badRequest"
    assert [(one["name"], one["type"]) for one in problem["issues"]] == [(name, f"{BELGIF}input-validation:{kind}")]
    assert "value" not in problem["issues"][0]
    assert rows() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"person": {**PERSON, "phone": "0499"}, "stayKind": "move"}, "personInvalid"),
        ({"person": PERSON, "stayKind": "holiday"}, "changeInvalid"),
        ({"person": PERSON, "stayKind": "move", "team": "nobody"}, "teamUnknown"),
    ],
)
def test_input_that_cannot_be_so_is_refused_by_the_rules(api, db, body, code):
    before = rows()

    problem = api().post(CASES, body).json()

    assert (problem["status"], problem["issues"][0]["type"]) == (400, f"{OWN}{code}")
    assert rows() == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b'{"person": {}, "person": {}}', "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'{"a": "\\u0000"}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "application/xml", 415),
        (b"{}", "application/merge-patch+json", 415),
        (b" " * 10_000_000, "application/json", 413),
    ],
)
def test_a_body_that_is_no_json_object_of_ours_is_refused(api, db, body, kind, status):
    before = rows()

    answer = api().generic("POST", CASES, body, content_type=kind)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert rows() == before


def test_without_a_token_nobody_gets_anything(db):
    before = rows()

    for answer in (
        Client(HTTP_HOST="vilvoorde.localhost").get(CASES),
        Client(HTTP_HOST="vilvoorde.localhost").post(CASES),
    ):
        assert answer.status_code == 401
        assert answer.json()["type"] == f"{BELGIF}noAccessToken"
        assert answer["WWW-Authenticate"] == "Bearer"

    assert rows() == before


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        (f"{CASES}/", 404, "resourceNotFound"),
        (f"{CASES}/{uuid.uuid4()}", 404, "resourceNotFound"),
        (f"{CASES}/1", 404, "resourceNotFound"),
        (f"{CASES}/{uuid.uuid4()}/entries", 404, "resourceNotFound"),
        (f"{CASES}/{uuid.uuid4()}/consents", 404, "resourceNotFound"),
        (f"/api/casework/v1/consents/{uuid.uuid4()}", 404, "resourceNotFound"),
        ("/api/admin", 404, "resourceNotFound"),
    ],
)
def test_what_does_not_exist_is_not_found(api, db, path, status, kind):
    answer = api().get(path)

    assert (answer.status_code, answer.json()["type"]) == (status, f"{BELGIF}{kind}")


def test_other_teams_and_roles(api, case):
    hand_over(released := casework.open_case())

    def told(who, path, **headers):
        answer = api(who).get(path, headers=headers)
        return answer.status_code, answer.json().get("type", "")

    assert told(OTHER_TEAM, f"{CASES}/{case}") == (404, f"{BELGIF}resourceNotFound")
    assert told(MANAGER, f"{CASES}/{case}") == (403, f"{BELGIF}missingPermission")
    assert told(MANAGER, CASES) == (403, f"{BELGIF}missingPermission")
    assert told(OFFICER, f"{CASES}/{case}") == (403, f"{OWN}purposeMissing")
    assert told(OFFICER, f"{CASES}/{case}", **{"Zenne-Purpose": "complaint"}) == (200, "")
    assert told(OFFICER, f"{CASES}/{case}", **{"Zenne-Purpose": "Belde zelf"})[0] == 400
    assert told(CASEWORKER, f"{CASES}/{released}") == (403, f"{OWN}fileClosed")
    assert api().post(f"{CASES}/{released}/entries", PICTURE).json()["type"] == f"{OWN}custodyElsewhere"


def test_a_change_says_what_was_read(api, case):
    path = f"{CASES}/{case}"
    patch = {"person": {"phone": None}, "nextContact": {"on": "2026-12-01", "who": "Els"}}

    changed = api().patch(path, patch, headers={"If-Match": '"1"'}, content_type="application/merge-patch+json")

    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    body = changed.json()
    assert "phone" not in body["person"]
    assert (body["nextContactOn"], body["nextContactWho"]) == ("2026-12-01", "Els")
    cleared = api().patch(path, {"nextContact": None}, headers={"If-Match": '"2"'}).json()
    assert "nextContactOn" not in cleared


@pytest.mark.parametrize(
    ("match", "body", "status", "kind"),
    [
        ('"7"', {"stayKind": "residence"}, 412, f"{OWN}lostUpdate"),
        (None, {"stayKind": "residence"}, 400, f"{BELGIF}badRequest"),
        ("*", {"stayKind": "residence"}, 400, f"{BELGIF}badRequest"),
        ('W/"1"', {"stayKind": "residence"}, 400, f"{BELGIF}badRequest"),
        ('"1"', {"stayKind": None}, 400, f"{BELGIF}badRequest"),
        ('"1"', {"reference": "VV-2026-0007"}, 400, f"{BELGIF}badRequest"),
        ('"1"', {"nextContact": {"on": "2026-12-01"}}, 400, f"{BELGIF}badRequest"),
        ('"1"', {"team": "youth"}, 403, f"{BELGIF}missingPermission"),
        ('"1"', {"person": {"lastName": ""}}, 400, f"{BELGIF}badRequest"),
    ],
)
def test_a_change_that_is_refused_changes_nothing(  # noqa: PLR0917 -- the columns of the table
    api, case, match, body, status, kind
):
    before = api(COORDINATOR).get(f"{CASES}/{case}").json()

    answer = api().patch(f"{CASES}/{case}", body, headers={"If-Match": match} if match else {})

    assert (answer.status_code, answer.json()["type"]) == (status, kind)
    assert api(COORDINATOR).get(f"{CASES}/{case}").json() == before


def test_entries_are_listed_by_address_and_embedded_on_request(api, case):
    written = fill(case)

    plain = api().get(f"{CASES}/{case}/entries").json()
    whole = api().get(f"{CASES}/{case}/entries?embed=items&block=goals").json()

    assert [one["block"] for one in plain["items"]] == [
        "situationPicture",
        "goals",
        "ways",
        "evaluations",
        "contactNotes",
    ]
    assert "embedded" not in plain
    [goal] = whole["embedded"].values()
    assert (goal["id"], goal["ownWords"], goal["version"]) == (str(written["goals"]), "Ik wil terug voetballen.", 1)
    assert api().get(goal["href"].removeprefix(HOST)).json() == goal
    assert api().get(f"{CASES}/{case}/entries/{uuid.uuid4()}").status_code == 404


def test_an_entry_gets_its_next_version(api, case):
    first = api().post(f"{CASES}/{case}/entries", PICTURE).json()
    again = {**PICTURE, "text": "Ze wonen er nu.", "entryId": first["id"]}

    second = api().post(f"{CASES}/{case}/entries", {**again, "version": 1})
    late = api().post(f"{CASES}/{case}/entries", {**again, "version": 1})

    assert (second.status_code, second.json()["version"], second.json()["href"]) == (201, 2, first["href"])
    assert (late.status_code, late.json()["type"]) == (412, f"{OWN}lostUpdate")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"block": "goals", "ownWords": "Ik wil.", "progressSign": "x"}, 409, "pictureMissing"),
        ({"block": "identity"}, 400, "entryInvalid"),
        ({"block": "risk"}, 400, "entryInvalid"),
        ({"block": "situationPicture", "lifeDomain": "religion", "text": "x"}, 400, "entryInvalid"),
        ({"block": "situationPicture", "text": "x"}, 400, "entryInvalid"),
        ({**PICTURE, "text": "x" * 8001}, 400, "schemaViolation"),
        ({**PICTURE, "entryId": "1"}, 400, "schemaViolation"),
        ({**NOTE, "happenedAt": "9999-12-31T23:59:59Z"}, 400, "schemaViolation"),
        ({**NOTE, "happenedAt": "2199-12-31T23:59:59-01:00"}, 400, "schemaViolation"),
        ({**NOTE, "happenedAt": "1899-12-31T23:59:59Z"}, 400, "schemaViolation"),
        ({**WAY, "until": "9999-12-31"}, 400, "schemaViolation"),
        ({**WAY, "until": "1899-12-31"}, 400, "schemaViolation"),
        ({**PICTURE, "text": "Het gezin\x00 verhuist."}, 400, "badRequest"),
    ],
)
def test_an_entry_that_is_refused_leaves_nothing(api, case, body, status, kind):
    before = rows()

    answer = api().post(f"{CASES}/{case}/entries", body)

    problem = answer.json()
    told = problem["issues"][0]["type"] if "issues" in problem else problem["type"]
    assert (answer.status_code, told.rsplit(":", 1)[-1]) == (status, kind)
    assert rows() == before


def test_a_note_at_the_end_of_all_years_is_shown_on_every_page_of_its_case(api, case, page_client):
    written = api().post(f"{CASES}/{case}/entries", {**NOTE, "happenedAt": "2199-12-31T23:59:59Z"})

    assert written.status_code == 201
    for page in (f"/cases/{case}", f"/cases/{case}/timeline"):
        assert "01/01/2200 00:59" in page_client(CASEWORKER).get(page).content.decode()


def test_consents_are_recorded_and_listed(api, case):
    body = {
        "recipient": "molenbeek",
        "purpose": "handover",
        "blocks": ["goals", "identity"],
        "giver": "person",
        "how": "written",
        "language": "nl",
        "givenOn": "2026-01-01",
        "validUntil": "2027-06-01",
    }

    answer = api().post(f"{CASES}/{case}/consents", body)

    assert answer.status_code == 201
    consent = answer.json()
    assert {name: consent[name] for name in body} == body
    assert consent["case"] == f"{HOST}{CASES}/{case}"
    listed = api().get(f"{CASES}/{case}/consents").json()["items"]
    assert [one["href"] for one in listed] == [consent["href"]]
    assert api(OFFICER).get("/api/casework/v1/consents?recipient=molenbeek").json()["total"] == 1
    assert api(CASEWORKER).get("/api/casework/v1/consents").status_code == 403
    assert api(OFFICER).get(consent["href"].removeprefix(HOST)).json() == consent
    again = api().post(f"{CASES}/{case}/consents", body)
    assert (again.status_code, again.json()["type"]) == (409, f"{OWN}consentOverlaps")


def test_the_log_of_readings_is_the_officers(api, case):
    give_consent(case)
    api().get(f"{CASES}/{case}")
    api(OFFICER).get(f"{CASES}/{case}", headers={"Zenne-Purpose": "supervision"})

    log = api(OFFICER).get(f"{CASES}/{case}/accesses").json()["items"]

    assert [(one["act"], one.get("purpose")) for one in log if one["act"].endswith("Read")] == [
        ("accessesRead", None),
        ("caseRead", "supervision"),
        ("caseRead", None),
    ]
    assert log[-1]["act"] == "caseOpened"
    assert api().get(f"{CASES}/{case}/accesses").status_code == 403
    assert api(OFFICER).get(f"{CASES}/{uuid.uuid4()}/accesses").status_code == 404


def test_each_call_has_its_number(api, case):
    theirs = str(uuid.uuid4())

    answer = api().get(f"{CASES}/{case}", headers={"BelGov-Trace-Id": theirs})

    assert answer["BelGov-Related-Trace-Id"] == theirs
    assert answer["BelGov-Trace-Id"] not in {theirs, ""}
    assert "BelGov-Related-Trace-Id" not in api().get(CASES, headers={"BelGov-Trace-Id": "Sami Verzonnen"})


def test_a_host_that_is_not_ours_is_refused(db):
    answer = Client().get("/api/casework/v1/health", headers={"host": "molenbeek.localhost"})

    assert (answer.status_code, answer.json()["type"]) == (400, f"{BELGIF}badRequest")


def test_methods_that_are_not_described_are_refused(api, case):
    answer = api().delete(f"{CASES}/{case}")

    assert (answer.status_code, answer.json()["type"]) == (405, f"{BELGIF}methodNotAllowed")
    assert "DELETE" not in answer["Allow"]
