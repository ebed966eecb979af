"""Telephone numbers as people dial them."""

import pytest

from federation.portal import phones


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+3220001101", "02 000 11 01"),
        ("+3231234567", "03 123 45 67"),
        ("+3215123456", "015 12 34 56"),
        ("+32470123456", "0470 12 34 56"),
        ("+33123456789", "+33123456789"),
        ("1733", "1733"),
        ("", ""),
    ],
)
def test_a_belgian_number_has_its_spaces_and_a_foreign_one_stays_as_it_is(stored: str, shown: str) -> None:
    assert phones.readable(stored) == shown
