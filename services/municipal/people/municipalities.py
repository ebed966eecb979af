"""The municipalities of Belgium by NIS code, and how each is called in the reader's language; see `lists/README.md`."""

import csv
import functools
import pathlib
import unicodedata
from collections.abc import Mapping

FILE = pathlib.Path(__file__).parent / "lists" / "municipalities.csv"
LANGUAGES = ("nl", "fr", "de")


@functools.cache
def listed() -> Mapping[str, Mapping[str, str]]:
    """Return the names of each municipality by its code and their language."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def name(code: str, *, reader: str) -> str:
    """Return how a municipality is called, in Dutch for a reader of English; a code that is not listed as it is."""
    found = listed().get(code)
    return found[reader if reader in LANGUAGES else "nl"] if found else code


@functools.cache
def names(*, reader: str) -> tuple[str, ...]:
    """Return the names of all municipalities in their order."""
    return tuple(sorted((name(code, reader=reader) for code in listed()), key=_plain))


def find(written: str) -> str | None:
    """Return the code of what somebody wrote: a name in any language, however it is spelled; None for none."""
    return _codes().get(_plain(written))


@functools.cache
def _codes() -> Mapping[str, str]:
    return {_plain(row[language]): code for code, row in listed().items() for language in LANGUAGES}


def _plain(text: str) -> str:
    """Return a name without what people leave out: accents, capitals, hyphens, the kind of apostrophe."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(bare.casefold().replace("\u2019", "'").replace("-", " ").split())
