"""My work: each line is there for whoever has to do something, and for nobody else."""

import datetime
import re
import uuid

import pytest

import casework
from casework import AT, CASEWORKER, COORDINATOR, MANAGER, OFFICER, OTHER_TEAM, fill, give_consent
from federation import clock
from federation.identity.actor import Actor, MissingPermission, Role
from municipal.cases import actions as cases, queries as case_queries
from municipal.desk import actions, queries
from page_client import browser
from people_at_work import actor

DAY = datetime.timedelta(days=1)
TODAY = casework.TODAY
COLLEAGUE = Actor(str(uuid.uuid4()), frozenset({Role.CASEWORKER}), "prevention", "vilvoorde")


def plan(case, day, *, by=CASEWORKER, who="Els, huisbezoek"):
    version = case_queries.locked_case(case).version
    changes = {"next_contact_on": day, "next_contact_who": who}
    cases.change_case(case_id=case, version=version, changes=changes, by=by, at=AT)


def test_todays_contacts_and_late_ones_stand_under_today(case):
    late, tomorrow = casework.open_case(first_name="Noor"), casework.open_case()
    for one, day in ((case, TODAY), (late, TODAY - DAY), (tomorrow, TODAY + DAY)):
        plan(one, day)

    found = queries.work(by=CASEWORKER, notes={}, since=None, at=AT)

    assert [(row.case.id, row.name) for row in found.today] == [(late, "Noor V."), (case, "Sami V.")]
    assert queries.work(by=OTHER_TEAM, notes={}, since=None, at=AT).today == []


def test_a_consent_stands_under_to_do_two_weeks_before_it_ends(case):
    soon = give_consent(case, valid_until=TODAY + 14 * DAY)
    give_consent(casework.open_case(), valid_until=TODAY + 15 * DAY)

    found = queries.work(by=CASEWORKER, notes={}, since=None, at=AT)

    assert [one.consent.id for one in found.ending] == [soon.id]
    assert found.to_do == 1


def test_a_visit_begins_after_half_an_hour_away_and_remembers_the_one_before(db):
    minute = datetime.timedelta(minutes=1)

    assert actions.arrive(by=CASEWORKER, at=AT) is None
    assert actions.arrive(by=CASEWORKER, at=AT + 20 * minute) is None
    assert actions.arrive(by=CASEWORKER, at=AT + 40 * minute) is None
    assert actions.arrive(by=CASEWORKER, at=AT + 71 * minute) == AT + 40 * minute
    assert actions.arrive(by=CASEWORKER, at=AT + 80 * minute) == AT + 40 * minute
    assert actions.arrive(by=CASEWORKER, at=AT + 75 * minute) == AT + 40 * minute
    assert actions.arrive(by=COLLEAGUE, at=AT + 80 * minute) is None


def test_what_colleagues_wrote_since_the_visit_before_is_news(case):
    fill(case)
    casework.write(
        case, "contactNotes", by=COLLEAGUE, at=AT + DAY, contactKind="phone", happenedAt=AT, visibility="team", text="x"
    )

    assert [(view.id, n) for view, n in queries.work(by=CASEWORKER, notes={}, since=AT, at=AT + DAY).news] == [
        (case, 1)
    ]
    assert queries.work(by=COLLEAGUE, notes={}, since=AT, at=AT + DAY).news == []
    assert queries.work(by=CASEWORKER, notes={}, since=None, at=AT + DAY).news == []


def test_who_does_no_casework_is_sent_to_his_own_first_page(db, page_client):
    answer = page_client(OFFICER).get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/accesses")


def test_a_contact_is_ticked_off_with_one_click_and_the_note_comes_next(case, page_client):
    plan(case, clock.today_in_brussels(clock.now()))
    page = page_client(CASEWORKER).get("/").content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]

    answer = page_client(CASEWORKER).post(f"/cases/{case}/next-contact/done", {"version": version})

    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case}/timeline")
    assert case_queries.locked_case(case).next_contact_on is None


