"""Who may read and write what: a page gives the verdict of the API, and leaves the same log of readings."""

import dataclasses
import re

import pytest

import casework
from casework import (
    AT,
    CASEWORKER,
    COORDINATOR,
    MANAGER,
    NOBODY,
    OFFICER,
    OTHER_TEAM,
    fill,
    give_consent,
    hand_over,
    rows,
)
from federation.audit.models import AuditEntry
from federation.identity.actor import Role
from municipal.cases import queries

NOTE = {"contactKind": "phone", "happenedAt": AT, "visibility": "team", "text": "Belde."}
BOTH = dataclasses.replace(CASEWORKER, roles=frozenset({Role.CASEWORKER, Role.DATA_PROTECTION_OFFICER}))
PURPOSE = "complaint"
API = "/api/casework/v1"

# who, the file is open or released, the purpose said -> status of reading, status of a note by API, and by page
TABLE = [
    (CASEWORKER, "open", "", 200, 201),
    (CASEWORKER, "open", PURPOSE, 200, 201),
    (CASEWORKER, "released", "", 403, 409),
    (CASEWORKER, "released", PURPOSE, 403, 409),
    (OTHER_TEAM, "open", "", 404, 404),
    (OTHER_TEAM, "released", PURPOSE, 404, 404),
    (COORDINATOR, "open", "", 200, 201),
    (COORDINATOR, "released", "", 403, 409),
    (COORDINATOR, "released", PURPOSE, 200, 409),
    (COORDINATOR, "released", "curiosity", 403, 409),
    (OFFICER, "open", "", 403, 403),
    (OFFICER, "open", PURPOSE, 200, 403),
    (OFFICER, "released", "", 403, 403),
    (OFFICER, "released", PURPOSE, 200, 403),
    (BOTH, "open", "", 200, 201),
    (BOTH, "released", PURPOSE, 200, 409),
    (MANAGER, "open", PURPOSE, 403, 403),
    (MANAGER, "released", PURPOSE, 403, 403),
    (NOBODY, "open", PURPOSE, 403, 403),
]
NAMES = [f"{sorted(who.roles)}-{who.team}-{state}-{purpose}" for who, state, purpose, _, _ in TABLE]
READ = {
    "": [""],
    "/timeline": ["", "/entries"],
    "/plan": ["", "/entries"],
    "/agreements": ["", "/agreements"],
}
"""Each page that shows content, and the calls of the API that show the same."""


def read_acts():
    """Return what the log of readings holds, and forget it."""
    found = [(one.act, one.purpose, one.by_subject) for one in AuditEntry.objects.filter(act__endswith="Read")]
    return sorted(found)


@pytest.mark.parametrize(("who", "state", "purpose", "reading", "writing"), TABLE, ids=NAMES)
def test_pages_give_the_verdict_of_the_api(  # noqa: PLR0917 -- the columns of the table
    case, api, page_client, who, state, purpose, reading, writing
):
    fill(case)
    if state == "released":
        hand_over(case)
    client, browser = api(who), page_client(who)

    for page, calls in READ.items():
        logged = len(read_acts())
        answers = [client.get(f"{API}/cases/{case}{one}", headers={"Zenne-Purpose": purpose}) for one in calls]
        by_api, before = read_acts()[logged:], read_acts()
        shown = browser.get(f"/cases/{case}{page}" + (f"?purpose={purpose}" if purpose else ""))

        assert [one.status_code for one in answers] == [reading] * len(calls), page
        assert shown.status_code == reading, page
        assert ("Ik wil terug voetballen." in shown.content.decode()) == (reading == 200 and page in {"", "/plan"})
        assert ("Sami" in shown.content.decode()) == (reading == 200)
        if page:
            assert len(read_acts()) - len(before) == len(by_api), page

    count = rows()["cases_entry"]
    note = {"block": "contactNotes", "contactKind": "phone", "text": "Belde."}
    assert client.post(f"{API}/cases/{case}/entries", note).status_code == writing
    written = browser.post(f"/cases/{case}/timeline", {"text": "Belde.", "contact_kind": "phone", "visibility": "team"})
    assert written.status_code == (302 if writing == 201 else writing)
    assert rows()["cases_entry"] - count == (2 if writing == 201 else 0)


def test_the_overview_logs_what_it_shows(case, page_client):
    fill(case)

    page_client(CASEWORKER).get(f"/cases/{case}")

    acts = [(act, by) for act, _, by in read_acts()]
    assert acts == [(act, CASEWORKER.subject) for act in ("agreementsRead", "caseRead", "entriesRead")]


