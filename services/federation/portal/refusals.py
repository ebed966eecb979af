"""What a person reads when something cannot be done: calm words, a way on, nothing about anybody.

Pages get a page, APIs get a problem: `handler404` and its like stand here for both.
"""

import uuid
from collections.abc import Mapping
from typing import Any

import structlog
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from federation import problems
from federation.errors import DomainError
from federation.portal import language

log = structlog.get_logger(__name__)

CAUGHT = (DomainError, IntegrityError, OperationalError)


def answer(request: HttpRequest, refusal: Exception) -> HttpResponse:
    """Return the page that says what stands in the way of `refusal`, one of CAUGHT."""
    if isinstance(refusal, DomainError):
        status = getattr(type(refusal), "http", problems.STATUS[refusal.kind])
        return page(request, status, code=refusal.code, reason=words_of(refusal) if status not in SILENT else "")
    return page(request, 409 if isinstance(refusal, IntegrityError) else 503)


SILENT = {403, 404}
"""Pages that say no more than their status: whether something exists is information too."""


def words_of(refusal: DomainError) -> str:
    """Return what stands in the way, in the reader's language: the title of the refusal is its text."""
    return _(refusal.title)


def page(
    request: HttpRequest, status: int, *, code: str = "", reason: str = "", more: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Return the page of `status`, with a number that somebody can say on the phone."""
    reference = uuid.uuid4().hex[:8]
    log.info("page refused", status=status, code=code, reference=reference)
    context = {"status": status, "reason": reason, "reference": f"{reference[:4]}-{reference[4:]}", **(more or {})}
    return render(request, "portal/refusal.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """Answer a request that never reached a view because it is malformed."""
    if request.path.startswith(language.APIS):
        return problems.bad_request(request, exception)
    return page(request, 400)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:  # noqa: ARG001 -- Django's signature
    """Answer what the framework does not allow."""
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """Answer a request of an address that does not exist."""
    if request.path.startswith(language.APIS):
        return problems.not_found(request, exception)
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer what nobody foresaw."""
    if request.path.startswith(language.APIS):
        return problems.server_error(request)
    return page(request, 500)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of ours, or from one that was open too long."""
    log.info("form without its mark", reason=reason.partition(" - ")[0])
    return page(request, 403, more={"forged": True})
