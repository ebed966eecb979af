"""What a run changed, or would change: one line a change, and nothing done without a line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from federation.errors import DomainError, Kind


class Refused(DomainError):
    """The components cannot be brought in line."""

    kind = Kind.UNAVAILABLE


class FilesContradict(DomainError):
    """The files do not fit together."""

    kind = Kind.INVALID


@dataclass
class Journal:
    """Does each change and writes its line; in a dry run it writes the line alone."""

    dry_run: bool
    report: Callable[[str], None] = lambda _: None
    lines: list[str] = field(default_factory=list)

    def make(self, thing: str, act: Callable[..., Any], *args: Any) -> None:
        """Will bring `thing` about, which is not there."""
        self._do(f"+ {thing}", act, *args)

    def change(self, thing: str, fields: list[str], act: Callable[..., Any], *args: Any) -> None:
        """Will set the fields of `thing` that differ."""
        self._do(f"~ {thing} {', '.join(fields)}", act, *args)

    def remove(self, thing: str, act: Callable[..., Any], *args: Any) -> None:
        """Will take `thing` away, which nothing asks for."""
        self._do(f"- {thing}", act, *args)

    def note(self, line: str) -> None:
        """Will write a line about a change that was made in one piece with others."""
        self.lines.append(line)
        self.report(line)

    def advise(self, line: str) -> None:
        """Will write a line about what a run cannot mend, and who can; it is no change."""
        self.report(f"note: {line}")

    def _do(self, line: str, act: Callable[..., Any], *args: Any) -> None:
        # The line comes after the act: a change that failed is no change.
        if not self.dry_run:
            act(*args)
        self.note(line)
