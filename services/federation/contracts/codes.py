"""The code lists of `schemas/codes`: which codes there are, and how people read them in four languages."""

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from federation.contracts import schemas

LANGUAGES = ("nl", "fr", "en", "de")

OPEN_WHEN_SENDING = frozenset({"ground", "refusal-reason"})
"""Lists that are not complete here: grounds are each tenant's own dated list, and a refusal must
never fail for want of a word."""


@functools.cache
def _entries(name: str) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Any] = yaml.safe_load((schemas.FOLDER / "codes" / f"{name}.yaml").read_text(encoding="utf-8"))
    return {entry["code"]: entry["labels"] for entry in found["codes"]}


@functools.cache
def names() -> frozenset[str]:
    """Return the names of all code lists."""
    return frozenset(path.stem for path in (schemas.FOLDER / "codes").glob("*.yaml"))


@functools.cache
def codes(name: str) -> frozenset[str]:
    """Return the codes of list `name`."""
    return frozenset(_entries(name))


@functools.cache
def ordered(name: str) -> tuple[str, ...]:
    """Return the codes of list `name` in the order in which people read them."""
    return tuple(_entries(name))


def label(name: str, code: str, language: str) -> str:
    """Return how `code` of list `name` reads in `language`; a code of a newer town reads as itself."""
    labels = _entries(name).get(code)
    return labels[language] if labels else code


def check(schema: Mapping[str, Any], value: Any) -> None:
    """Raise MessageMalformed when `value`, which is about to be sent, has a code that its list lacks."""
    for path, listed, code in _used(schema, value, ""):
        if listed not in OPEN_WHEN_SENDING and code not in codes(listed):
            raise schemas.malformed(path, "codeList")


def _used(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield place, list and code of every code in `value` that `schema` ties to a list."""
    if "x-codes" in schema and isinstance(value, str):
        yield path, schema["x-codes"], value
    if isinstance(value, dict):
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from _used(part, value[name], f"{path}/{name}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _used(schema.get("items", {}), item, f"{path}/{number}")
