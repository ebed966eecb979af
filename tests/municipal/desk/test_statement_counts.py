"""What each page costs the database, exactly, however long its list is; and no statement is asked once a row."""

import datetime
import uuid

import pytest
from django.apps import apps
from zeal import NPlusOneError

import casework
import partner_tables
import statement_counts
from casework import AT, CASEWORKER, COORDINATOR, OFFICER, give_consent
from federation import clock
from federation.portal.models import Draft
from municipal.cases import actions as cases, contents, queries as case_queries
from municipal.cases.rules import Block
from municipal.desk import actions as work
from pages_of_towns import browser_in
from people_at_work import actor

DAY = datetime.timedelta(days=1)
V, M = "vilvoorde", "molenbeek"
LENGTHS = pytest.mark.parametrize("length", [1, 12])


@pytest.fixture
def opened(page_client, counted):
    """Return what opens a page, counting: its line in the table, its address, who opens it."""

    def opening(name, path, by=CASEWORKER, **sent):
        browser = page_client(by)
        with counted(name):
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

    work.arrive(by=CASEWORKER, at=now - 2 * DAY)
    note = {"contactKind": "phone", "happenedAt": AT, "visibility": "team", "text": "Belde."}
    casework.write(case, "contactNotes", by=COORDINATOR, at=now, **note)

    page = opened("myWork", "/")

    assert page.count('class="tick"') == length
    assert page.count("Finish the note") == page.count("Ask again: the consent for") == length


@LENGTHS
def test_the_list_of_cases(db, opened, length):
    for _ in range(length):
        casework.open_case()

    assert opened("caseListPage", "/cases").count("VV-2026-") == length
    assert opened("caseSearchPage", "/cases", words="verz").count("VV-2026-") == length


def everything_in(desk, towns, length):
    """Return a case in Vilvoorde with all that its tabs can show, so many of each; a colleague wrote a part of it."""
    case, colleague = desk.case(V), actor(V, subject=str(uuid.uuid4()))
    desk.consent(V, case)
    for number in range(length):
        words = {"ownWords": f"Ik wil {number}.", "progressSign": "Elke week."}
        goal = desk.entry(V, case, "goals", words)
        note = {"contactKind": "phone", "happenedAt": desk.now, "visibility": "team", "text": "Belde zelf."}
        with towns.at(V):
            for block, given, before in (
                (Block.GOALS, words | {"progressSign": "Elke dag."}, {"entry_id": goal, "version": 1}),
                (Block.CONTACT_NOTES, note, {}),
            ):
                draft = contents.draft(block, given)
                cases.add_entry(case_id=case, draft=draft, by=colleague, at=desk.now, **before)
            day = desk.today() + number * DAY
            meeting = partner_tables.meet(held_on=day, by=actor(V), at=desk.now)
            if number == 0:  # who sat there last time has his seat again
                partner_tables.seat(meeting, "Els W.", "municipality", me=True, by=actor(V), at=desk.now)
            item = partner_tables.put(meeting, case, by=actor(V), at=desk.now)
            partner_tables.agree(item, by=actor(V), at=desk.now, due_on=day)
        desk.decline(M, _considered(desk, towns, desk.offer(V, case, kind="advice")))
        towns.settle()
    with towns.at(V):
        browser_in(V, by=colleague)
    return case


def _considered(desk, towns, referral):
    towns.settle()
    desk.open(M, referral)
    return referral


@pytest.mark.parametrize("length", [1, 4])
def test_the_tabs_of_a_case(desk, towns, counted, monkeypatch, length):
    monkeypatch.setattr(clock, "now", lambda: towns.now)
    case = everything_in(desk, towns, length)

    with towns.at(V):
        browser = browser_in(V)
        for name, tab, shown, times in (
            ("caseOverviewPage", "", 'class="own"', 1 + length),
            ("caseTimelinePage", "/timeline", "Belde zelf.", length),
            ("casePlanPage", "/plan", "Elke dag.", length),
            ("caseConsentPage", "/consent", 'name="consent"', 1),
            ("caseReferralsPage", "/referrals", 'href="/referrals/', length),
            ("caseAgreementsPage", "/agreements", "belt de club", length),
        ):
            with counted(name):
                page = browser.get(f"/cases/{case}{tab}", secure=True).content.decode()
            assert page.count(shown) >= times, (name, page)


@LENGTHS
def test_the_officers_lists(db, opened, length):
    for _ in range(length):
        give_consent(casework.open_case())

    assert opened("accessesPage", "/accesses", by=OFFICER).count('<tr role="row"><td') == 2 * length
    assert opened("consentRegisterPage", "/accesses/consents", by=OFFICER).count("Molenbeek") == length


@LENGTHS
def test_the_officers_list_of_one_case(case, opened, length):
    for _ in range(length):
        casework.write(case, "situationPicture", lifeDomain="family", text="Het gezin verhuist.")
    reference = case_queries.references([case])[case]

    found = opened("accessesFoundPage", "/accesses", by=OFFICER, reference=reference)
    paper = opened("caseAccessesPage", f"/cases/{case}/accesses", by=OFFICER)

    # opened, written so often, and each look of the officer itself
    assert [page.count('<tr role="row"><td') for page in (found, paper)] == [length + 2, length + 3]


def test_no_page_but_the_overview_of_a_case_takes_more_than_twelve_statements():
    tables = [(level, statement_counts.table(level)) for level in ("municipal", "regional", "national")]
    pages = {
        (level, name): line["statements"] for level, found in tables for name, line in found.items() if "Page" in name
    }

    assert {page: number for page, number in pages.items() if number > 12} == {("municipal", "caseOverviewPage"): 14}


def test_a_statement_that_is_asked_once_a_row_is_a_failure(db, counted):
    for _ in range(2):
        casework.open_case()

    def once_a_row():
        with counted("caseListPage"):
            return [case.person.first_name for case in apps.get_model("cases", "Case").objects.order_by("pk")]

    with pytest.raises(NPlusOneError):
        once_a_row()
