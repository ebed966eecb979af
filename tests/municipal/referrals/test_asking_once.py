"""A question is asked once, whoever clicks twice; what an acceptance plans stands with its commit, or not at all."""

import uuid

import pytest

from federation.bus import outbox
from federation.identity.actor import MissingPermission, Role
from municipal.referrals import actions, rules
from people_at_work import actor

V, M = "vilvoorde", "molenbeek"
ID = uuid.UUID("00000000-0000-4000-8000-0000000000aa")


def test_the_same_question_under_the_same_id_finds_the_first_one(desk, towns) -> None:
    case = desk.case(V)
    desk.consent(V, case, kind="share")

    first = desk.offer(V, case, kind="share", referral_id=ID)
    again = desk.offer(V, case, kind="share", referral_id=ID)

    assert first == again == ID
    assert towns[V].count("referral") == 1
    assert desk.said(V, ID) == ["ReferralOffered"]


def test_an_id_of_another_cases_question_is_unknown(desk, towns) -> None:
    case, other = desk.case(V), desk.case(V, "other")
    desk.consent(V, case, kind="share")
    desk.consent(V, other, kind="share")
    desk.offer(V, case, kind="share", referral_id=ID)
    before = towns[V].everything()

    with pytest.raises(rules.ReferralUnknown):
        desk.offer(V, other, kind="share", referral_id=ID)

    assert towns[V].everything() == before


def test_a_caseworker_takes_on_for_the_own_team_and_a_coordinator_for_any(desk, towns) -> None:
    one, two = desk.offered(name="one"), desk.offered(name="two")
    towns.settle()
    desk.open(M, one.referral)
    desk.open(M, two.referral)
    before = towns[M].everything()

    with towns.at(M), pytest.raises(MissingPermission):
        actions.accept_referral(referral_id=one.referral, team="welcome", by=actor(M), at=desk.now)
    with towns.at(M), pytest.raises(rules.OfferInvalid):
        actions.accept_referral(referral_id=one.referral, team="nowhere", by=actor(M, Role.COORDINATOR), at=desk.now)
    assert towns[M].everything() == before
    with towns.at(M):
        first = actions.FirstContact(desk.today(), "Samira")
        actions.accept_referral(
            referral_id=one.referral,
            team="welcome",
            first_contact=first,
            by=actor(M, Role.COORDINATOR),
            at=desk.now,
        )

    assert towns[M].query("SELECT team, next_contact_on, next_contact_who FROM cases_case") == [
        ("welcome", desk.today(), "Samira")
    ]
    assert desk.referral(M, one.referral).team == "welcome"
    towns.settle()
    assert desk.states(one.referral) == ("released", "held")


def test_the_meeting_of_a_warm_hand_over_stays_here_as_the_next_contact(desk, towns) -> None:
    case = desk.case(V)
    desk.consent(V, case)

    referral = desk.offer(V, case, meeting=actions.Meeting(desk.today(), "Els"))

    assert towns[V].query("SELECT next_contact_on, next_contact_who FROM cases_case") == [(desk.today(), "Els")]
    with towns.at(V):
        said = outbox.read(outbox.sent(referral, "ReferralOffered"))
    assert "school" in repr(said)
    assert "Els" not in repr(said)
