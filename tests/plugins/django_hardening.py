"""Django made strict: what is only bad luck in production is a failure here, each time.

- A query without an order gives its rows in random order: who leans on luck falls.
- A lock over a join must say what it locks: otherwise it locks the neighbour's rows too.
- An instant is no day and a day no instant: turned into each other silently, midnight moves by a zone.
- No column sets its own time: actions take `at`, so that a time can be tested and explained.

The idea is the test suite's of a French social service (gip-inclusion/les-emplois).
"""

# ruff: noqa: PLC0415 -- Django is set up after plugins are imported

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest


class Lax(AssertionError):
    """Code does what works by luck only."""


@pytest.fixture(autouse=True, scope="session")
def _hardened() -> Iterator[None]:
    """Harden Django for the whole run."""
    from django.db.models import fields
    from django.db.models.sql import compiler

    patch = pytest.MonkeyPatch()
    patch.setattr(compiler.SQLCompiler, "get_order_by", random_order(compiler.SQLCompiler.get_order_by))
    patch.setattr(compiler.SQLCompiler, "get_from_clause", named_locks(compiler.SQLCompiler.get_from_clause))
    patch.setattr(fields.DateField, "get_prep_value", days_only(fields.DateField.get_prep_value))
    patch.setattr(fields.DateTimeField, "get_prep_value", instants_only(fields.DateTimeField.get_prep_value))
    refuse_own_times()
    yield
    patch.undo()


def random_order(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return `get_order_by` that shuffles where no order was asked for and one is possible."""
    from django.db.models.expressions import OrderBy
    from django.db.models.functions import Random

    def get_order_by(self: Any) -> Any:
        found = original(self)
        query = self.query
        whole = type(self).__name__ == "SQLCompiler" and not query.subquery and not query.combinator
        rows = query.group_by is None and not query.distinct and not query.is_sliced
        counted = any(one.contains_aggregate for one in query.annotation_select.values())
        if found or not whole or not rows or counted:
            return found
        shuffle = OrderBy(Random()).resolve_expression(query, allow_joins=True, reuse=None)
        sql, parameters = self.compile(shuffle)
        return [(shuffle, (sql, parameters, False))]

    return get_order_by


def named_locks(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return `get_from_clause` that refuses `select_for_update()` over several tables without `of=`."""

    def get_from_clause(self: Any) -> Any:
        query = self.query
        tables = [alias for alias, count in query.alias_refcount.items() if count]
        if query.select_for_update and not query.select_for_update_of and len(tables) > 1:
            message = f"select_for_update() over {', '.join(tables)}: say of=(...)"
            raise Lax(message)
        return original(self)

    return get_from_clause


def days_only(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return `get_prep_value` of a day that refuses an instant."""
    from django.db.models import fields

    def get_prep_value(self: Any, value: Any) -> Any:
        if isinstance(value, datetime.datetime) and not isinstance(self, fields.DateTimeField):
            message = f"{self} is a day and was given an instant"
            raise Lax(message)
        return original(self, value)

    return get_prep_value


def instants_only(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return `get_prep_value` of an instant that refuses a day."""

    def get_prep_value(self: Any, value: Any) -> Any:
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            message = f"{self} is an instant and was given a day"
            raise Lax(message)
        return original(self, value)

    return get_prep_value


def refuse_own_times() -> None:
    """Refuse columns that set their own time."""
    from django.apps import apps

    for model in apps.get_models():
        for field in model._meta.get_fields():
            if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
                message = f"{field} sets its own time; pass `at`"
                raise Lax(message)
