"""Alarms: each kind is a code that an operator can read, and equal ones are one line."""

from federation.bus import alarms
from federation.contracts import codes


def test_every_kind_of_alarm_is_a_code_with_words() -> None:
    kinds = {value for name, value in vars(alarms).items() if name.isupper() and isinstance(value, str)}

    assert kinds == codes.codes("alarm")
