"""Giving consent: by whom, for whom, for what, until when."""

import datetime
import uuid

import pytest

import casework
from casework import AT, CASEWORKER, COORDINATOR, MANAGER, OFFICER, OTHER_TEAM, TODAY, give_consent, hand_over, rows
from federation.identity.actor import MissingPermission, system
from municipal.cases import actions as cases, rules as case_rules
from municipal.consents import actions, queries, rules

DAY = datetime.timedelta(days=1)


def born(years: int, *, days: int = 0) -> datetime.date:
    """Return the birth date of somebody who is `years` old today, and `days` older."""
    return TODAY.replace(year=TODAY.year - years) - datetime.timedelta(days=days)


@pytest.mark.parametrize(
    ("birth_on", "giver"),
    [
        (born(0), "guardian"),
        (born(11), "guardian"),
        (born(12, days=-1), "guardian"),
        (born(12), "both"),
        (born(15), "both"),
        (born(16, days=-1), "both"),
        (born(16), "person"),
        (born(80), "person"),
    ],
)
def test_who_agrees_is_decided_by_age(db, birth_on, giver):
    case = casework.open_case(birth_on=birth_on)
    before = rows()

    for wrong in set(rules.Giver) - {giver}:
        with pytest.raises(rules.GiverNotEntitled) as refused:
            give_consent(case, giver=wrong)
        assert refused.value.facts["needed"] == giver
    assert rows() == before

    assert give_consent(case, giver=rules.Giver(giver)).giver == giver


def test_the_age_is_that_of_the_day_of_giving(db):
    case = casework.open_case(birth_on=born(16))

    view = give_consent(case, given_on=TODAY - DAY, giver=rules.Giver.BOTH)

    assert view.giver == "both"


def test_before_the_first_table_nobody_can_say_who_agrees():
    with pytest.raises(rules.ConsentInvalid):
        rules.giver_at(20, on=datetime.date(2018, 9, 4))
    with pytest.raises(rules.ConsentInvalid):
        rules.giver_at(20, on=TODAY, jurisdiction="XX")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"recipient": "vilvoorde"}, "recipient"),
        ({"recipient": "nowhere"}, "recipient"),
        ({"blocks": []}, "blocks"),
        ({"blocks": ["goals", "goals"]}, "blocks"),
        ({"blocks": ["nationalNumber"]}, "blocks"),
        ({"language": "NL"}, "language"),
        ({"given_on": TODAY + DAY}, "givenOn"),
        ({"valid_until": TODAY}, "validUntil"),
        ({"valid_until": TODAY + 732 * DAY}, "validUntil"),
    ],
)
def test_a_wrong_consent_is_refused_by_its_field(case, wrong, field):
    before = rows()

    with pytest.raises(rules.ConsentInvalid) as refused:
        give_consent(case, **wrong)

    assert refused.value.field == field
    assert rows() == before


def test_two_consents_of_one_purpose_do_not_stand_at_once(case):
    give_consent(case)
    before = rows()

    with pytest.raises(rules.ConsentOverlaps):
        give_consent(case, given_on=TODAY, blocks=["ways"])

    assert rows() == before
    assert give_consent(case, purpose=rules.Purpose.SHARE).purpose == "share"


@pytest.fixture
def ending(case):
    """A consent that ends in a week, and what is given now for the half year after it."""
    return give_consent(case, valid_until=TODAY + 7 * DAY)


def renew(case, **more):
    return give_consent(case, **{"given_on": TODAY, "valid_until": TODAY + 182 * DAY, **more})


def test_what_ends_soon_is_renewed_from_its_end_on(case, ending):
    view = renew(case, blocks=["ways"])

    assert (view.given_on, view.stands_from) == (TODAY, ending.valid_until)
    assert (view.stands(AT), view.follows(AT)) == (False, True)
    for at in (AT, AT + 6 * DAY):
        assert queries.grant_for(case, **WANTED, blocks=["goals"], at=at).id == ending.id
    for at in (AT + 7 * DAY, AT + 181 * DAY):
        assert queries.grant_for(case, **WANTED, blocks=["ways"], at=at).id == view.id
        assert (view.stands(at), view.follows(at)) == (True, False)


WANTED = {"recipient": "molenbeek", "purpose": "handover"}


@pytest.mark.parametrize(
    "wrong", [{"valid_until": TODAY + 7 * DAY}, {"valid_until": TODAY + 6 * DAY}], ids=["no longer", "shorter"]
)
def test_a_renewal_ends_later_than_what_it_renews(case, ending, wrong):
    before = rows()

    with pytest.raises(rules.ConsentOverlaps):
        renew(case, **wrong)

    assert rows() == before


def test_what_ends_later_than_in_two_weeks_is_not_renewed_yet(case):
    give_consent(case, valid_until=TODAY + 15 * DAY)
    before = rows()

    with pytest.raises(rules.ConsentOverlaps):
        renew(case)

    assert rows() == before
    assert renew(case, at=AT + DAY).stands_from == TODAY + 15 * DAY


def test_there_is_one_renewal(case, ending):
    renew(case)
    before = rows()

    with pytest.raises(rules.ConsentOverlaps):
        renew(case, valid_until=TODAY + 300 * DAY)

    assert rows() == before


def test_who_takes_a_consent_back_takes_its_renewal_back(case, ending):
    follows = renew(case)

    actions.record_withdrawal(consent_id=ending.id, by=CASEWORKER, at=AT)

    assert queries.locked(follows.id).withdrawn_at == AT
    with pytest.raises(rules.ConsentMissing):
        queries.grant_for(case, **WANTED, blocks=["goals"], at=AT + 8 * DAY)


def test_a_renewal_is_taken_back_without_what_it_renews(case, ending):
    follows = renew(case)

    actions.record_withdrawal(consent_id=follows.id, by=CASEWORKER, at=AT)

    assert queries.locked(ending.id).stands(AT)
    assert renew(case).stands_from == ending.valid_until


def test_a_renewal_that_has_begun_stands_by_itself(case, ending):
    follows = renew(case)

    actions.record_withdrawal(consent_id=ending.id, by=CASEWORKER, at=AT + 8 * DAY)

    assert queries.locked(follows.id).stands(AT + 8 * DAY)


def test_after_a_withdrawal_the_person_can_agree_anew_on_the_same_day(case):
    first = give_consent(case)
    actions.record_withdrawal(consent_id=first.id, by=CASEWORKER, at=AT)

    second = give_consent(case)

    assert second.digest != first.digest


def test_a_consent_is_recorded_where_the_case_is(case):
    hand_over(case)
    shell = cases.open_shell(
        referral_id=uuid.uuid4(), team="prevention", by=system("vilvoorde", "consumer"), at=AT
    ).case_id
    before = rows()

    with pytest.raises(case_rules.CustodyElsewhere):
        give_consent(case)
    with pytest.raises(rules.PersonUnknown):
        give_consent(shell)

    assert rows() == before


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (OTHER_TEAM, case_rules.CaseNotFound),
        (OFFICER, MissingPermission),
        (MANAGER, MissingPermission),
    ],
)
def test_who_may_not_record_a_consent(case, who, refusal):
    before = rows()

    with pytest.raises(refusal):
        give_consent(case, by=who)

    assert rows() == before


def test_the_digest_covers_the_whole_record(case):
    view = give_consent(case)

    assert view.digest == queries.digest_of(queries.locked(view.id))
    assert view.digest.startswith("sha256:")
    assert give_consent(casework.open_case(), by=COORDINATOR).digest != view.digest
