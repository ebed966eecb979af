"""The same call with the same `Idempotency-Key` is done once, however often a network repeats it."""

import datetime
import functools
import re
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
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
    description="The same call with the same key is done once; its answer is given again.",
)
KEPT = datetime.timedelta(days=7)
HEADERS = ("Location", "ETag")

Handler = Callable[..., Response]


class IdempotencyKeyReused(DomainError):
    """This key was used for something else; take a new one."""

    kind = Kind.CONFLICT


def idempotent(
    *, operation_id: str, summary: str, request: type[Input], responses: dict[int, type[Output]]
) -> Callable[[Handler], Handler]:
    """Describe a POST handler as `extend_schema` does, its header included, and wrap it.

    With a key, act and answer are stored in one commit, and the answer is given again. A refusal is not stored: the
    caller may mend what stood in the way and use the same key.
    Raises IdempotencyKeyReused, or ValidationError for a key that is none.
    """
    described = extend_schema(
        operation_id=operation_id, summary=summary, request=request, parameters=[HEADER], responses=responses
    )
    return lambda handle: described(_once(handle))


def _once(handle: Handler) -> Handler:
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
                return Response(row.answer, status=row.status, headers=row.headers)
            response = handle(view, request, *arguments, **named)
            row.status = response.status_code
            row.answer = response.data
            row.headers = {name: response[name] for name in HEADERS if name in response}
            row.save(update_fields=["status", "answer", "headers"])
            return response

    return answer


def forget_before(at: datetime.datetime) -> int:
    """Delete the answers that were given longer than a week before `at`; return how many."""
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
INSERT INTO rest_idempotency_key (subject, call, key, body_digest, status, answer, headers, created_at)
VALUES (%s, %s, %s, %s, 200, 'null', '{}', %s)
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
