"""What each page costs the database, exactly, however long its list is; and no statement is asked once a row."""

import datetime

import pytest
import yaml
import zeal

import casework
import statement_counts
from casework import AT, CASEWORKER, COORDINATOR, OFFICER, fill, give_consent
from federation import clock
from federation.portal.models import Draft
from municipal.cases import actions as cases
from municipal.desk import actions as desk

DAY = datetime.timedelta(days=1)
LENGTHS = pytest.mark.parametrize("length", [1, 12])


@pytest.fixture
def opened(page_client, counted):
    """Return what opens a page, counting: its line in the table, its address, who opens it."""

    def opening(name, path, by=CASEWORKER, **sent):
        browser = page_client(by)
        with counted(name), zeal.zeal_context():
            answer = browser.post(path, sent) if sent else browser.get(path)
        assert answer.status_code == 200, answer.content.decode()[:2000]
        return answer.content.decode()

    return opening


@LENGTHS
def test_my_work(db, opened, length):
    now = clock.now()
    today = clock.today_in_brussels(now)
    for number in range(length):
        case = casework.open_case(first_name=f"Sami{number}")
        changes = {"next_contact_on": today, "next_contact_who": "Els"}
        cases.change_case(case_id=case, version=1, changes=changes, by=CASEWORKER, at=AT)
        give_consent(case, at=now, given_on=today, valid_until=today + 5 * DAY)
        Draft.objects.create(
            subject=CASEWORKER.subject, form="quick-note", object=str(case), content={"text": ["…"]}, kept_at=now
        )

    desk.arrive(by=CASEWORKER, at=now - 2 * DAY)
    note = {"contactKind": "phone", "happenedAt": AT, "visibility": "team", "text": "Belde."}
    casework.write(case, "contactNotes", by=COORDINATOR, at=now, **note)

    page = opened("myWork", "/")

    assert page.count('class="tick"') == length
    assert page.count("Finish the note") == page.count("from that day you record a new one") == length


@LENGTHS
def test_the_list_of_cases(db, opened, length):
    for _ in range(length):
        casework.open_case()

    assert opened("caseListPage", "/cases").count("VV-2026-") == length
    assert opened("caseSearchPage", "/cases", words="verz").count("VV-2026-") == length


@LENGTHS
def test_the_tabs_of_a_case(case, opened, length):
    for _ in range(length):
        fill(case)
    give_consent(case, at=clock.now())

    assert opened("caseOverviewPage", f"/cases/{case}").count('class="own"') == length
    assert opened("caseTimelinePage", f"/cases/{case}/timeline").count("Belde zelf.") == length
    assert opened("casePlanPage", f"/cases/{case}/plan").count("Samen naar de club") >= length
    assert "Molenbeek" in opened("caseConsentPage", f"/cases/{case}/consent")
    opened("caseReferralsPage", f"/cases/{case}/referrals")
    opened("caseAgreementsPage", f"/cases/{case}/agreements")


@LENGTHS
def test_the_officers_lists(db, opened, length):
    for _ in range(length):
        give_consent(casework.open_case())

    assert opened("accessesPage", "/accesses", by=OFFICER).count('<tr role="row"><td') == 2 * length
    assert opened("consentRegisterPage", "/accesses/consents", by=OFFICER).count("Molenbeek") == length


def test_no_list_takes_more_than_twelve_statements():
    table = yaml.safe_load(statement_counts.TABLE.read_text(encoding="utf-8"))
    lists = {name: line["statements"] for name, line in table.items() if name in LISTS}

    assert set(lists) == LISTS
    assert {name: number for name, number in lists.items() if number > 12} == {}


LISTS = {"myWork", "caseListPage", "caseSearchPage", "accessesPage", "consentRegisterPage"}
