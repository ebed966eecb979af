"""What the operator reads of an attempt."""

from federation.bus.models import InboxAttempt
from federation.contracts import codes


def test_every_outcome_of_an_attempt_is_a_code_with_words() -> None:
    assert set(InboxAttempt.Outcome.values) == codes.codes("attempt-outcome")
