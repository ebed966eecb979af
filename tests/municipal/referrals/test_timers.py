"""Clocks tell people and never change a state: who is reminded of what, on which working day, once."""

import datetime

from municipal.referrals import timers

V, M = "vilvoorde", "molenbeek"


def items(towns, town, code):
    """Return roles of the items with this code, in the order in which they came."""
    return [row[0] for row in towns[town].query("SELECT role FROM team_item WHERE code = %s ORDER BY at, id", code)]


def tick(towns, town, **later):
    """Will let time pass in both towns and the timers of one look."""
    towns.later(**later)
    with towns.at(town):
        return timers.remind_of_what_is_due(at=towns.now)


def test_an_answer_that_does_not_come_is_asked_for_higher_and_higher(desk, towns) -> None:
    offered = desk.offered()  # hoped for by Thursday 3 December 2026
    towns.settle()
    assert tick(towns, M, days=9) == 0

    assert tick(towns, M, days=1) == 1
    assert items(towns, M, "answerDue") == ["team"]
    assert tick(towns, M, days=1) == 0
    assert tick(towns, M, days=3) == 1  # Monday: the second working day
    assert tick(towns, M, days=3) == 1  # Thursday: the fifth
    assert tick(towns, M, days=10) == 0

    assert items(towns, M, "answerOverdue") == ["deputy", "coordinator"]
    with towns.at(V):
        assert timers.remind_of_what_is_due(at=towns.now) == 2
    assert items(towns, V, "answerOverdue") == ["coordinator"]
    assert items(towns, V, "answerMissing") == ["team"]
    assert desk.states(offered.referral) == ("received", "received")
    assert desk.custodians() == [V]


def test_an_answered_referral_is_asked_for_no_more(desk, towns) -> None:
    offered = desk.offered()
    towns.settle()
    desk.open(M, offered.referral)
    desk.decline(M, offered.referral)
    towns.settle()

    assert tick(towns, M, days=60) == 0
    with towns.at(V):
        assert timers.remind_of_what_is_due(at=towns.now) == 0


def test_a_day_on_which_the_town_is_closed_does_not_count(desk, towns) -> None:
    towns.now = datetime.datetime(2026, 12, 14, 9, tzinfo=datetime.UTC)
    offered = desk.offered()  # by Thursday 24 December: Vilvoorde is closed that day, Christmas and 31 December
    towns.settle()

    assert tick(towns, M, days=14) == 1  # Monday 28: Molenbeek has had one working day
    assert tick(towns, M, days=1) == 1  # Tuesday 29: the second
    assert items(towns, M, "answerOverdue") == ["deputy"]
    assert desk.state(M, offered.referral) == "received"


def test_a_withdrawal_that_nobody_answers_for_72_hours_is_an_alarm(desk, towns) -> None:
    offered = desk.offered()
    towns.settle()
    desk.withdraw(V, offered.consent)
    assert tick(towns, V, hours=71) == 0

    assert tick(towns, V, hours=1) == 2
    assert items(towns, V, "withdrawalUnanswered") == ["team", "coordinator"]
    assert tick(towns, V, hours=10) == 0


def test_a_withdrawal_that_was_answered_is_no_alarm(desk, towns) -> None:
    offered = desk.offered()
    towns.settle()
    desk.withdraw(V, offered.consent)
    towns.settle()

    assert tick(towns, V, days=9) == 0


def test_a_consent_that_ends_within_two_weeks_is_told_once(desk, towns) -> None:
    case = desk.case(V)
    desk.consent(V, case, kind="share", days=20)
    desk.offer(V, case, kind="share", answer_by=desk.today() + datetime.timedelta(days=90))
    assert tick(towns, V, days=5) == 0

    assert tick(towns, V, days=1) == 1
    assert tick(towns, V, days=1) == 0
    assert items(towns, V, "consentEndsSoon") == ["team"]


def test_every_end_puts_an_item_on_the_senders_list(desk, towns) -> None:
    declined, revoked, withdrawn, closed = (desk.offered(name=name) for name in ("a", "b", "c", "d"))
    towns.settle()
    for offered in (declined, closed):
        desk.open(M, offered.referral)
    desk.decline(M, declined.referral)
    desk.revoke(V, revoked.referral)
    desk.withdraw(V, withdrawn.consent)
    desk.accept(M, closed.referral)
    towns.settle()
    desk.outcome(M, closed.referral)
    towns.settle()

    rows = dict.fromkeys(
        row[0] for row in towns[V].query("SELECT referral_id FROM team_item WHERE read_at IS NULL AND role = 'team'")
    )
    assert set(rows) == {one.referral for one in (declined, revoked, withdrawn, closed)}
