"""The languages in which people are spoken to, and how readers call each of them; see `lists/README.md`."""

import csv
import functools
import pathlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FILE = pathlib.Path(__file__).parent / "lists" / "languages.csv"


@dataclass(frozen=True)
class Language:
    """One language."""

    code: str
    usual: bool
    """Whether it stands among the first."""
    names: Mapping[str, str]


@functools.cache
def listed() -> Mapping[str, Language]:
    """Return the languages by their ISO 639 code."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["code"]: Language(row["code"], row["usual"] == "yes", row) for row in rows}


def name(code: str, *, reader: str) -> str:
    """Return how a language is called in that of the reader; one that is not listed reads as its code."""
    found = listed().get(code)
    return f"{found.names[reader][:1].upper()}{found.names[reader][1:]}" if found else code


def usual(first: Sequence[str], *, reader: str) -> list[tuple[str, str]]:
    """Return code and name of the languages that are spoken most: those of `first`, then the others by name."""
    chosen = [code for code, language in listed().items() if language.usual and code not in first]
    return [(code, name(code, reader=reader)) for code in (*first, *_by_name(chosen, reader))]


def others(first: Sequence[str], *, reader: str) -> list[tuple[str, str]]:
    """Return code and name of all other languages by name."""
    chosen = [code for code, language in listed().items() if not language.usual and code not in first]
    return [(code, name(code, reader=reader)) for code in _by_name(chosen, reader)]


def _by_name(codes: Sequence[str], reader: str) -> list[str]:
    return sorted(codes, key=lambda code: unicodedata.normalize("NFKD", name(code, reader=reader)).casefold())
