"""Messages to bytes and back: the one codec, which the schemas check in both directions."""

import dataclasses
import datetime
import functools
import re
import types
import typing
import uuid
from collections.abc import Callable
from typing import Any

from federation.contracts import codes, coherence, messages, schemas, strict_json
from federation.contracts.messages import Message
from federation.contracts.schemas import NAMESPACE, MessageMalformed
from federation.errors import DomainError, Kind

__all__ = ["MessageMalformed", "MessageTypeUnknown", "decode", "encode", "from_json", "to_json"]

T = typing.TypeVar("T")

LONGEST = 128 * 1024
"""More bytes than any message of ours has (advice of 8,000 four-byte characters included)."""


class MessageTypeUnknown(DomainError):
    """A message is of a type, or of a version, that this participant does not know."""

    kind = Kind.INVALID


def encode(message: Message) -> bytes:
    """Return the one text of `message`.

    Raises MessageMalformed when it breaks its schema or names a code that no list has: then it is
    not sent.
    """
    value: dict[str, Any] = to_json(message)
    value["type"] = NAMESPACE + message.type
    name = schemas.file_of(message.type)
    schemas.check(name, value)
    codes.check(schemas.whole(name), value)
    coherence.check(message)
    return dump(value)


def decode(raw: bytes) -> Message:
    """Return the message that `raw` writes down.

    Raises MessageTypeUnknown and MessageMalformed; they name places and keywords, never values.
    """
    if len(raw) > LONGEST:
        raise schemas.malformed("/", "maxLength")
    value = load(raw)
    type_name = _type_of(value)
    schemas.check(schemas.file_of(type_name), value)
    body = from_json(messages.BODIES[type_name], value["body"])
    message = from_json(Message, {**value, "type": type_name}, body=body)
    coherence.check(message)
    return message


def load(raw: bytes) -> Any:
    """Return the JSON data of `raw`. Raises MessageMalformed with the rule that it breaks."""
    try:
        return strict_json.loads(raw)
    except strict_json.JsonRefused as refused:
        raise schemas.malformed("/", str(refused.facts["rule"])) from None


def dump(value: Any) -> bytes:
    """Return the one text of JSON data. Raises MessageMalformed for a character that cannot be stored."""
    try:
        return strict_json.dumps(value)
    except strict_json.JsonRefused as refused:
        raise schemas.malformed("/", str(refused.facts["rule"])) from None


def utf8(text: str) -> bytes:
    """Return the bytes of `text`. Raises MessageMalformed for half a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise schemas.malformed("/", "utf8") from None


def _type_of(value: Any) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise schemas.malformed("/type", "required")
    type_name: str = value["type"].removeprefix(NAMESPACE)
    if type_name not in messages.BODIES or not value["type"].startswith(NAMESPACE):
        raise MessageTypeUnknown("No schema here describes the type of this message.")
    return type_name


def to_json(value: Any) -> Any:
    """Return a frozen value as JSON data; what is None is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((camel(field.name), getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: to_json(part) for name, part in pairs if part is not None}
    if isinstance(value, datetime.datetime):
        return instant(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, tuple):
        return [to_json(part) for part in value]
    return value


def from_json(cls: Callable[..., T], value: dict[str, Any], **ready: Any) -> T:
    """Return the frozen `cls` that `value`, which its schema allows, writes down; `ready` fields are taken as given."""
    return cls(
        **ready,
        **{field: read(value[name]) for name, field, read in _fields(cls) if field not in ready and name in value},
    )


def camel(name: str) -> str:
    """Return a field's name in JSON: `custody_row` is `custodyRow`, `with_` is `with`."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name).rstrip("_")


def instant(value: datetime.datetime) -> str:
    """Return the one text of an instant: UTC, microseconds always."""
    return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _instant_from(text: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)
    except ValueError:  # a leap second: the schema's format knows it, Python does not
        raise schemas.malformed("/", "format") from None


@functools.cache
def _fields(cls: Any) -> list[tuple[str, str, Callable[[Any], Any]]]:
    hints = typing.get_type_hints(cls)
    return [(camel(field.name), field.name, _reader(hints[field.name])) for field in dataclasses.fields(cls)]


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return how a value of the type `hint` is read from JSON."""
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        present = [part for part in typing.get_args(hint) if part is not types.NoneType]
        return _reader(present[0])
    if typing.get_origin(hint) is tuple:
        read = _reader(typing.get_args(hint)[0])
        return lambda parts: tuple(read(part) for part in parts)
    if dataclasses.is_dataclass(hint):
        return functools.partial(from_json, typing.cast("Callable[..., Any]", hint))
    return _READERS[hint]


def _same(value: Any) -> Any:
    return value


_READERS: dict[Any, Callable[[Any], Any]] = {
    str: _same,
    int: _same,
    bool: _same,
    uuid.UUID: uuid.UUID,
    datetime.datetime: _instant_from,
    datetime.date: datetime.date.fromisoformat,
}
