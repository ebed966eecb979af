"""Referrals in a browser: what people see and do, in both towns, through the same actions as the API."""

import json
import re

import pytest

from federation.identity.actor import Role
from municipal.referrals import queries, timers
from municipal.referrals.pages import line
from pages_of_towns import browser_in
from people_at_work import actor

V, M = "vilvoorde", "molenbeek"
LISTS = [
    ("referralInboxPage", M, "/referrals/inbox"),
    ("referralSentPage", V, "/referrals/sent"),
    ("referralBorderPage", V, "/referrals/border"),
]


def answers(**more):
    """Return the first answers of the wizard."""
    return {"kind": "handover", "needs": ["school", "family"], "urgency": "thisMonth"} | more


def step(case, slug):
    return f"/cases/{case}/referrals/new/{slug}"


def test_a_prepared_case_is_offered_in_six_steps(desk, towns, visit, words) -> None:
    case = desk.case(V)
    desk.consent(V, case)

    for slug, given, following in (
        ("why", answers(), "where"),
        ("where", {"team": "molenbeek/prevention", "answer_by": "07/12/2026"}, "consent"),
        ("consent", {"ground": "caseConsultation"}, "what"),
        ("what", {"blocks": ["identity", "goals"]}, "meeting"),
        ("meeting", {"on": "10/12/2026", "who": "Els"}, "check"),
    ):
        shown = visit(V, step(case, slug))
        assert shown.status_code == 200, slug
        went = visit(V, step(case, slug), given)
        assert (went.status_code, went.headers.get("Location")) == (302, step(case, following)), words(went)
    check = visit(V, step(case, "check"))
    assert re.search(r"To Molenbeek\S*, Prevention", words(check)), "the town, and the team that was chosen"
    assert re.findall(r'<li data-n="(\d)"', check.content.decode()) == list("123456")
    assert "Sint-Jans-Molenbeek" not in check.headers.get("Location", "")
    form = {"referral": re.search(r'name="referral" value="([^"]+)"', check.content.decode())[1]}
    sent, again = visit(V, step(case, "check"), form), visit(V, step(case, "check"), form)

    assert sent.status_code == 302, words(sent)
    assert sent.headers["Location"] == again.headers["Location"] == f"/referrals/{form['referral']}"
    rows = towns[V].query("SELECT kind, peer, peer_team, ground, blocks::text, answer_by::text FROM referral")
    assert [(*row[:4], row[5]) for row in rows] == [
        ("handover", "molenbeek", "prevention", "caseConsultation", "2026-12-07")
    ]
    assert [block["name"] for block in json.loads(rows[0][4])] == ["identity", "goals"]
    assert towns[V].query("SELECT next_contact_on::text, next_contact_who FROM cases_case") == [("2026-12-10", "Els")]
    assert towns[V].count("referral_draft") == 0
    assert towns[V].query("SELECT count(*) FROM outbox_message WHERE type = 'ReferralOffered'") == [(1,)]


def test_everything_of_a_referral_is_shown_on_both_sides(desk, towns, visit, words) -> None:
    offered = desk.offered()
    towns.settle()
    pages = ["/referrals/inbox", "/referrals/sent", "/referrals/border", f"/referrals/{offered.referral}"]

    for town in (V, M):
        for page in pages:
            found = visit(town, page)
            assert found.status_code == 200, (town, page, words(found))
            assert "Sami" not in words(found)
            assert "Verzonnen" not in found.content.decode()


def test_both_towns_read_the_number_that_a_region_says_on_the_telephone(desk, towns, visit, words) -> None:
    offered = desk.offered()
    towns.settle()
    text = offered.referral.hex.upper()
    number = f"number {text[:4]}-{text[4:8]}"

    for town, pages in ((V, ("/referrals/border",)), (M, ("/referrals/border", "/referrals/inbox"))):
        for page in (*pages, f"/referrals/{offered.referral}"):
            assert words(visit(town, page)).count(number) == 1, (town, page)


