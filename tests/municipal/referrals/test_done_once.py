"""A question is sent once by a double click, and so is a verb: both clicks lead to the referral."""

import contextlib

from django.db import connections

import two_towns
from federation.identity import sessions
from page_client import browser, log_in
from people_at_work import actor
from sent_twice import at_the_same_moment, key, keys

V, M = "vilvoorde", "molenbeek"
STEPS = (
    ("why", {"kind": "handover", "needs": ["school"], "urgency": "thisMonth"}),
    ("where", {"team": "molenbeek/prevention", "answer_by": "07/12/2026"}),
    ("consent", {"ground": "caseConsultation"}),
    ("what", {"blocks": ["identity"]}),
    ("meeting", {}),
)


@contextlib.contextmanager
def connected_to(town):
    """Will let a thread work in a town's own database, on a connection of its own."""
    connections["default"] = two_towns.connection_to(town.database)
    yield


def test_a_question_that_is_sent_twice_at_the_same_moment_is_asked_once(desk, towns, visit, monkeypatch) -> None:
    case = desk.case(V)
    desk.consent(V, case)
    for slug, given in STEPS:
        visit(V, f"/cases/{case}/referrals/new/{slug}", given)
    check = f"/cases/{case}/referrals/new/check"
    page = visit(V, check)
    sent = key(page)
    with towns.at(V):
        session = log_in(actor(V))

    def send():
        clicking = browser(None)
        clicking.cookies[sessions.COOKIE] = session
        return clicking.post(check, sent, secure=True)

    with towns.at(V):
        answers = at_the_same_moment(send, monkeypatch, connected=lambda: connected_to(towns[V]))

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert answers[0]["Location"].startswith("/referrals/")
    assert towns[V].count("referral") == 1
    assert towns[V].query("SELECT count(*) FROM outbox_message WHERE type = 'ReferralOffered'") == [(1,)]


def test_an_answer_that_is_clicked_twice_is_said_once_and_both_clicks_lead_to_the_referral(desk, towns, visit) -> None:
    offered = desk.offered()
    towns.settle()
    page = f"/referrals/{offered.referral}"
    sent = key(visit(M, page))

    answers = [visit(M, f"{page}/opening", sent) for _ in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, page), (302, page)]
    assert desk.said(M, offered.referral).count("ReferralOpened") == 1


def test_every_answer_on_the_page_of_a_referral_has_a_key_of_its_own(desk, towns, visit) -> None:
    offered = desk.offered()
    towns.settle()
    page = f"/referrals/{offered.referral}"
    visit(M, f"{page}/opening", key(visit(M, page)))
    accept, decline = keys(visit(M, page))

    refused = visit(M, f"{page}/acceptance", {"acceptance-team": "nobody", "once": accept})
    declined = visit(M, f"{page}/decline", {"decline-reason": "noCapacity", "once": decline})

    assert accept != decline
    assert (refused.status_code, keys(refused)) == (422, [accept])
    assert (declined.status_code, declined["Location"]) == (302, page)
    assert desk.said(M, offered.referral)[-1] == "ReferralDeclined"


def test_a_step_of_a_question_can_be_answered_again_with_other_words(desk, towns, visit) -> None:
    case = desk.case(V)
    why = f"/cases/{case}/referrals/new/why"
    assert b'name="once"' not in visit(V, why).content

    for needs in (["school"], ["work"]):
        visit(V, why, {"kind": "advice", "needs": needs, "urgency": "thisMonth"})

    assert towns[V].query("SELECT given->'why'->'needs'->>0 FROM referral_draft") == [("work",)]
