"""Referrals in a browser: what people see and do, in both towns, through the same actions as the API."""

import json
import re

V, M = "vilvoorde", "molenbeek"


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
