"""What may be said about a person, and how it is refused without being repeated."""

import dataclasses
import datetime

import pytest

from casework import TODAY, details
from municipal.people import rules


def test_a_number_as_people_write_it_becomes_one_that_can_be_called():
    known = rules.check(details(phone="+32 (0)2/000.11.99", first_name=" Sami "), today=TODAY)

    assert (known.phone, known.first_name) == ("+32020001199", "Sami")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first_name": " "}, "person.firstName"),
        ({"last_name": "x" * 101}, "person.lastName"),
        ({"birth_on": TODAY + datetime.timedelta(days=1)}, "person.birthOn"),
        ({"birth_on": datetime.date(1900, 1, 1)}, "person.birthOn"),
        ({"contact_language": "Dutch"}, "person.contactLanguage"),
        ({"phone": "0499 00 00 00"}, "person.phone"),
        ({"municipality": "Vilvoorde"}, "person.municipality"),
    ],
)
def test_what_cannot_be_so_is_named_and_not_quoted(wrong, field):
    with pytest.raises(rules.PersonInvalid) as refused:
        rules.check(details(**wrong), today=TODAY)

    assert refused.value.field == field
    assert not any(str(value) in str(refused.value) for value in wrong.values() if str(value).strip())


@pytest.mark.parametrize(
    ("birth_on", "on", "age"),
    [
        ("2010-11-23", "2026-11-22", 15),
        ("2010-11-23", "2026-11-23", 16),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
    ],
)
def test_age_is_counted_in_full_years(birth_on, on, age):
    days = [datetime.date.fromisoformat(day) for day in (birth_on, on)]

    assert rules.age(days[0], on=days[1]) == age


def test_nothing_is_kept_that_need_not_be_known():
    assert {field.name for field in dataclasses.fields(rules.Details)} == {
        "first_name",
        "last_name",
        "birth_on",
        "contact_language",
        "interpreter_needed",
        "phone",
        "municipality",
    }
