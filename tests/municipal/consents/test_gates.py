"""What both gates of a referral ask: does a consent stand, for this town, purpose and blocks, at this commit."""

import datetime
import uuid

import pytest

import casework
from casework import AT, CASEWORKER, COORDINATOR, MANAGER, OFFICER, OTHER_TEAM, give_consent, hand_over, rows
from federation.identity.actor import MissingPermission
from municipal.cases import rules as case_rules
from municipal.consents import actions, queries, rules

LAST_DAY = datetime.datetime(2027, 5, 21, 21, 59, tzinfo=datetime.UTC)
"""A minute before midnight in Belgium: the consent of the fixtures ends on 22 May 2027."""


def ask(case, **more):
    asked = {"recipient": "molenbeek", "purpose": "handover", "blocks": ["goals"], "at": AT, **more}
    return queries.grant_for(case, **asked)


def test_a_standing_consent_is_found_with_its_digest(case):
    given = give_consent(case)

    assert ask(case) == given
    assert ask(case, blocks=["identity", "goals"], at=LAST_DAY) == given


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"recipient": "anderlecht"}, rules.ConsentMissing),
        ({"purpose": "share"}, rules.ConsentMissing),
        ({"blocks": ["goals", "contactNotes"]}, rules.BlockNotConsented),
        ({"at": LAST_DAY + datetime.timedelta(minutes=1)}, rules.ConsentExpired),
    ],
)
def test_no_other_consent_will_do(case, asked, refusal):
    give_consent(case)

    with pytest.raises(refusal):
        ask(case, **asked)


def test_a_consent_of_another_case_is_none(case):
    give_consent(case)

    with pytest.raises(rules.ConsentMissing):
        ask(casework.open_case())


def test_a_withdrawn_consent_is_none(case):
    given = give_consent(case)

    actions.record_withdrawal(consent_id=given.id, by=CASEWORKER, at=AT)

    with pytest.raises(rules.ConsentMissing):
        ask(case)
    withdrawn = queries.locked(given.id)
    assert (withdrawn.withdrawn_at, withdrawn.stands(AT), withdrawn.digest) == (AT, False, given.digest)


def test_a_withdrawal_is_recorded_once(case):
    given = give_consent(case)
    actions.record_withdrawal(consent_id=given.id, by=CASEWORKER, at=AT)
    before = rows()

    with pytest.raises(rules.AlreadyWithdrawn):
        actions.record_withdrawal(consent_id=given.id, by=CASEWORKER, at=AT)

    assert rows() == before


def test_a_withdrawal_succeeds_after_the_file_was_handed_over(case):
    given = give_consent(case)
    hand_over(case)

    assert actions.record_withdrawal(consent_id=given.id, by=CASEWORKER, at=AT).withdrawn_at == AT


def test_a_clock_that_runs_behind_does_not_stop_a_withdrawal(case):
    given = give_consent(case)

    view = actions.record_withdrawal(consent_id=given.id, by=CASEWORKER, at=AT - datetime.timedelta(hours=2))

    assert view.withdrawn_at == AT


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (OTHER_TEAM, rules.ConsentNotFound),
        (OFFICER, MissingPermission),
        (MANAGER, MissingPermission),
    ],
)
def test_who_may_not_withdraw(case, who, refusal):
    given = give_consent(case)
    before = rows()

    with pytest.raises(refusal):
        actions.record_withdrawal(consent_id=given.id, by=who, at=AT)
    with pytest.raises(rules.ConsentNotFound):
        actions.record_withdrawal(consent_id=uuid.uuid4(), by=CASEWORKER, at=AT)

    assert rows() == before


def test_the_register_shows_consents_of_closed_files_too(case):
    given = give_consent(case)
    hand_over(case)

    for who in (CASEWORKER, COORDINATOR, OFFICER):
        assert queries.get_consent(given.id, by=who) == given
    for who, refusal in ((OTHER_TEAM, case_rules.CaseNotFound), (MANAGER, MissingPermission)):
        with pytest.raises(refusal):
            queries.get_consent(given.id, by=who)
    with pytest.raises(rules.ConsentNotFound):
        queries.get_consent(uuid.uuid4(), by=OFFICER)


def test_a_ground_stands_by_the_towns_own_dated_list():
    before_the_code_was_renumbered = datetime.datetime(2017, 1, 1, tzinfo=datetime.UTC)

    assert queries.ground_stands("caseConsultation", at=AT)
    assert not queries.ground_stands("caseConsultation", at=before_the_code_was_renumbered)
    assert not queries.ground_stands("becauseISaySo", at=AT)
