"""A year that is over is counted once, and what was counted stays."""

import datetime
import pathlib
import shutil
import uuid

import pytest

import casework
from casework import AT, CASEWORKER, COORDINATOR, MANAGER, NOBODY, OFFICER, rows
from federation import protection
from federation.bus import own_record
from federation.identity.actor import MissingPermission, Role
from federation.seals import keys as seals
from municipal.cases import actions as cases
from municipal.counts import actions, queries, rules

SECOND_MANAGER = casework.actor(Role.MANAGER, team="second")


def frozen(year=2025, by=MANAGER, at=AT):
    return actions.freeze_year(year=year, by=by, at=at)


def counts(view):
    return {(str(cell.indicator), str(cell.age_band)): cell.count for cell in view.cells}


def test_a_year_counts_what_began_in_it_and_what_stood_at_its_end(year):
    assert counts(frozen()) == {
        ("newSignals", "all"): 33,
        ("newSignals", "under18"): 12,
        ("newSignals", "from18"): 21,
        ("opened", "all"): 33,
        ("openAtYearEnd", "all"): 34,
    }


@pytest.mark.parametrize(
    ("at", "year", "counted"),
    [
        ("2024-12-31T22:59:59+00:00", 2025, 0),
        ("2024-12-31T23:00:00+00:00", 2025, 1),
        ("2025-12-31T22:59:59+00:00", 2025, 1),
        ("2025-12-31T23:00:00+00:00", 2025, 0),
    ],
)
def test_a_year_begins_and_ends_at_midnight_in_belgium(keys, at, year, counted):
    casework.open_case(at=datetime.datetime.fromisoformat(at))

    assert counts(frozen(year))["newSignals", "all"] == counted


def test_the_age_is_that_of_the_day_on_which_the_case_was_opened(opens):
    at = datetime.datetime(2025, 6, 15, 8, tzinfo=datetime.UTC)
    casework.open_case(at=at, birth_on=datetime.date(2007, 6, 15))
    casework.open_case(at=at, birth_on=datetime.date(2007, 6, 16))

    found = counts(frozen())

    assert (found["newSignals", "from18"], found["newSignals", "under18"]) == (1, 1)


def test_a_case_that_was_handed_over_in_the_year_does_not_stand_at_its_end(opens):
    stays, goes, goes_later = opens("2025-02-01"), opens("2025-02-02"), opens("2025-02-03")
    casework.hand_over(goes, at=datetime.datetime(2025, 12, 31, 22, 59, tzinfo=datetime.UTC))
    casework.hand_over(goes_later, at=datetime.datetime(2025, 12, 31, 23, 0, tzinfo=datetime.UTC))

    found = counts(frozen())

    assert stays != goes
    assert (found["opened", "all"], found["openAtYearEnd", "all"]) == (3, 2)


def test_a_case_that_came_from_another_town_is_opened_and_no_new_signal(keys):
    came = cases.open_shell(
        referral_id=uuid.uuid4(),
        team="prevention",
        by=CASEWORKER,
        at=datetime.datetime(2025, 5, 5, tzinfo=datetime.UTC),
    )
    undone = uuid.uuid4()
    kept = cases.open_shell(
        referral_id=undone, team="prevention", by=CASEWORKER, at=datetime.datetime(2025, 5, 6, tzinfo=datetime.UTC)
    )
    cases.end_custody(
        row_id=kept.custody_row_id,
        by_referral=undone,
        by=CASEWORKER,
        at=datetime.datetime(2025, 5, 7, tzinfo=datetime.UTC),
    )

    found = counts(frozen())

    assert came.case_id != kept.case_id
    assert found == {
        ("newSignals", "all"): 0,
        ("newSignals", "under18"): 0,
        ("newSignals", "from18"): 0,
        ("opened", "all"): 1,
        ("openAtYearEnd", "all"): 1,
    }


def test_a_person_who_was_erased_counts_in_the_total_and_in_no_band(opens):
    case = opens("2025-04-01")
    casework.hand_over(case, at=AT)
    cases.erase_content(case_id=case, by=CASEWORKER, at=AT)

    found = counts(frozen())

    assert (found["newSignals", "all"], found["newSignals", "under18"], found["newSignals", "from18"]) == (1, 0, 0)


def test_the_same_people_under_two_names_give_the_same_figure(year):
    view = frozen()

    signals, opened = (next(c for c in view.cells if c.indicator == name) for name in ("newSignals", "opened"))

    assert (signals.count, signals.key) == (opened.count, opened.key)
    assert signals.shown == opened.shown


def test_what_happens_after_the_freeze_does_not_reach_it(year, opens):
    before = frozen()
    opens("2025-11-11")

    again = queries.year(2025, by=MANAGER, at=AT)

    assert again == before
    assert len(queries.episodes(2025)) == 35


