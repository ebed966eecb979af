"""Consents that end soon are told to who works with the person, in time to ask again."""

import datetime

import casework
from casework import AT, CASEWORKER, COORDINATOR, OTHER_TEAM, TODAY, give_consent
from municipal.consents import actions, queries, rules

SOON = TODAY + datetime.timedelta(days=14)


def until(case, days, **more):
    return give_consent(case, valid_until=TODAY + datetime.timedelta(days=days), **more)


def test_a_consent_is_told_when_it_ends_within_the_days(case):
    other = casework.open_case(first_name="Noor")
    last, first = until(case, 14), until(other, 1)
    until(case, 15, purpose=rules.Purpose.SHARE)
    withdrawn = until(other, 5, purpose=rules.Purpose.SHARE)
    actions.record_withdrawal(consent_id=withdrawn.id, by=CASEWORKER, at=AT)

    def ending(by):
        return [(one.consent.id, one.name) for one in queries.ending(by=by, after=TODAY, on_or_before=SOON)]

    assert ending(CASEWORKER) == [(first.id, "Noor V."), (last.id, "Sami V.")]
    assert ending(COORDINATOR) == [(first.id, "Noor V."), (last.id, "Sami V.")]
    assert ending(OTHER_TEAM) == []
    assert queries.ending(by=CASEWORKER, after=SOON, on_or_before=SOON) == []


def test_what_is_renewed_is_not_asked_for_again(case):
    first = until(case, 7)
    second = give_consent(case, given_on=TODAY, valid_until=TODAY + datetime.timedelta(days=100))

    assert queries.ending(by=CASEWORKER, after=TODAY, on_or_before=SOON) == []

    actions.record_withdrawal(consent_id=second.id, by=CASEWORKER, at=AT)
    assert [one.consent.id for one in queries.ending(by=CASEWORKER, after=TODAY, on_or_before=SOON)] == [first.id]
