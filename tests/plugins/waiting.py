"""The one place of the tests that waits: for a condition, never for a number of seconds."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class NeverCame(AssertionError):
    """What was waited for did not come true in the time that even a slow machine needs."""


def until(condition: Callable[[], T | None], what: str, *, seconds: float = 60.0, every: float = 0.1) -> T:
    """Return the first truthy value of `condition`; raise NeverCame naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            message = f"not after {seconds:.0f} s: {what} (last: {value!r})"
            raise NeverCame(message)
        time.sleep(every)
