"""What is due: the index follows PostgreSQL, every second."""

import datetime

import structlog

from regional.search import actions, rules

log = structlog.get_logger(__name__)


def follow(*, at: datetime.datetime) -> int:
    """Bring what changed into the index; while it is away everything stays due, and nothing else waits for it."""
    try:
        return actions.keep_index(at=at)
    except rules.RebuildRunning:
        return 0
    except rules.SearchUnavailable as unavailable:
        log.warning("the index does not take our documents", cause=unavailable.facts.get("cause"))
        return 0


def forget_traces(*, at: datetime.datetime) -> None:
    """Take the traces of what was forgotten out of the index, and what rebuilds left off the server."""
    try:
        actions.forget_traces(at=at)
    except rules.RebuildRunning:
        return  # it clears away by itself
    except rules.SearchUnavailable as unavailable:
        log.warning("the index does not let go of traces", cause=unavailable.facts.get("cause"))
