"""The exact number of SQL statements of a call, held against a committed table of its level that says why.

A number that changes without its reason changing is a failure: either a query in a loop crept in, or
somebody saved one and should say so. A statement that is asked once a row is a failure whatever the number.
"""

# ruff: noqa: PLC0415 -- Django is set up after plugins are imported

import contextlib
import pathlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest
import yaml

import municipal_environment

TESTS = pathlib.Path(__file__).parents[1]
Counted = Callable[[str], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def _watched() -> None:
    """Let django-zeal see related rows being fetched. It looks on only within its own context.

    Its app would do this, and with it all that belongs to `contenttypes`, which no level has installed.
    """
    from django.apps import apps
    from zeal import constants, patch

    if not apps.ready:
        return
    constants.initialize_app_registry()
    patch.patch_forward_many_to_one_descriptor()
    patch.patch_reverse_many_to_one_descriptor()
    patch.patch_reverse_one_to_one_descriptor()
    patch.patch_many_to_many_descriptor()
    patch.patch_deferred_attribute()
    patch.patch_global_queryset()


@pytest.fixture
def counted(_watched: None) -> Counted:
    """Return a context that asserts the statements of what runs in it against the table's line of that name."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from zeal import zeal_context

    @contextlib.contextmanager
    def counting(name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as found, zeal_context():
            yield
        compare(name, [one["sql"] for one in found.captured_queries])

    return counting


def compare(name: str, statements: Sequence[str]) -> None:
    """Raise AssertionError, with what was asked, unless there are as many as the table's line of that name says."""
    line = table().get(name, {})
    told = [f"{number + 1}. {one[:160]}" for number, one in enumerate(statements)]
    assert len(told) == line.get("statements"), "\n".join([f"{name}: {line}", *told])
    assert len(line["reason"]) > 20, f"{name} has no reason"


def table(level: str = municipal_environment.LEVEL) -> dict[str, dict[str, Any]]:
    """Return the table of a level, of that of this process where none is named."""
    text = (TESTS / level / "statement_counts.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found