def test_what_the_asked_town_has_to_do_is_said_with_its_day_and_counted_in_its_own_calendar(
    desk, towns, visit, words
) -> None:
    offered = desk.offered()
    page = f"/referrals/{offered.referral}"

    def said(doing: str) -> str:
        return re.search(rf"{doing} (by .*?) Prevention", words(visit(V, page)))[1].replace(" ,", ",")

    assert said("Still has to receive and answer it") == "by Thu 03/12/2026, 8 working days left, calendar of Molenbeek"
    towns.settle()
    assert said("Still has to read and answer it") == "by Thu 03/12/2026, 8 working days left, calendar of Molenbeek"
    towns.later(days=10)
    assert said("Still has to read and answer it") == "by Thu 03/12/2026, today"
    towns.later(days=3)
    assert said("Still has to read and answer it") == "by Thu 03/12/2026, 1 working day late, calendar of Molenbeek"


def test_a_withdrawal_from_the_page_of_a_referral_has_its_consent_chosen(desk, towns, visit) -> None:
    offered = desk.offered()
    other = desk.consent(V, offered.case, kind="share")

    page = visit(V, f"/referrals/{offered.referral}").content.decode()
    (address,) = re.findall(r'href="(/cases/[^"]+\?withdraw=[^"#]+)#withdraw"', page)
    chosen = re.findall(r'value="([^"]+)" checked', visit(V, address).content.decode())

    assert chosen == [str(offered.consent)] != [str(other)]


def test_an_offer_is_opened_considered_and_accepted(desk, towns, visit, words) -> None:
    offered = desk.offered()
    towns.settle()
    page = f"/referrals/{offered.referral}"

    assert visit(M, f"{page}/opening", {}).headers["Location"] == page
    assert desk.state(M, offered.referral) == "opened"
    shown = visit(M, page)
    assert "Accept" in words(shown)
    given = {"acceptance-team": "prevention", "acceptance-who": "Samira", "acceptance-on": "30/11/2026"}
    assert visit(M, f"{page}/acceptance", given).headers["Location"] == page
    towns.settle()

    assert desk.states(offered.referral) == ("released", "held")
    assert towns[M].query("SELECT next_contact_on::text, next_contact_who FROM cases_case") == [
        ("2026-11-30", "Samira")
    ]
    assert "Sint-Jans-Molenbeek" not in words(visit(M, page, language="en")).split("Molenbeek")[0]
    dossier = visit(M, f"{page}/dossier")
    assert "Sami Verzonnen" in words(dossier)
    assert towns[M].query("SELECT count(*) FROM audit_entry WHERE act = 'dossierRead'") == [(1,)]


def test_a_draft_is_its_writers_own_and_is_there_after_a_new_login(desk, towns, visit) -> None:
    case = desk.case(V)
    colleague = actor(V, subject="00000000-0000-4000-8000-000000000001")

    visit(V, step(case, "why"), answers())

    assert visit(V, step(case, "where")).status_code == 200
    assert visit(V, step(case, "check")).headers["Location"] == step(case, "where")
    assert visit(V, step(case, "where"), by=colleague).headers["Location"] == step(case, "why")
    assert visit(V, step(case, "other")).status_code == 404
    towns.later(days=31)
    with towns.at(V):
        assert timers.forget_old_drafts(at=towns.now) == 1
    assert towns[V].count("referral_draft") == 0


def test_without_consent_there_is_no_way_past_and_the_statutory_way_is_shown(desk, towns, visit, words) -> None:
    case = desk.case(V)
    visit(V, step(case, "why"), answers())
    visit(V, step(case, "where"), {"team": "molenbeek/prevention", "answer_by": "07/12/2026"})

    asked = visit(V, step(case, "consent"), language="nl")
    before = _everything(towns)
    tried = visit(V, step(case, "consent"), {"record": "1"}, language="nl")
    assert _everything(towns) == before
    given = {
        "consented": ["identity", "goals"],
        "giver": "person",
        "how": "spoken",
        "language": "nl",
        "given_on": "23/11/2026",
        "valid_until": "23/05/2027",
    }
    guardian = visit(V, step(case, "consent"), given | {"record": "1", "giver": "guardian"}, language="nl")
    assert towns[V].count("consents_consent") == 0
    recorded = visit(V, step(case, "consent"), given | {"record": "1"})

    assert "bel 112" in words(asked)
    assert "Zeg dit voor u het vraagt" in words(asked)
    assert "02 000 11 99" in words(asked)
    assert "Nederlands" in words(asked)
    assert (tried.status_code, guardian.status_code) == (422, 422)
    assert "Op deze leeftijd moet iemand anders toestemmen" in words(guardian)
    assert recorded.headers["Location"] == step(case, "consent")
    assert towns[V].count("consents_consent") == 1
    assert (
        towns[V].count("outbox_message")
        == towns[V].query("SELECT count(*) FROM outbox_message WHERE type <> 'ReferralOffered'")[0][0]
    )


