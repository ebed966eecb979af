"""A process that dies at a chosen point: between two SQL statements, around a commit, around a publication.

    with dying(at=17) as death:
        ...                # the code under test
    death.came             # whether point 17 was reached

`dying(at="before commit")` strikes at the first point of that name.

What was not committed is forgotten, and the connection is gone, as after SIGKILL.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from federation.bus import topics


class ProcessDied(BaseException):
    """The process is dead. No `except Exception` sees it, as none sees SIGKILL."""


class Death:
    """Counts the points that the code passes, and strikes at one of them."""

    def __init__(self, at: int | str | None) -> None:
        """Will strike at point number `at`, or at the first one named so, or only count."""
        self.at, self.came = at, False
        self.points: list[str] = []

    def point(self, name: str) -> None:
        """Pass one point."""
        self.points.append(name)
        if not self.came and self.at in (len(self.points), name):
            self.came = True
            raw = connection.connection
            if raw is not None:
                raw.close()
            raise ProcessDied(name)


@contextlib.contextmanager
def dying(at: int | str | None = None) -> Iterator[Death]:
    """Run what stands inside as a process that dies at point `at`; the next statement outside has a new connection."""
    death = Death(at)
    commit = connection.commit

    def committing() -> None:
        death.point("before commit")
        commit()
        death.point("after commit")

    def running(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        death.point(f"before {' '.join(sql.split()[:3])}")
        return execute(sql, params, many, context)

    connection.commit = committing  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(running):
            yield death
    except ProcessDied:
        pass
    except (InterfaceError, OperationalError):
        # Django tidies up a connection that is dead already.
        if not death.came:
            raise
    finally:
        del connection.commit
        if death.came:
            connection.close()


class DyingPublisher:
    """A publisher around which the process may die: before the record is out, and after it is acknowledged."""

    def __init__(self, inner: topics.Publisher, death: Death) -> None:
        """Will write by `inner`."""
        self._inner, self._death = inner, death

    def publish(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        """Write one record, if we live."""
        self._death.point("before publish")
        self._inner.publish(topic, value, key)
        self._death.point("after publish")
