"""A release does not prove that there is somebody behind `<10`: over many secrets, none and a few look the same."""

import datetime

import pytest

from federation import protection
from federation.contracts import programmes
from municipal.counts import rules

EPISODES = 48
ADULT, MINOR = datetime.date(1995, 1, 1), datetime.date(2010, 1, 1)
SECRETS = [number.to_bytes(32, "big") for number in range(500)]
FEW = pytest.mark.parametrize("few", [1, 3, 5, 9])
BANDS = pytest.mark.parametrize(("few_are", "others_are"), [(ADULT, MINOR), (MINOR, ADULT)], ids=["adults", "minors"])


def cells(births, secret):
    """Return the cells of a year of people with these births, whose episodes are always the same."""
    day = datetime.date(2025, 3, 1)
    episodes = [
        rules.Episode(f"episode {number}", f"case {number}", True, day, None, False, birth)
        for number, birth in enumerate(births)
    ]
    return rules.count_year(episodes, year=2025, statistics_key=secret)


def written(births, secret):
    return [cell.written for cell in cells(births, secret)]


@FEW
@BANDS
def test_with_the_release_in_hand_none_and_a_few_cannot_be_told_apart(few, few_are, others_are):
    none, some = [others_are] * EPISODES, [few_are] * few + [others_are] * (EPISODES - few)
    hidden = 0

    for secret in SECRETS:
        band = min(cells(some, secret)[1:3], key=lambda cell: cell.count)
        assert band.count == few
        if protection.shown(band.count, band.key) is None:
            hidden += 1
            assert written(some, secret) == written(none, secret)

    assert hidden > 50


@BANDS
def test_bands_that_are_both_ten_or_more_are_both_shown(few_are, others_are):
    for secret in SECRETS:
        assert "<10" not in written([few_are] * 12 + [others_are] * 36, secret)


@pytest.mark.parametrize(
    ("figures", "leave"),
    [
        ((50, 50, None, 50, 50), (50, None, None, 50, 50)),
        ((50, None, 45, 50, 50), (50, None, None, 50, 50)),
        ((25, 10, 15, None, 50), (25, 10, 15, None, 50)),
        # five and five: a hidden total beside them would say that neither is more
        ((None, 10, 10, 10, 10), (None, None, None, 10, 10)),
        ((None,) * 5, (None,) * 5),
    ],
)
def test_the_bands_of_an_indicator_are_shown_all_or_none(figures, leave):
    assert programmes.together(programmes.FIRST, figures) == leave
    assert programmes.together(programmes.FIRST, leave) == leave
