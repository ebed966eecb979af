"""The protection of counts: unbiased, near, never a small figure, and drawn from the people, not from the number."""

import collections
import hashlib
import statistics

import pytest
from hypothesis import given, strategies

from federation import protection
from federation.contracts import programmes

SECRET = bytes(range(32))
KEYS = [protection.record_key(SECRET, f"episode {number}") for number in range(10_000)]
COUNTS = [0, 1, 3, 4, 5, 9, 10, 11, 12, 14, 15, 47, 50, 1_203]

cell_keys = strategies.integers(min_value=0, max_value=protection.KEYS - 1)
counts = strategies.integers(min_value=0, max_value=1_000_000)


@pytest.mark.parametrize("count", COUNTS)
def test_over_ten_thousand_keys_the_mean_is_the_count(count):
    values = [protection.protected(count, key) for key in KEYS]

    # the deviation of one value is at most 2.6, so that of the mean 0.026: four of them
    assert statistics.fmean(values) == pytest.approx(count, abs=0.105)


@pytest.mark.parametrize("count", COUNTS)
def test_over_ten_thousand_keys_no_value_is_further_than_five(count):
    differences = {protection.protected(count, key) - count for key in KEYS}

    assert max(map(abs, differences)) <= protection.FURTHEST == 5


@pytest.mark.parametrize("count", COUNTS)
def test_over_ten_thousand_keys_nothing_under_ten_is_shown(count):
    shown = {protection.shown(count, key) for key in KEYS}

    assert all(value is None or (value >= 10 and value % 5 == 0) for value in shown)
    assert (None in shown) == (count <= 10)


@pytest.mark.parametrize("count", [11, 12, 15, 47, 1_203])
def test_over_ten_thousand_keys_the_figure_is_no_function_of_the_count_alone(count):
    found = collections.Counter(protection.shown(count, key) for key in KEYS)

    assert len(found) >= 2
    assert max(found.values()) < 9_000


@pytest.mark.parametrize("count", range(5))
def test_zero_to_four_look_the_same_whatever_the_key(count):
    assert {protection.shown(count, key) for key in KEYS} == {None}


def test_noise_is_drawn_as_often_as_the_method_says():
    drawn = collections.Counter(protection.noise(key) for key in KEYS)

    assert set(drawn) == {-1, 0, 1}
    assert drawn[-1] == pytest.approx(3_000, abs=190)
    assert drawn[0] == pytest.approx(4_000, abs=200)
    assert drawn[1] == pytest.approx(3_000, abs=190)


@pytest.mark.parametrize(("rest", "share"), [(0, 0.0), (1, 0.2), (2, 0.4), (3, 0.6), (4, 0.8)])
def test_rounding_goes_up_as_often_as_the_rest_is_large(rest, share):
    up = sum(protection.rounded(100 + rest, key) == 105 for key in KEYS)

    assert up == pytest.approx(10_000 * share, abs=200)


def test_noise_and_rounding_know_nothing_of_each_other():
    together = collections.Counter((protection.noise(key), protection.rounded(2, key)) for key in KEYS)

    assert together[-1, 0] == pytest.approx(1_800, abs=160)
    assert together[1, 5] == pytest.approx(1_200, abs=140)


@given(count=counts, key=cell_keys)
def test_the_same_people_give_the_same_figure_for_ever(count, key):
    assert protection.shown(count, key) == protection.shown(count, key)
    assert abs(protection.protected(count, key) - count) <= 5


@given(first=strategies.lists(cell_keys, max_size=20), second=strategies.lists(cell_keys, max_size=20))
def test_cells_add_up_in_any_order_as_their_people_do(first, second):
    together = protection.cell_key([*second, *first])

    assert together == protection.cell_key([protection.cell_key(first), protection.cell_key(second)])
    assert 0 <= together < 2**64


def test_another_secret_gives_other_keys_and_other_figures():
    other = hashlib.sha256(b"another municipality").digest()
    events = [f"episode {number}" for number in range(50)]
    keys = [
        [protection.cell_key(protection.record_key(secret, event) for event in events[: 11 + n]) for n in range(30)]
        for secret in (SECRET, other)
    ]

    figures = [[protection.shown(11 + n, key) for n, key in enumerate(cells)] for cells in keys]

    assert not set(keys[0]) & set(keys[1])
    assert figures[0] != figures[1]


GOLDEN_KEYS = {
    "": 15243349972024882271,
    "episode 0": 11103385821301337318,
    "0198a6f0-0000-7000-8000-000000000001": 268524784773780699,
}
GOLDEN = [
    (0, 0, (None, 10, 10, 15, 50, 1205)),
    (1, -1, (None, 10, 10, 10, 45, 1200)),
    (18446744073709551615, -1, (None, None, None, 10, 45, 1200)),
    (15243349972024882271, 0, (None, None, 10, 10, 45, 1200)),
    (11103385821301337318, 1, (None, 10, 10, 10, 45, 1205)),
    (268524784773780699, 1, (None, 10, 10, 15, 50, 1205)),
    (8168516504390448672, 0, (None, 10, 10, 10, 45, 1205)),
]


def test_the_record_keys_of_the_method_never_change():
    assert {event: protection.record_key(SECRET, event) for event in GOLDEN_KEYS} == GOLDEN_KEYS


@pytest.mark.parametrize(("key", "noise", "figures"), GOLDEN)
def test_the_figures_of_a_key_never_change(key, noise, figures):
    assert protection.noise(key) == noise
    assert tuple(protection.shown(count, key) for count in (0, 9, 10, 12, 47, 1_203)) == figures


@pytest.mark.parametrize(
    ("value", "possible"), [(10, True), (15, True), (5, False), (0, False), (-5, False), (57, False)]
)
def test_a_figure_that_nobody_can_have_made_is_known(value, possible):
    assert protection.may_be_shown(value) is possible


@given(count=counts, key=cell_keys)
def test_a_figure_that_was_written_is_read_as_it_was(count, key):
    figure = protection.shown(count, key)

    assert protection.read(protection.written(figure)) == figure
    assert protection.written(None) == "<10"
    assert protection.may_be_shown(figure)


def test_the_first_programme_is_never_changed():
    assert programmes.CELLS[1] == (
        ("newSignals", "all"),
        ("newSignals", "under18"),
        ("newSignals", "from18"),
        ("opened", "all"),
        ("openAtYearEnd", "all"),
    )
