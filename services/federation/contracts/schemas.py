"""The JSON Schemas of `schemas/messages`, compiled once, whose findings never quote a value."""

import functools
import json
import pathlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
from jsonschema import validators

from federation.errors import DomainError, Kind

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "schemas"
NAMESPACE = "be.zenne.exchange.v1."
FORMATS = jsonschema.Draft202012Validator.FORMAT_CHECKER


class MessageMalformed(DomainError):
    """A message breaks its schema."""

    kind = Kind.INVALID


def check(name: str, value: Any) -> None:
    """Raise MessageMalformed with the path and the keyword when `value` breaks schema `name`."""
    error = next(validator(name).iter_errors(value), None)
    if error is not None:
        raise malformed(path_of(error), str(error.validator))


@functools.cache
def item_validator(name: str, field: str) -> Any:
    """Return the compiled validator of one item of list `field` of schema `name`, such as a key of a record."""
    return _Validator(whole(name)["properties"][field]["items"], format_checker=FORMATS)


def malformed(path: str, keyword: str) -> MessageMalformed:
    """Return the refusal that names the place and the broken keyword, and no value."""
    return MessageMalformed(f"The message breaks {keyword} at {path or '/'}.", path=path or "/", keyword=keyword)


def path_of(error: jsonschema.ValidationError) -> str:
    """Return the place of a finding.

    It holds names of the schema and numbers only: no schema looks into a field that it does not name.
    """
    return "/" + "/".join(str(part) for part in error.absolute_path)


def file_of(type_name: str) -> str:
    """Return the schema's name of a type: `ReferralOffered` is in `referral-offered`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type_name).lower()


@functools.cache
def load(name: str) -> dict[str, Any]:
    """Return the schema `name` of `schemas/messages` as it stands in its file."""
    schema: dict[str, Any] = json.loads((FOLDER / "messages" / f"{name}.v1.json").read_text(encoding="utf-8"))
    return schema


@functools.cache
def validator(name: str) -> Any:
    """Return the compiled validator of schema `name`."""
    return _Validator(whole(name), format_checker=FORMATS)


@functools.cache
def whole(name: str) -> dict[str, Any]:
    """Return schema `name` with the common parts written out in it."""
    found: dict[str, Any] = _inlined(load(name))
    return found


def _inlined(schema: Any) -> Any:
    """Return `schema` with every reference to the common parts replaced by the part: looking one up costs 100 us."""
    if isinstance(schema, list):
        return [_inlined(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    here = {name: _inlined(part) for name, part in schema.items() if name != "$ref"}
    if "$ref" not in schema:
        return here
    # A schema that stands alone (`dossier`) repeats common parts under the same names; a test compares them.
    return {**_inlined(load("common")["$defs"][schema["$ref"].rsplit("/", 1)[-1]]), **here}


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # In Python `$` also matches before a line's end, in ECMA 262 it does not: the schemas mean the latter.
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Mapping[str, Any]) -> Iterator[Any]:
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield jsonschema.ValidationError("does not match")


_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": _pattern}
)
