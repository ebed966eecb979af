"""The hardening itself: each mistake that it is there for is made once, and found."""

import datetime

import pytest
from django.apps import apps
from django.db import models, transaction

import casework
import django_hardening


def model(name):
    return apps.get_model("cases", name)


def test_rows_without_an_order_come_in_any_order(db):
    for _ in range(12):
        casework.open_case()

    orders = {tuple(model("Case").objects.order_by().values_list("number", flat=True)) for _ in range(6)}

    assert len(orders) > 1
    assert {tuple(sorted(order)) for order in orders} == {tuple(range(1, 13))}


def test_a_lock_over_a_join_says_what_it_locks(case):
    joined = model("CustodyRow").objects.select_related("case").select_for_update()

    with pytest.raises(django_hardening.Lax, match="of="), transaction.atomic():
        joined.get(case_id=case)


def test_an_instant_is_no_day_and_a_day_no_instant(case):
    cases = model("Case").objects.filter(pk=case)

    with pytest.raises(django_hardening.Lax):
        cases.update(next_contact_on=casework.AT, next_contact_who="Els")
    with pytest.raises(django_hardening.Lax):
        cases.update(closed_for_writing_at=datetime.date(2026, 11, 23), closed_for_writing_by="Els")


def test_a_time_without_zone_is_an_error(case):
    with pytest.raises(RuntimeWarning, match="naive"):
        model("Case").objects.filter(pk=case).update(
            closed_for_writing_at=datetime.datetime(2026, 11, 23),  # noqa: DTZ001 -- the mistake
            closed_for_writing_by="Els",
        )


def test_a_column_that_sets_its_own_time_is_refused(monkeypatch):
    field = models.DateTimeField(auto_now=True)
    field.name = "changed"
    monkeypatch.setattr(apps.get_model("cases", "Case")._meta, "get_fields", lambda: [field])

    with pytest.raises(django_hardening.Lax, match="`at`"):
        django_hardening.refuse_own_times()
