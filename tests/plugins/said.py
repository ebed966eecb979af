"""How a text reads in a language: what tests of pages look for, taken from where the pages take it.

    words = said.In("fr")
    words("Keep and go on")                      # the text of a button, by the words that stand in the code
    words("Send to %(town)s", town="Molenbeek")
    words.code("referral-kind", "handover")      # the label of a code

A text that a language lacks fails the test that looks for it.
"""

import functools
import re
from dataclasses import dataclass

from babel.messages import pofile

import texts
from federation.contracts import codes


class NotTranslated(AssertionError):
    """A language has no words for a text."""


@dataclass(frozen=True)
class In:
    """The words of one language: nl, fr, de or en."""

    language: str

    def __call__(self, english: str, **values: object) -> re.Pattern[str]:
        """Return a pattern of the whole text: apps may put the same English into different words."""
        return re.compile(f"^{self._either(english, values)}$")

    def begins(self, english: str, **values: object) -> re.Pattern[str]:
        """Return a pattern of a text that goes on for people who hear the page instead of seeing it."""
        return re.compile(f"^{self._either(english, values)}")

    def code(self, listed: str, code: str) -> re.Pattern[str]:
        """Return a pattern of the label of a code."""
        return re.compile(f"^{_pattern(codes.label(listed, code, self.language))}$")

    def _either(self, english: str, values: dict[str, object]) -> str:
        found = [english] if self.language == "en" else sorted(_catalog(self.language).get(english, ()))
        if not found:
            message = f"{self.language} has no words for {english!r}"
            raise NotTranslated(message)
        return f"(?:{'|'.join(_pattern(_filled(one, values)) for one in found)})"


def _pattern(text: str) -> str:
    """Return a pattern of a text; in the name that a browser tells, its fixed spaces are plain ones."""
    return re.sub(r"(?:\\ |\xa0)", r"\\s", re.escape(text))


def _filled(text: str, values: dict[str, object]) -> str:
    return text % values if values else text


def _forms(text: object) -> list[str]:
    """Return the singular of a text, and its plural where it has one."""
    return [str(one or "") for one in text] if isinstance(text, list | tuple) else [str(text or "")]


@functools.cache
def _catalog(language: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for folder in texts.places():
        path = folder / language / "LC_MESSAGES" / "django.po"
        if path.exists():
            with path.open("rb") as file:
                catalog = pofile.read_po(file, locale=language)
            for one in catalog:
                for key, value in zip(_forms(one.id), _forms(one.string), strict=False):
                    if key and value:
                        found.setdefault(key, set()).add(value)
    return found
