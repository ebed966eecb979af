"""What a person reads when something cannot be done: calm words, a way on, nothing about anybody.

Pages get a page, APIs get a problem: `handler404` and its like stand here for both.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy as _l

from federation import problems
from federation.errors import DomainError
from federation.portal import frame, language

log = structlog.get_logger(__name__)

CAUGHT = (DomainError, DataError, IntegrityError, OperationalError)


def answer(request: HttpRequest, refusal: Exception) -> HttpResponse:
    """Return the page that says what stands in the way of `refusal`, one of CAUGHT."""
    if isinstance(refusal, DomainError):
        status = getattr(type(refusal), "http", problems.STATUS[refusal.kind])
        return page(request, status, code=refusal.code, reason=words_of(refusal) if status not in SILENT else "")
    if isinstance(refusal, DataError):
        return page(request, 400, words=NOT_STORABLE)
    return page(request, 409 if isinstance(refusal, IntegrityError) else 503)


SERVER_ERROR = 500
SILENT = {403, 404}
"""Pages that say no more than their status: whether something exists is information too."""


def words_of(refusal: DomainError) -> str:
    """Return what stands in the way, in the reader's language: the title of the refusal is its text."""
    return _(refusal.title)


@dataclass(frozen=True)
class Words:
    """What a page of refusal says: what is the matter, and what one can do."""

    title: str | Promise
    text: str | Promise


WORDS = {
    400: Words(_l("That did not work"), _l("The address or the form was not complete. Nothing was changed.")),
    401: Words(_l("Your session has ended"), _l("Log in again to go on. Nothing else was changed.")),
    403: Words(
        _l("You may not open this"),
        _l("This does not belong to your role. If you need it for your work, ask your manager."),
    ),
    404: Words(
        _l("This page is not there"),
        _l(
            "Perhaps the case belongs to another municipality, or the address is wrong. We cannot say which of the two."
        ),
    ),
    405: Words(_l("That did not work"), _l("This page cannot be used so. Nothing was changed.")),
    409: Words(
        _l("This cannot be done now"),
        _l("Something has changed since you opened the page. Nothing was overwritten. Look again, then decide."),
    ),
    413: Words(_l("This is too much at once"), _l("The text is longer than Zenne takes in one go. Nothing was saved.")),
    422: Words(_l("This is not saved yet"), _l("Something in the form is not right. Go back and look again.")),
    429: Words(_l("That was very fast"), _l("Too much came at once from your computer. Wait a minute, then go on.")),
    500: Words(_l("Something went wrong"), _l("This is our fault, not yours. Try again in a moment.")),
    503: Words(
        _l("This does not work at the moment"),
        _l("A part of Zenne does not answer. Nothing was changed. Try again in a few minutes."),
    ),
}
FORGED = Words(
    _l("This form was open too long"),
    _l("For safety a form only counts while its page is open. Go back, load the page again, and send it once more."),
)
NOT_STORABLE = Words(
    _l("That did not work"),
    _l(
        "Something in the form cannot be kept: a sign that one does not see, or a number beyond all bounds. Nothing was"
        " changed. Go back and write it anew instead of pasting it."
    ),
)
NOT_LOGGED_IN = Words(
    _l("The login did not come to its end"),
    _l("Perhaps it took too long, or it was begun in another window. Try again."),
)


def page(
    request: HttpRequest,
    status: int,
    *,
    code: str = "",
    reason: str = "",
    words: Words | None = None,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return the page of `status`, with a number that somebody can say on the phone."""
    reference = uuid.uuid4().hex[:8]
    log.info("page refused", status=status, code=code, reference=reference)
    context = {
        "frame": frame.Frame(request, counting=status < SERVER_ERROR),
        "status": status,
        "reason": reason,
        "words": words or WORDS.get(status, WORDS[500]),
        "reference": f"{reference[:4]}-{reference[4:]}",
        **(more or {}),
    }
    return render(request, "portal/refusal.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """Answer a request that never reached a view because it is malformed."""
    if request.path.startswith(language.APIS):
        return problems.bad_request(request, exception)
    return page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


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
    return page(request, 403, words=FORGED)
