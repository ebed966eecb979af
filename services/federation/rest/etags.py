"""Lost updates: who changes something says which version was read (Belgif prf-lstmod; RFC 9110 If-Match)."""

import re

from rest_framework import exceptions, serializers
from rest_framework.request import Request

ETAG = re.compile(r'"([1-9][0-9]{0,8})"')


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def version_read(request: Request) -> int:
    """Return the version that `If-Match` names; raise ValidationError when it names none or another kind of thing."""
    found = ETAG.fullmatch(request.headers.get("If-Match", ""))
    if found is None:
        error = serializers.ValidationError(
            {"If-Match": [exceptions.ErrorDetail("Send the ETag of what you read.", code="required")]}
        )
        error.where = "header"  # type: ignore[attr-defined]
        raise error
    return int(found[1])
