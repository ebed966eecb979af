"""Forms that are sent twice: their key as a page bears it, and two of one form that arrive at the same moment.

The first is held in its transaction until the second waits for it, as the database itself says: the order is no luck.
"""

# ruff: noqa: PLC0415 -- Django is set up after plugins are imported

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import waiting

KEY = re.compile(r'<input type="hidden" name="once" value="([0-9a-f]{32})">')
WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid)"


def keys(page: Any) -> list[str]:
    """Return the keys of a page's forms, in their order."""
    return KEY.findall(page.content.decode())


def key(page: Any) -> dict[str, str]:
    """Return the hidden field of the first form of a page, as it is sent."""
    return {"once": keys(page)[0]}


@contextlib.contextmanager
def _held(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Will let whoever takes a key first go on only when somebody waits for his transaction to end."""
    from django.db import connection

    from federation.portal import once

    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(WAITS)
            return bool(cursor.fetchone()[0])

    claim = once.claim

    def held(sent: once.Sending, **how: Any) -> Any:
        before = claim(sent, **how)
        if before is None and first:
            first.pop()
            waiting.until(somebody_waits, "the second form waits for the first", every=0.02)
        return before

    first = [True]
    with monkeypatch.context() as patched:
        patched.setattr(once, "claim", held)
        yield


def at_the_same_moment(
    send: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
    *,
    connected: Callable[[], contextlib.AbstractContextManager[Any]] | None = None,
) -> list[Any]:
    """Return both answers to a form that arrives twice, each on a connection of its own."""
    from django.db import connections

    answers: list[Any] = []

    def sending() -> None:
        try:
            with connected() if connected else contextlib.nullcontext():
                answers.append(send())
        finally:
            connections["default"].close()

    with _held(monkeypatch):
        threads = [threading.Thread(target=sending) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=90)
    assert len(answers) == len(threads), "a form got no answer"
    return answers
