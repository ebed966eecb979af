"""The same call with the same `Idempotency-Key` is done once, however often a network repeats it.

What was answered is not kept: it names people, and may be erased, closed or somebody else's by the time the call comes
again. Kept is where the thing stands. Who calls again reads it there, as it is now, with the rights that he has now.
"""

import datetime
import functools
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.urls import resolve
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from federation import clock
from federation.contracts import digests, strict_json
from federation.errors import DomainError, Kind
from federation.identity.actor import Actor
from federation.rest.models import IdempotencyKey
from federation.rest.serializers import Input, Output

KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": f"^{KEY.pattern}$"},
    OpenApiParameter.HEADER,
    description=(
        "The same call with the same key is done once, for seven days. When it comes again, status and Location are "
        "the same, and the body is the thing as it stands then; who may not read it any more gets the refusal of GET."
    ),
)
KEPT = datetime.timedelta(days=7)
CREATED = 201

Handler = Callable[..., Response]


class IdempotencyKeyReused(DomainError):
    """This key was used for something else; take a new one."""

    kind = Kind.CONFLICT


def idempotent(
    *,
    operation_id: str,
    summary: str,
    request: type[Input],
    responses: dict[int, type[Output]],
    again: Handler | None = None,
) -> Callable[[Handler], Handler]:
    """Describe a POST handler as `extend_schema` does, its header included, and wrap it.

    With a key, the act and where its thing stands (`href` in the answer) are stored in one commit. The same call again
    is answered by `again`, or by the GET handler of that address. A refusal is not stored: the caller may mend what
    stood in the way and use the same key.
    Raises IdempotencyKeyReused, or ValidationError for a key that is none.
    """
    described = extend_schema(
        operation_id=operation_id, summary=summary, request=request, parameters=[HEADER], responses=responses
    )
    return lambda handle: described(_once(handle, again))


def _once(handle: Handler, again: Handler | None) -> Handler:
    @functools.wraps(handle)
    def answer(view: Any, request: Request, *arguments: Any, **named: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return handle(view, request, *arguments, **named)
        _check(key)
        digest = digests.digest(strict_json.dumps(request.data))
        with transaction.atomic():
            row, first = _claim(view.actor, request, key, digest)
            if not first:
                if row.body_digest != digest:
                    raise IdempotencyKeyReused
                response = again(view, request, *arguments, **named) if again else _read(row.href, request)
                response.status_code = row.status
                if row.status == CREATED:
                    response["Location"] = row.href
                return response
            response = handle(view, request, *arguments, **named)
            row.status, row.href = response.status_code, response.data["href"]
            row.save(update_fields=["status", "href"])
            return response

    return answer


def _read(href: str, request: Request) -> Response:
    """Return what the GET handler of an address of ours answers the caller now; raises its refusals."""
    found = resolve(urlsplit(href).path)
    there: Any = found.func.cls(**found.func.initkwargs)  # type: ignore[attr-defined]  # views of the APIs have them
    there.setup(request, **found.kwargs)
    response: Response = there.get(request, **found.kwargs)
    return response


def forget_before(at: datetime.datetime) -> int:
    """Delete the keys of calls that were answered longer than a week before `at`; return how many."""
    gone, _ = IdempotencyKey.objects.filter(created_at__lt=at - KEPT).delete()
    return gone


def _check(key: str) -> None:
    if not KEY.fullmatch(key):
        error = serializers.ValidationError(
            {"Idempotency-Key": ["8 to 64 letters, digits, hyphens or underscores, such as a UUID."]}
        )
        error.where = "header"  # type: ignore[attr-defined]
        raise error


CLAIM = """
INSERT INTO rest_idempotency_key (subject, call, key, body_digest, status, href, created_at)
VALUES (%s, %s, %s, %s, 200, '', %s)
ON CONFLICT (subject, call, key) DO NOTHING
RETURNING id
"""


def _claim(by: Actor, request: Request, key: str, digest: str) -> tuple[IdempotencyKey, bool]:
    """Return the row of a key and whether this call is the first; waits for one that is under way."""
    subject = by.subject
    call = f"{request.method} {request.path}"
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [subject, call, key, digest, clock.now()])
        claimed = cursor.fetchone()
    if claimed:
        return IdempotencyKey(pk=claimed[0], subject=subject, call=call, key=key, body_digest=digest), True
    return IdempotencyKey.objects.get(subject=subject, call=call, key=key), False