def test_a_tick_at_a_contact_that_a_colleague_moved_ticks_nothing(case, page_client):
    plan(case, TODAY)
    seen = case_queries.locked_case(case).version
    plan(case, TODAY + DAY, by=COORDINATOR)

    for version in (seen, "", "x"):
        answer = page_client(CASEWORKER).post(f"/cases/{case}/next-contact/done", {"version": version})
        assert answer.status_code == 412

    assert case_queries.locked_case(case).next_contact_on == TODAY + DAY


def test_an_offer_waits_here_and_its_answer_there(desk, towns):
    offered = desk.offered(name="Sami")
    towns.settle()

    with towns.at("vilvoorde"):
        sent = queries.work(by=actor("vilvoorde"), notes={}, since=None, at=towns.now)
        assert [(one.referral.pk, one.recipient, one.name) for one in sent.waiting] == [
            (offered.referral, "molenbeek", "Sami V.")
        ]
        assert sent.offers == []
        assert queries.work(by=actor("vilvoorde", team="youth"), notes={}, since=None, at=towns.now).waiting == []
    with towns.at("molenbeek"):
        got = queries.work(by=actor("molenbeek"), notes={}, since=None, at=towns.now)
        assert [(one.referral.pk, one.sender, one.name, one.reference) for one in got.offers] == [
            (offered.referral, "vilvoorde", "", "")
        ]
        assert [one.code for one in got.items] == ["referralReceived"]


def test_an_answer_is_on_the_list_until_somebody_ticks_it(desk, towns):
    offered = desk.offered(name="Sami")
    towns.settle()
    desk.open("molenbeek", offered.referral)
    desk.decline("molenbeek", offered.referral)
    towns.settle()
    here = actor("vilvoorde")

    with towns.at("vilvoorde"):
        before = [one.code for one in queries.work(by=here, notes={}, since=None, at=towns.now).items]
        ticked = browser(here).post(f"/my-work/items/{offered.referral}")
        stranger = browser(actor("vilvoorde", team="youth")).post(f"/my-work/items/{offered.referral}")
        after = queries.work(by=here, notes={}, since=None, at=towns.now)

    assert "referralDeclined" in before
    assert (ticked.status_code, ticked["Location"], stranger.status_code) == (302, "/", 404)
    assert (after.items, after.waiting) == ([], [])


def test_the_timeline_tells_the_way_of_a_referral(desk, towns):
    offered = desk.offered(name="Sami")
    towns.settle()
    desk.open("molenbeek", offered.referral)
    desk.accept("molenbeek", offered.referral)
    towns.settle()

    with towns.at("molenbeek"):
        case = desk.referral("molenbeek", offered.referral).case_id
        file = actions.read_file(
            case_id=case, block=None, agreements=False, purpose="", by=actor("molenbeek", Role.CASEWORKER), at=towns.now
        )
        events = [(one.event.act, one.event.facts.get("to")) for one in queries.timeline(file).moments if one.event]
    with towns.at("vilvoorde"):
        page = browser(actor("vilvoorde", Role.COORDINATOR)).get(f"/cases/{offered.case}/timeline?purpose=supervision")

    assert ("referralAccepted", "accepted") in events
    shown = page.content.decode()
    for sentence in ("Offered to Molenbeek", "has read the offer.", "The file went to Molenbeek", "Case opened"):
        assert sentence in shown or sentence.replace("Molenbeek", "Molenbeek-Saint-Jean") in shown, sentence


def test_a_referral_has_a_deadline_among_those_of_its_case_only_while_an_answer_is_awaited(desk, towns, visit, words):
    offered = desk.offered(name="Sami")
    towns.settle()
    towns.later(days=30)
    page = f"/cases/{offered.case}/referrals"

    waiting = words(visit("vilvoorde", page))
    desk.open("molenbeek", offered.referral)
    desk.decline("molenbeek", offered.referral)
    towns.settle()
    declined = words(visit("vilvoorde", page))

    assert "working days late" in waiting
    assert "working days late" not in declined
    assert "Molenbeek" in declined


@pytest.mark.parametrize("who", [MANAGER, OFFICER])
def test_there_is_no_work_for_who_does_no_casework(db, who):
    with pytest.raises(MissingPermission):
        queries.work(by=who, notes={}, since=None, at=AT)
