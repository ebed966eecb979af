"""Every rule that the tables of frozen years hold, each broken with raw SQL."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from casework import AT, COORDINATOR, MANAGER
from municipal.counts import actions

COPY = (
    "INSERT INTO counts_snapshot (year, programme, digest, frozen_at, frozen_by, approved_by)"
    " SELECT {year}, programme, {digest}, {frozen_at}, {frozen_by}, '' FROM counts_snapshot WHERE year = 2024"
)
APPROVE = "UPDATE counts_snapshot SET approved_at = {at}, approved_by = {by}, message_id = {message} WHERE year = 2024"
CELL = (
    "INSERT INTO counts_cell (snapshot_id, indicator, age_band, count, key)"
    " SELECT snapshot_id, {indicator}, age_band, count, {key} FROM counts_cell WHERE snapshot_id = 2024"
)


def snapshot(**changed):
    values = {"year": "2023", "digest": "digest", "frozen_at": "frozen_at", "frozen_by": "frozen_by"}
    return COPY.format(**values | changed)


def approval(**changed):
    return APPROVE.format(**{"at": "frozen_at", "by": "'somebody'", "message": "gen_random_uuid()"} | changed)


BROKEN = [
    ("counts_snapshot_pkey", snapshot(year="2024")),
    ("a_frozen_year_was_over", snapshot(year="2026")),
    ("a_frozen_year_was_over", snapshot(year="2025", frozen_at="'2025-12-31T22:59:59Z'")),
    ("a_snapshot_has_a_digest", snapshot(digest="'sha256:'")),
    ("a_year_is_frozen_by_somebody", snapshot(frozen_by="''")),
    ("an_approval_has_a_time_a_person_and_a_message", approval(by="''")),
    ("an_approval_has_a_time_a_person_and_a_message", approval(message="NULL")),
    ("somebody_else_approves_than_who_froze", approval(by="frozen_by")),
    ("an_approval_comes_after_the_freeze", approval(at="frozen_at - interval '1 s'")),
    ("only_one_approval_is_added_to_a_frozen_year", "UPDATE counts_snapshot SET digest = 'sha256:' || repeat('0', 64)"),
    ("only_one_approval_is_added_to_a_frozen_year", "DELETE FROM counts_snapshot WHERE year = 2025"),
    (
        "only_one_approval_is_added_to_a_frozen_year",
        "UPDATE counts_snapshot SET approved_at = NULL, approved_by = '', message_id = NULL WHERE year = 2025",
    ),
    (
        "only_one_approval_is_added_to_a_frozen_year",
        "UPDATE counts_snapshot SET approved_by = 'another' WHERE year = 2025",
    ),
    ("one_cell_per_indicator_and_age_band", CELL.format(indicator="indicator", key="key")),
    ("a_cell_is_of_the_programme", CELL.format(indicator="'newReferrals'", key="key")),
    (
        "a_cell_key_has_64_bits",
        (
            "WITHOUT_CELLS INSERT INTO counts_cell (snapshot_id, indicator, age_band, count, key)"
            " VALUES (2023, 'opened', 'all', 1, 'ff')"
        ),
    ),
    ("a_frozen_count_is_never_changed", "UPDATE counts_cell SET count = 0"),
    ("a_frozen_count_is_never_changed", "DELETE FROM counts_cell"),
]


def run(statement):
    word, _, rest = statement.partition(" ")
    with connection.cursor() as cursor:
        if word == "WITHOUT_CELLS":
            cursor.execute(snapshot())
            statement = rest
        cursor.execute(statement)


@pytest.mark.parametrize(("constraint", "statement"), BROKEN, ids=[f"{n}-{name}" for n, (name, _) in enumerate(BROKEN)])
def test_the_table_refuses(year, nation, constraint, statement):
    actions.freeze_year(year=2024, by=MANAGER, at=AT)
    actions.freeze_year(year=2025, by=MANAGER, at=AT)
    actions.approve_release(year=2025, by=COORDINATOR, at=AT)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        run(statement)

    assert refused.value.__cause__.diag.constraint_name == constraint


def test_every_named_constraint_of_counts_is_tried():
    named = {
        constraint.name
        for model in apps.get_app_config("counts").get_models()
        for constraint in model._meta.constraints
    }

    assert named - {name for name, _ in BROKEN} == set()
