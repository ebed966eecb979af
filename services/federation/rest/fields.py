"""Fields that take exactly what the printed description says, and nothing that merely resembles it.

DRF's own turn 5 into "5", "yes" into true and a local time into some time. A program that sends
such things has a mistake which it should learn about now, not from a wrong case file.
"""

import datetime
import re
import uuid
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from federation import clock

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:[0-9]{2})")


class Text(serializers.CharField):
    """A text; a number is none, and neither is one of spaces alone."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text as it was given, without spaces around it."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            data.encode()
        except UnicodeEncodeError:
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field({"type": "string", "pattern": "^[a-z][A-Za-z0-9]{0,40}$", "example": "move"})
class Code(Text):
    """A code of an open list: known values are checked by the rules, new ones are no breaking change."""

    def __init__(self, **options: Any) -> None:
        """Will take lowerCamelCase codes."""
        super().__init__(max_length=41, **options)

    def to_internal_value(self, data: Any) -> str:
        """Return the code."""
        text = super().to_internal_value(data)
        if not re.fullmatch(r"[a-z][A-Za-z0-9]{0,40}", text):
            self.fail("invalid")
        return text


@extend_schema_field({"type": "string", "pattern": "^[a-z][a-z0-9-]{1,30}$", "example": "prevention"})
class Name(Text):
    """The id of a municipality or a team, as in the tenant files."""

    def __init__(self, **options: Any) -> None:
        """Will take ids of 2 to 31 characters."""
        super().__init__(max_length=31, **options)

    def to_internal_value(self, data: Any) -> str:
        """Return the id."""
        text = super().to_internal_value(data)
        if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", text):
            self.fail("invalid")
        return text


class Truth(serializers.BooleanField):
    """true or false; not "yes"."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the boolean."""
        if not isinstance(data, bool):
            self.fail("invalid", input="")
        return data


class Number(serializers.IntegerField):
    """A whole number; not "5"."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


OUT_OF_BOUNDS = f"The year is not between {clock.FIRST_YEAR} and {clock.LAST_YEAR}."


class Day(serializers.DateField):
    """A calendar day, `yyyy-MM-dd`, in the years of `clock`."""

    default_error_messages = {"outOfBounds": OUT_OF_BOUNDS}

    def to_internal_value(self, value: Any) -> datetime.date:
        """Return the day."""
        if not isinstance(value, str) or not DAY.fullmatch(value):
            self.fail("invalid", format="yyyy-MM-dd")
        day = super().to_internal_value(value)
        if not clock.within(day):
            self.fail("outOfBounds")
        return day


class Instant(serializers.DateTimeField):
    """An instant with its offset, in the years of `clock`; given back in UTC."""

    default_error_messages = {"outOfBounds": OUT_OF_BOUNDS}

    def __init__(self, **options: Any) -> None:
        """Will show instants in UTC."""
        super().__init__(default_timezone=datetime.UTC, **options)

    def to_internal_value(self, value: Any) -> datetime.datetime:
        """Return the instant."""
        if not isinstance(value, str) or not INSTANT.fullmatch(value):
            self.fail("invalid", format="yyyy-MM-ddTHH:mm:ss with an offset")
        try:
            instant = datetime.datetime.fromisoformat(value).astimezone(datetime.UTC)
        except (ValueError, OverflowError):
            self.fail("invalid", format="yyyy-MM-ddTHH:mm:ss with an offset")
        if not clock.within(instant):
            self.fail("outOfBounds")
        return instant

    def to_representation(self, value: datetime.datetime) -> str:
        """Return the instant as text."""
        return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


class Uuid(serializers.UUIDField):
    """A UUID in its one lower-case spelling."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        """Return the UUID."""
        if not isinstance(data, str) or not UUID_TEXT.fullmatch(data):
            self.fail("invalid", value="")
        return uuid.UUID(data)


@extend_schema_field({"type": "string", "format": "uri", "readOnly": True})
class Href(serializers.Field):  # type: ignore[type-arg]  # DRF has no parameters when it runs
    """The address of a thing: a path of the API with ids of the thing filled in, as `cases/{id}`."""

    def __init__(self, path: str, **options: Any) -> None:
        """Will fill `path` below the API's own address, such as `casework/v1/cases/{id}`."""
        self.path = path
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, value: Any) -> str:
        """Return the whole address."""
        names = re.findall(r"{(\w+)}", self.path)
        return address(self.path.format(**{name: _read(value, name) for name in names}))


def address(path: str) -> str:
    """Return the public address of a path below `/api/`; never from the Host header, which a caller chooses."""
    return f"{settings.PUBLIC_URL}/api/{path}"


def _read(value: Any, name: str) -> Any:
    return value[name] if isinstance(value, dict) else getattr(value, name)
