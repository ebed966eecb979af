"""Each call has a number of its own that the caller can quote on the phone.

Belgif trc-header: at the border `BelGov-Trace-Id` (36 characters at most); the answer bears a new
one, and the caller's comes back as `BelGov-Related-Trace-Id`.
"""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

HEADER = "BelGov-Trace-Id"
RELATED = "BelGov-Related-Trace-Id"
TRACE = re.compile(r"[A-Za-z0-9-]{1,36}")

log = structlog.get_logger(__name__)


class TraceMiddleware:
    """Gives each call its number, writes one log line about it, and forbids caches to keep answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Will stand around `get_response`."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` with the trace headers set."""
        started = time.monotonic()
        trace = str(uuid.uuid4())
        theirs = request.headers.get(HEADER, "")
        related = theirs if TRACE.fullmatch(theirs) else ""
        with structlog.contextvars.bound_contextvars(trace=trace, **({"related": related} if related else {})):
            response = self.get_response(request)
            route = request.resolver_match.route if request.resolver_match else "none"
            # the route, not the path: ids belong into the access log of the case, not into operators' logs
            log.info(
                "call answered",
                method=request.method,
                route=route,
                status=response.status_code,
                milliseconds=round((time.monotonic() - started) * 1000),
            )
        response[HEADER] = trace
        if related:
            response[RELATED] = related
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"  # every answer may hold something about a person
        return response
