"""The only mapping from a refusal to HTTP: problem+json (RFC 9457) as the Belgian guide narrows it.

Types are URNs: the guide's own where it has one, else `urn:problem-type:zenne:<api>:<code>`. An
answer never quotes what was sent: problems reach logs and screens of people who may not see it.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from federation.errors import DomainError, Kind

log = structlog.get_logger(__name__)

BELGIF = "urn:problem-type:belgif:"
VALIDATION = BELGIF + "input-validation:"
OWN = "urn:problem-type:zenne:"
MEDIA_TYPE = "application/problem+json"
API = re.compile(r"/api/([a-z][A-Za-z]*)/v[0-9]+/")

STATUS = {
    Kind.INVALID: 400,
    Kind.NOT_ALLOWED: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.UNAVAILABLE: 503,
}

STANDARD = {
    400: "badRequest",
    401: "noAccessToken",
    403: "missingPermission",
    404: "resourceNotFound",
    405: "methodNotAllowed",
    406: "notAcceptable",
    413: "payloadTooLarge",
    415: "unsupportedMediaType",
    429: "tooManyRequests",
    500: "internalServerError",
    503: "serviceUnavailable",
}
"""The guide's type of each status, for refusals that say nothing more."""

GUIDE = frozenset({*STANDARD.values(), "invalidAccessToken", "expiredAccessToken", "missingScope"})
ISSUE_TYPES = {"unknownInput": "unknownInput", "does_not_exist": "referencedResourceNotFound"}
FRAMEWORK = {Http404: 404, PermissionDenied: 403, RequestDataTooBig: 413, SuspiciousOperation: 400, BadRequest: 400}
"""Refusals of the framework, the narrower before the wider. DRF adds `Allow` by itself."""
UNAUTHENTICATED = 401


def exception_handler(exception: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the problem that an exception is, as DRF's EXCEPTION_HANDLER; None for what nobody foresaw."""
    request: HttpRequest = context["request"]
    body, headers = _problem_of(exception, api_of(request.path))
    if body is None:
        return None
    log.info("call refused", problem=body["type"], status=body["status"], instance=body["instance"])
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def of(refusal: DomainError, api: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the problem that a refusal of ours is, and its headers: for answers that have a form of their own."""
    return _domain(refusal, api)


def problem(status: int, *, kind: str = "", title: str = "", detail: str = "", **more: object) -> dict[str, Any]:
    """Return the body of a problem; `kind` is the whole URN, the guide's for the status when left out."""
    body: dict[str, Any] = {
        "type": kind or BELGIF + STANDARD.get(status, "badRequest"),
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "instance": f"urn:uuid:{uuid.uuid4()}",
    }
    if detail:
        body["detail"] = detail
    return body | more


def api_of(path: str) -> str:
    """Return the name of the API that a path belongs to."""
    found = API.match(path)
    return found[1] if found else "graphql" if path == "/graphql" else "exchange"


def issue(kind: str, *, where: str, name: str = "", detail: str = "") -> dict[str, str]:
    """Return one finding about the input, without its value."""
    found = {"type": kind if kind.startswith("urn:") else VALIDATION + kind, "in": where}
    if name:
        found["name"] = name
    return found | {"detail": detail}


def _problem_of(exception: Exception, api: str) -> tuple[dict[str, Any] | None, dict[str, str]]:
    if isinstance(exception, DomainError):
        return _domain(exception, api)
    if isinstance(exception, exceptions.ValidationError):
        found = list(_issues(exception.detail, getattr(exception, "where", "body")))
        return problem(400, detail="The input is not as the API's description says.", issues=found), {}
    if isinstance(exception, exceptions.APIException):
        return problem(exception.status_code), _headers_of(exception)
    for kind, status in FRAMEWORK.items():
        if isinstance(exception, kind):
            return problem(status), {}
    return _database(exception, api)


def _headers_of(exception: exceptions.APIException) -> dict[str, str]:
    wait = getattr(exception, "wait", None)
    return {"Retry-After": str(round(wait))} if wait else {}


def _domain(error: DomainError, api: str) -> tuple[dict[str, Any], dict[str, str]]:
    status = getattr(type(error), "http", STATUS[error.kind])
    code = error.code
    challenge = getattr(type(error), "challenge", "")
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    more = {name: value for name, value in error.facts.items() if name != "reason" or status != UNAUTHENTICATED}
    if error.kind is Kind.NOT_FOUND:
        return problem(404, detail=error.detail), headers
    if error.kind is Kind.INVALID:
        found = issue(f"{OWN}{api}:{code}", where="body", name=error.field or "", detail=error.detail)
        return problem(400, detail=error.detail, issues=[found]), headers
    if error.kind is Kind.UNAVAILABLE:
        return problem(503, detail=error.detail), {"Retry-After": "5"}
    kind = f"{BELGIF}{code}" if code in GUIDE else f"{OWN}{api}:{code}"
    return problem(status, kind=kind, title=error.title, detail=error.detail, **more), headers


def _database(exception: Exception, api: str) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Return the problem of a refusal by the database, which is the second line behind the rules."""
    if isinstance(exception, OperationalError):
        # lock or statement took too long, or the server is away: nothing was done, the same call may be repeated
        return problem(503, detail="The database does not answer in time. Nothing was changed."), {"Retry-After": "5"}
    if isinstance(exception, DataError):
        return problem(400, detail="The input holds a sign or a number that cannot be stored. Nothing was changed."), {}
    if isinstance(exception, IntegrityError):
        diagnosis = getattr(exception.__cause__, "diag", None)
        constraint = getattr(diagnosis, "constraint_name", None) or "unnamed"
        log.warning("a rule of the database refused what the code let pass", constraint=constraint)
        title = "The state of the thing does not allow this."
        return problem(409, kind=f"{OWN}{api}:ruleBroken", title=title, rule=constraint), {}
    return None, {}


def _issues(detail: object, where: str, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}" if path else str(name)
            own = path if name == "non_field_errors" else own
            yield from _issues(inner, where, own)
    elif isinstance(detail, list | tuple):
        nested = any(isinstance(one, Mapping | list) for one in detail)
        for number, inner in enumerate(detail):
            yield from _issues(inner, where, f"{path}[{number}]" if nested else path)
    else:
        kind = ISSUE_TYPES.get(getattr(detail, "code", ""), "schemaViolation")
        yield issue(kind, where=where, name=path, detail=str(detail))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:  # noqa: ARG001 -- Django's signature
    """Answer a call that never reached a view because it is malformed."""
    return JsonResponse(problem(400), status=400, content_type=MEDIA_TYPE)


def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:  # noqa: ARG001 -- Django's signature
    """Answer a call of an address that does not exist."""
    return JsonResponse(problem(404), status=404, content_type=MEDIA_TYPE)


def server_error(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 -- Django's signature
    """Answer a call that failed in a way nobody foresaw; the log has the class and the lines, not the words."""
    return JsonResponse(problem(500), status=500, content_type=MEDIA_TYPE)
