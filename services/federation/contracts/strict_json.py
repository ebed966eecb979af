"""JSON as Zenne accepts and writes it: one way to write a value, and no room to hide in.

What is refused here is what two readers could understand differently: doubled names, NaN, fractions,
numbers beyond 2^53, half surrogate pairs; and what only does harm: NUL, which PostgreSQL cannot store,
and deep nesting.
"""

import json
import re
from typing import Any, NoReturn

from federation.errors import DomainError, Kind

DEEPEST = 16
LARGEST = 2**53 - 1
_MARKS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


class JsonRefused(DomainError):
    """A text is not JSON of the kind that Zenne accepts."""

    kind = Kind.INVALID


def loads(raw: bytes) -> Any:
    """Return the value that `raw` writes down.

    Raises JsonRefused, whose `rule` says what is wrong and which never quotes the text.
    """
    _refuse_deep(raw)
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_refuse_fraction,
            parse_constant=_refuse_constant,
            parse_int=_integer,
        )
    except UnicodeDecodeError:
        raise _refused("utf8") from None
    except json.JSONDecodeError:
        raise _refused("syntax") from None
    if b"\\u" in raw:  # only an escape can bring in a character that UTF-8 or PostgreSQL cannot hold
        _refuse_unwritable(value)
    return value


def dumps(value: Any) -> bytes:
    """Return the one text of `value`: sorted names, no spaces, UTF-8. Raises JsonRefused as `loads` would."""
    _refuse_unwritable(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _refused(rule: str) -> JsonRefused:
    return JsonRefused(f"The text breaks the rule {rule}.", rule=rule)


def _refuse_deep(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return
    depth = 0
    for mark in _MARKS.finditer(raw):
        sign = mark[0]
        if sign in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise _refused("depth")
        elif sign in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _refused("doubledName")
    return found


def _integer(digits: str) -> int:
    if len(digits) > len(str(LARGEST)) + 1 or abs(int(digits)) > LARGEST:
        raise _refused("number")
    return int(digits)


def _refuse_fraction(_digits: str) -> NoReturn:
    raise _refused("number")


def _refuse_constant(_word: str) -> NoReturn:
    raise _refused("number")


def _refuse_unwritable(value: Any) -> None:
    """Refuse NUL and half surrogate pairs in every string of `value`."""
    if isinstance(value, str):
        if not value.isascii() or "\x00" in value:
            _refuse_characters(value)
    elif isinstance(value, dict):
        for name, part in value.items():
            _refuse_unwritable(name)
            _refuse_unwritable(part)
    elif isinstance(value, list):
        for part in value:
            _refuse_unwritable(part)


def _refuse_characters(text: str) -> None:
    try:
        written = text.encode()
    except UnicodeEncodeError:
        raise _refused("character") from None
    if b"\x00" in written:
        raise _refused("character")