def test_the_figures_are_drawn_from_the_secret_and_the_people(year, keys):
    view = frozen()
    secret = seals.statistics_key(keys)
    episodes = queries.episodes(2025)

    (all_signals,) = [c for c in view.cells if (c.indicator, c.age_band) == ("newSignals", "all")]
    in_2025 = [one for one in episodes if one.began_on.year == 2025]

    assert all_signals.key == protection.cell_key(protection.record_key(secret, one.id) for one in in_2025)
    assert all_signals.shown == protection.shown(33, all_signals.key)


def test_under_another_secret_the_same_people_give_other_figures(year):
    episodes = queries.episodes(2025)

    found = {
        tuple(cell.shown for cell in rules.count_year(episodes, year=2025, statistics_key=bytes([number]) * 32))
        for number in range(20)
    }

    assert len(found) > 5


def test_the_secret_is_made_once_readable_by_its_owner_alone(keys):
    path = keys / "statistics.key"
    before = path.read_text(encoding="utf-8")

    own_record.make_keys(AT)

    assert path.read_text(encoding="utf-8") == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(seals.statistics_key(keys)) == 32


def test_a_secret_that_others_can_read_is_not_used(year, keys):
    (keys / "statistics.key").chmod(0o640)
    before = rows()

    with pytest.raises(seals.KeysExposed):
        frozen()

    assert rows() == before


def test_a_secret_that_was_cut_off_is_not_used(year, keys):
    (keys / "statistics.key").write_text("AAAA\n", encoding="utf-8")

    with pytest.raises(seals.KeyUnreadable):
        frozen()


def test_without_a_secret_nothing_is_counted(year, keys):
    shutil.move(keys / "statistics.key", pathlib.Path(keys).parent / "elsewhere")
    before = rows()

    with pytest.raises(seals.KeysMissing):
        frozen()

    assert rows() == before


@pytest.mark.parametrize(
    "by", [CASEWORKER, COORDINATOR, OFFICER, NOBODY], ids=lambda by: "-".join(by.roles) or "nobody"
)
def test_only_a_manager_freezes(year, by):
    before = rows()

    with pytest.raises(MissingPermission):
        frozen(by=by)

    assert rows() == before


@pytest.mark.parametrize("year_", [2026, 2027, 1999])
def test_a_year_that_is_not_over_is_not_frozen(year, year_):
    before = rows()

    with pytest.raises(rules.YearNotClosed):
        frozen(year_)

    assert rows() == before


def test_a_year_from_before_the_first_case_is_neither_frozen_nor_shown(year):
    before = rows()

    with pytest.raises(rules.YearNotClosed):
        frozen(2023)
    with pytest.raises(rules.YearNotFound):
        queries.year(2023, by=MANAGER, at=AT)

    assert rows() == before
    assert frozen(2024).state == "frozen"


def test_a_town_without_a_case_has_the_last_year_alone(keys):
    with pytest.raises(rules.YearNotClosed):
        frozen(2024)

    assert frozen(2025).state == "frozen"
    later = datetime.datetime(2028, 1, 5, tzinfo=datetime.UTC)
    assert [view.year for view in queries.years(by=MANAGER, at=later)] == [2027, 2025]
    assert queries.year(2025, by=MANAGER, at=later).state == "frozen"


def test_on_the_last_evening_of_the_year_it_is_not_over(keys):
    with pytest.raises(rules.YearNotClosed):
        frozen(at=datetime.datetime(2025, 12, 31, 22, 59, tzinfo=datetime.UTC))

    assert frozen(at=datetime.datetime(2025, 12, 31, 23, 0, tzinfo=datetime.UTC)).state == "frozen"


def test_a_year_is_frozen_once(year):
    frozen()
    before = rows()

    with pytest.raises(rules.YearFrozen):
        frozen(by=SECOND_MANAGER)

    assert rows() == before


def test_every_year_since_the_first_case_is_shown(year, opens):
    opens("2023-07-01")
    frozen(2024)

    found = [(view.year, view.state) for view in queries.years(by=COORDINATOR, at=AT)]

    assert found == [(2025, "notFrozen"), (2024, "frozen"), (2023, "notFrozen")]


@pytest.mark.parametrize("by", [CASEWORKER, NOBODY], ids=["caseworker", "nobody"])
def test_who_has_no_part_in_it_sees_no_figure(year, by):
    frozen()

    for asked in (lambda: queries.years(by=by, at=AT), lambda: queries.year(2025, by=by, at=AT)):
        with pytest.raises(MissingPermission):
            asked()


def test_a_year_that_is_not_over_is_not_shown(year):
    with pytest.raises(rules.YearNotFound):
        queries.year(2026, by=MANAGER, at=AT)