def test_a_purpose_is_asked_first_and_stands_in_the_log(case, page_client):
    browser = page_client(OFFICER)

    asked = browser.get(f"/cases/{case}")
    assert asked.status_code == 403
    assert "Why do you open this file?" in asked.content.decode()
    assert "Verzonnen" not in asked.content.decode()
    assert read_acts() == []

    browser.get(f"/cases/{case}/plan?purpose=accessRequest")
    assert {purpose for _, purpose, _ in read_acts()} == {"accessRequest"}


@pytest.mark.parametrize(
    ("who", "status", "withdraws"),
    [
        (CASEWORKER, 200, 302),
        (OTHER_TEAM, 404, 404),
        (COORDINATOR, 200, 302),
        (OFFICER, 200, 403),
        (MANAGER, 403, 403),
        (NOBODY, 403, 403),
    ],
)
@pytest.mark.parametrize("state", ["open", "released"])
def test_consents_stay_in_sight_and_can_be_taken_back_when_the_file_is_closed(  # noqa: PLR0917 -- the columns
    case, api, page_client, who, status, withdraws, state
):
    consent = give_consent(case)
    if state == "released":
        hand_over(case)

    listed = api(who).get(f"{API}/cases/{case}/consents")
    shown = page_client(who).get(f"/cases/{case}/consent")

    assert (listed.status_code, shown.status_code) == (status, status)
    names_person = status == 200 and who is not OFFICER and (state == "open")
    assert ("Sami V." in shown.content.decode()) == names_person
    assert page_client(who).get(f"/cases/{case}/referrals").status_code == status
    taken = page_client(who).post(f"/cases/{case}/consent", {"consent": str(consent.id)})
    assert taken.status_code == withdraws
    assert AuditEntry.objects.filter(act="consentWithdrawn").count() == (1 if withdraws == 302 else 0)


def test_a_consent_of_another_case_is_not_found_here(case, page_client):
    other = give_consent(casework.open_case())
    before = rows()

    for path in (f"/cases/{case}/consent/{other.id}/nl",):
        assert page_client(CASEWORKER).get(path).status_code == 404
    answer = page_client(CASEWORKER).post(f"/cases/{case}/consent", {"consent": str(other.id)})

    assert answer.status_code == 404
    assert page_client(CASEWORKER).post(f"/cases/{case}/consent", {"consent": "nonsense"}).status_code == 404
    assert rows()["consents_consent"] == before["consents_consent"]
    assert AuditEntry.objects.filter(act="consentWithdrawn").count() == 0


@pytest.mark.parametrize("path", ["/accesses", "/accesses/consents", "/cases/{case}/accesses"])
def test_the_logs_are_the_officers_alone(case, page_client, path):
    address = path.format(case=case)

    assert page_client(OFFICER).get(address).status_code == 200
    for who in (CASEWORKER, COORDINATOR, MANAGER, NOBODY):
        assert page_client(who).get(address).status_code == 403


def test_the_log_holds_no_content_and_names_no_client(case, page_client):
    fill(case)
    page_client(CASEWORKER, name="Els W.").get(f"/cases/{case}")

    for path in ("/accesses", f"/cases/{case}/accesses", "/accesses/consents"):
        shown = page_client(OFFICER, name="Marc P.").get(path).content.decode()
        for word in ("Sami", "Verzonnen", "voetballen", "Belde"):
            assert word not in shown, (path, word)


def said(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def test_the_log_tells_two_colleagues_of_one_name_apart_and_who_never_logged_in_by_the_number(case, page_client):
    twin = dataclasses.replace(CASEWORKER, subject="1b3ad2b2-55b5-5d63-8f94-1d8e6f6a4f0e")
    for who in (CASEWORKER, twin):
        page_client(who, name="Els W.").get(f"/cases/{case}")
    casework.write(case, "contactNotes", by=COORDINATOR, **NOTE)
    reference = queries.references([case])[case]
    officer = page_client(OFFICER, name="Marc P.")

    for shown in (said(officer.get("/accesses")), said(officer.post("/accesses", {"reference": reference}))):
        for who in (CASEWORKER, twin):
            assert f"Els W. {who.subject[:8]}, Prevention and tailor-made support" in shown
        assert f"account {COORDINATOR.subject[:8]}" in shown


def test_the_paper_for_the_person_has_numbers_and_no_name_of_staff(case, page_client):
    page_client(CASEWORKER, name="Els W.").get(f"/cases/{case}")

    paper = said(page_client(OFFICER, name="Marc P.").get(f"/cases/{case}/accesses"))

    assert f"account {CASEWORKER.subject[:8]}, Prevention and tailor-made support" in paper
    assert "Els" not in paper


def test_the_api_of_the_log_tells_no_name(case, api, page_client):
    page_client(CASEWORKER, name="Els W.").get(f"/cases/{case}")

    told = api(OFFICER).get(f"{API}/cases/{case}/accesses").content.decode()

    assert CASEWORKER.subject in told
    assert "Els" not in told
