"""One JSON line a log entry, without personal data.

Names and stories must never reach a log (GDPR art. 5(1)(f); logs leave the house for the operator).
So nothing is trusted: the fixed text of an entry is kept, its fields only if they look like ids and
codes, and of an exception only its class and the lines of code, never its words, because PostgreSQL
and DRF quote values there.
"""

import logging
import logging.config
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

Event = MutableMapping[str, Any]

SAFE = re.compile(r"[A-Za-z0-9_.:/<>{}=+-]{0,120}")
"""Ids, codes, routes, digests, times: no space, no letter outside ASCII."""
WITHHELD = "[withheld]"


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """Replace every field that could be free text by a mark; the fixed text under `event` stays."""
    return {key: value if key == "event" else _safe(value) for key, value in event.items()}


def _safe(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(one) for one in value]
    text = str(value)
    return text if SAFE.fullmatch(text) else WITHHELD


def shorten_exception(_logger: Any, _method: str, event: Event) -> Event:
    """Put class and places of an exception into the entry, in place of its words."""
    found = event.pop("exc_info", None)
    if not found:
        return event
    exception: BaseException | None = found if isinstance(found, BaseException) else sys.exc_info()[1]
    if isinstance(found, tuple):
        exception = found[1]
    if exception is not None:
        frames = traceback.extract_tb(exception.__traceback__)
        event["exception"] = type(exception).__qualname__
        event["places"] = [f"{_module(frame.filename)}:{frame.lineno}" for frame in frames[-8:]]
    return event


def _module(filename: str) -> str:
    return "/".join(filename.split("/")[-3:])


class FixedText(logging.Formatter):
    """Prints entries of libraries: the text they were written with, without what was put into it."""

    def __init__(self) -> None:
        """Will use the same steps as the project's own entries."""
        super().__init__()
        self._renderer = structlog.processors.JSONRenderer(sort_keys=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON line; an entry of our own comes in as a dictionary."""
        event: Event
        if isinstance(record.msg, dict):
            event = dict(record.msg)
        else:
            event = {"event": str(record.msg), "timestamp": _time(record)}
            if record.exc_info:
                event["exc_info"] = record.exc_info
            event = redact(None, "", shorten_exception(None, "", event))
        event = {**event, "level": record.levelname.lower(), "logger": record.name}
        return str(self._renderer(None, "", event))


def _time(record: logging.LogRecord) -> str:
    stamper = structlog.processors.TimeStamper(fmt="iso", utc=True)
    return str(stamper(None, "", {"event": record.msg})["timestamp"])


def configure(options: dict[str, str]) -> None:
    """Send every log entry of the process to its standard error, as Django's LOGGING_CONFIG."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": FixedText}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": options.get("level", "INFO")},
            # kafka-python writes hundreds of lines while a broker is away; the bus counts instead
            # a refused call has its own line, with the problem's type and the route
            # opensearch-py has one a request
            "loggers": {
                "kafka": {"level": "CRITICAL"},
                "opensearch": {"level": "CRITICAL"},
                "django.request": {"level": "ERROR"},
            },
        }
    )


def use_structlog() -> None:
    """Make `structlog.get_logger()` write through the standard library, redacted."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            shorten_exception,
            redact,
            _as_message,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _as_message(_logger: Any, _method: str, event: Event) -> tuple[tuple[Event], Event]:
    return (event,), {}