def _everything(towns):
    """Return a digest of every table but those of logins: each visit of these tests is one."""
    return {name: found for name, found in towns[V].everything().items() if not name.startswith("identity_")}


def test_the_preview_shows_only_what_goes_and_keeps_nothing(desk, towns, visit, words) -> None:
    case = desk.case(V, "Sami")
    desk.consent(V, case, blocks=("identity", "goals"))
    _answered(visit, case, "why", "where", "consent")
    before = towns[V].query("SELECT given::text FROM referral_draft")

    page = visit(V, step(case, "what"), {"preview": "1", "blocks": ["identity"]})
    fragment = visit(V, step(case, "what"), {"preview": "1", "blocks": ["identity"]}, **{"HX-Request": "true"})

    assert towns[V].query("SELECT given::text FROM referral_draft") == before
    assert fragment.content.decode().startswith('<section class="seen"')
    assert "<html" in page.content.decode()
    for told in (words(page).partition("This is what")[2], words(fragment)):
        assert "18 to 25" in told
        assert "Name and contact details (1)" in told
        assert "Goals" not in told
        assert "Sami" not in told


def test_a_live_preview_of_nothing_is_still_the_preview_and_not_the_page(desk, towns, visit, words) -> None:
    case = desk.case(V)
    desk.consent(V, case, blocks=("identity", "goals"))
    _answered(visit, case, "why", "where", "consent")

    none = visit(V, step(case, "what"), {"preview": "1"}, **{"HX-Request": "true"})
    more = visit(V, step(case, "what"), {"preview": "1", "blocks": ["ways"]}, **{"HX-Request": "true"})

    for found in (none, more):
        assert (found.status_code, "<html" in found.content.decode()) == (200, False)
        assert "Name and contact details" not in words(found)
        assert "Ways (support plan)" not in words(found)
    assert visit(V, step(case, "what"), {"preview": "1"}).status_code == 422


def test_what_stands_in_the_way_is_said_where_it_can_be_mended(desk, towns, visit, words) -> None:
    open_already, away = desk.offered(), desk.case(V, "Away", stay_kind="temporaryStay")
    desk.consent(V, away)
    ended = desk.case(V, "Ended")
    consent = desk.consent(V, ended)
    said = {}
    for name, case in (("open", open_already.case), ("away", away), ("ended", ended)):
        _answered(visit, case, "why", "where", "consent", "what", "meeting")
        if name == "ended":
            desk.withdraw(V, consent)
        offers = towns[V].query("SELECT count(*) FROM outbox_message WHERE type = 'ReferralOffered'")
        check = visit(V, step(case, "check"), {})
        assert check.status_code == 422, name
        assert towns[V].query("SELECT count(*) FROM outbox_message WHERE type = 'ReferralOffered'") == offers
        assert towns[V].query("SELECT count(*) FROM referral_draft WHERE case_id = %s", case) == [(1,)]
        said[name] = check.content.decode()

    assert f'href="/referrals/{open_already.referral}"' in said["open"]
    assert f'href="{step(away, "why")}"' in said["away"]
    assert f'href="{step(ended, "consent")}"' in said["ended"]


def _answered(visit, case, *slugs):
    given = {
        "why": answers(),
        "where": {"team": "molenbeek/prevention", "answer_by": "07/12/2026"},
        "consent": {"ground": "caseConsultation"},
        "what": {"blocks": ["identity"]},
        "meeting": {"on": "", "who": ""},
    }
    for slug in slugs:
        assert visit(V, step(case, slug), given[slug]).status_code == 302, slug


def test_advice_asks_for_no_consent_and_sends_nothing_of_the_file(desk, towns, visit) -> None:
    case = desk.case(V)
    _answered_advice = {
        "why": answers(kind="advice"),
        "where": {"team": "molenbeek/prevention", "answer_by": "07/12/2026"},
        "consent": {},
        "what": {},
        "meeting": {},
    }

    for slug, given in _answered_advice.items():
        assert visit(V, step(case, slug)).status_code == 200, slug
        assert visit(V, step(case, slug), given).status_code == 302, slug
    assert visit(V, step(case, "check"), {}).status_code == 302
    towns.settle()

    assert towns[V].query("SELECT kind, blocks::text, ground, consent_id FROM referral") == [("advice", "[]", "", None)]
    assert desk.states(towns[V].query("SELECT id FROM referral")[0][0]) == ("received", "received")


