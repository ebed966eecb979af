"""The exact number of SQL statements of a call, held against a committed table that says why.

A number that changes without its reason changing is a failure: either a query in a loop crept in, or
somebody saved one and should say so.
"""

# ruff: noqa: PLC0415 -- Django is set up after plugins are imported

import contextlib
import pathlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import yaml

TABLE = pathlib.Path(__file__).parents[1] / "municipal" / "statement_counts.yaml"
Counted = Callable[[str], AbstractContextManager[None]]


@pytest.fixture
def counted(db: None) -> Counted:
    """Return a context that asserts the statements of what runs in it against the table's line of that name."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    table: dict[str, dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))

    @contextlib.contextmanager
    def counting(name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as found:
            yield
        told = [f"{number + 1}. {one['sql'][:160]}" for number, one in enumerate(found.captured_queries)]
        line = table.get(name, {})
        assert len(told) == line.get("statements"), "\n".join([f"{name}: {line}", *told])
        assert len(line["reason"]) > 20, f"{name} has no reason"

    return counting
