"""How the story is told: one line a step, and a statement that is false ends it."""

import sys
import time
from collections.abc import Callable
from typing import TextIO, TypeVar

import waiting

T = TypeVar("T")
PATIENCE = 90.0
"""Seconds until something that has not become true is called false: a loaded machine needs some."""


class StoryFalse(AssertionError):
    """A statement of the story is not true. Says which."""


class Teller:
    """Tells the steps of a story and holds each statement against what the other party's API says.

    `instead` replaces acts by others, by name: so a test breaks the story and sees it fail.
    """

    def __init__(
        self,
        *,
        out: TextIO = sys.stdout,
        patience: float = PATIENCE,
        instead: dict[str, Callable[[], object]] | None = None,
    ) -> None:
        """Will tell to `out`; a statement has `patience` seconds to become true."""
        self._out = out
        self._patience = patience
        self._instead = dict(instead or {})
        self._began = time.monotonic()
        self.statements = 0

    def chapter(self, title: str) -> None:
        """Will print the title of a chapter."""
        self._out.write(f"\n{title}\n")

    def act(self, name: str, act: Callable[[], T]) -> T:
        """Will do an act, or the one that was put in its place, and return what it gives."""
        replaced: Callable[[], T] = self._instead.pop(name, act)  # type: ignore[assignment]
        return replaced()

    def true(self, who: str, what: str, became: str, question: Callable[[], object]) -> None:
        """Will wait until `question` says yes, then print the line; raise StoryFalse when it never does."""
        try:
            waiting.until(question, became, seconds=self._patience)
        except waiting.NeverCame as never:
            message = f"{who}, {what}: it is not true that {became} ({never})"
            raise StoryFalse(message) from never
        self.statements += 1
        self._out.write(f"  {time.monotonic() - self._began:6.1f} s  {who}: {what} -> {became}\n")
        self._out.flush()

    def never_used(self) -> list[str]:
        """Return the replacements that no act asked for: a broken story that broke nothing."""
        return sorted(self._instead)