@pytest.mark.usefixtures("visit")
@pytest.mark.parametrize("length", [1, 4])
def test_the_lists_cost_the_same_however_long_they_are(desk, towns, counted, length) -> None:
    for number in range(length):
        for kind in ("handover", "share", "advice"):
            desk.offered(kind, name=f"{kind}{number}")
    towns.settle()

    for name, town, address in LISTS:
        with towns.at(town):
            browser = browser_in(town)
            with counted(name):
                page = browser.get(address, secure=True)
        assert len(set(re.findall(r"/referrals/[0-9a-f]{8}-[0-9a-f-]{27}", page.content.decode()))) == 3 * length, name


def test_an_item_goes_off_the_list_when_its_referral_is_opened_and_an_offer_stays_until_it_is_read(
    desk, towns, visit
) -> None:
    offered, other = desk.offered(), desk.offered(name="other")
    towns.settle()
    unread = "SELECT count(*) FROM team_item WHERE read_at IS NULL AND referral_id = %s"

    visit(M, f"/referrals/{offered.referral}")
    assert towns[M].query(unread, offered.referral) == [(1,)]
    assert desk.state(M, offered.referral) == "received"
    desk.open(M, other.referral)
    desk.decline(M, other.referral)
    towns.settle()
    assert towns[V].query(unread, other.referral) == [(1,)]
    visit(V, f"/referrals/{other.referral}", by=actor(V, Role.DATA_PROTECTION_OFFICER))
    assert towns[V].query(unread, other.referral) == [(1,)]
    visit(V, f"/referrals/{other.referral}")

    assert towns[V].query(unread, other.referral) == [(0,)]


def test_both_sides_tell_the_same_story_of_a_handover(desk, towns, visit) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    desk.progress(M, offered.referral)
    towns.settle()
    told = {}

    for town in (V, M):
        with towns.at(town):
            referral = queries.get_referral(offered.referral, by=actor(town))
            marks = line.marks(referral, queries.events(referral), sender="V", recipient="M")
        told[town] = [(str(mark.title), mark.side, mark.progress, mark.reach, str(mark.now)) for mark in marks]

    assert told[V] == told[M]
    assert told[V] == [
        ("Offered", "by-s", "done", "s", ""),
        ("Received", "by-r", "done", "s", ""),
        ("Opened", "by-r", "done", "s", ""),
        ("Accepted", "by-r", "done", "b", ""),
        ("Released", "by-s", "done", "j", ""),
        ("First contact", "by-r", "now", "r", "now: M"),
        ("Closed", "by-r", "todo-step", "e", ""),
    ]


def test_a_case_goes_home_with_consent_asked_on_the_same_page(desk, towns, visit, words) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    page = f"/referrals/{offered.referral}/hand-back"

    asked = visit(M, page)
    consent = {"consented": ["identity"], "giver": "person", "how": "written", "language": "nl"}
    days = {"given_on": "23/11/2026", "valid_until": "23/05/2027", "record": "1"}
    assert visit(M, page, consent | days).headers["Location"] == page
    wrong = visit(M, page, {"reason": "personMovedBack", "blocks": ["identity"]})
    assert (wrong.status_code, desk.states(offered.referral)) == (422, ("released", "held"))
    given = {"reason": "personMovedBack", "blocks": ["identity"], "ground": "caseConsultation"}
    assert visit(M, page, given).status_code == 302
    towns.settle()

    assert "There is no consent for Vilvoorde yet" in words(asked)
    assert "Say it before you ask" in words(asked)
    home = towns[V].query("SELECT id FROM referral WHERE hand_back")[0][0]
    visit(V, f"/referrals/{home}/opening", {})
    assert visit(V, f"/referrals/{home}/acceptance", {"acceptance-team": "prevention"}).status_code == 302
    towns.settle()
    assert desk.states(offered.referral) == ("handedBack", "handedBack")
    assert desk.custodians() == [V]
