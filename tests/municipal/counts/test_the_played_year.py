"""The year that the demo plays: the same from the same seed, and what the story says of it holds under every secret."""

import collections

import pytest

from casework import AT, COORDINATOR, MANAGER, rows
from federation import clock, protection
from municipal.counts import actions, queries, rules
from stories import closed_year

TOWNS = ["vilvoorde", "molenbeek", "schaarbeek"]


@pytest.mark.parametrize("town", TOWNS)
def test_the_same_seed_draws_the_same_year(town):
    assert closed_year.drawn(town, 2025) == closed_year.drawn(town, 2025) != closed_year.drawn(town, 2026)


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("seed", range(20))
def test_a_year_has_forty_to_seventy_episodes_spread_over_it(town, seed):
    episodes = closed_year.drawn(town, seed)
    days = [clock.today_in_brussels(one.at) for one in episodes]

    assert 40 < len(episodes) < 70
    assert len(episodes) % 5
    assert {day.year for day in days} == {2025}
    assert len({day.month for day in days}) >= 9
    assert days == sorted(days)


def test_playing_twice_changes_nothing(keys):
    closed_year.play(2025)
    before = rows()

    assert closed_year.play(2025) == 0
    assert rows() == before


def test_what_the_story_says_of_the_year_holds_under_every_secret(keys):
    opened = closed_year.play(2025)
    episodes = queries.episodes(2025)

    for number in range(200):
        cells = rules.count_year(episodes, year=2025, statistics_key=number.to_bytes(32, "big"))
        assert any(cell.shown not in {None, cell.count} for cell in cells)
        assert any(cell.shown is None and cell.count for cell in cells)
        assert cells[0].count == opened


def test_another_secret_shows_other_figures_of_the_same_people(keys):
    closed_year.play(2025)
    episodes = queries.episodes(2025)

    found = collections.Counter(
        rules.count_year(episodes, year=2025, statistics_key=number.to_bytes(32, "big"))[0].shown
        for number in range(200)
    )

    assert len(found) >= 2


def test_the_played_year_is_frozen_and_released_like_any_other(keys, nation):
    closed_year.play(2025)
    frozen = actions.freeze_year(year=2025, by=MANAGER, at=AT)
    actions.approve_release(year=2025, by=COORDINATOR, at=AT)

    (released,) = nation.heard()

    assert released.figures == tuple(protection.written(cell.shown) for cell in frozen.cells)
