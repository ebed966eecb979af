"""Every rule that the database holds, broken by raw SQL: it refuses, by the rule's own name."""

import datetime
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from region_at_work import AT, CONSUMER, keep, word
from regional.progress import actions, models
from regional.progress.models import Forgotten, Progress, Statement
from regional.search.models import IndexTarget

P = "UPDATE progress SET"
COPY = (
    "INSERT INTO progress_statement (referral_id, side, epoch, version, state, clocks, decline_reason,"
    " revocation_reason, kept_reason, hand_back_reason, said_at, stored_at) SELECT referral_id, {side}, {epoch},"
    " {version}, {state}, clocks, '', '', '', '', said_at, stored_at FROM progress_statement LIMIT 1"
)


def copy(**changed: str) -> str:
    return COPY.format(**{"side": "side", "epoch": "epoch", "version": "version + 9", "state": "state"} | changed)


BROKEN = [
    ("one_statement_per_side_and_version", copy(version="version")),
    ("a_statement_is_of_one_side", copy(side="'third'")),
    ("a_statement_tells_a_state", copy(state="'forgotten'")),
    ("epochs_and_versions_count_from_one", copy(version="0")),
    ("epochs_and_versions_count_from_one", copy(epoch="0")),
    ("a_referral_goes_to_another_town", f"{P} recipient = sender"),
    ("a_watched_referral_has_a_kind", f"{P} kind = 'gift'"),
    ("a_phase_is_known", f"{P} phase = 'lost'"),
    ("a_sides_state_is_its_statement", f"{P} sender_state = ''"),
    ("the_other_sides_state_is_its_statement", f"{P} recipient_state = ''"),
    (
        "somebody_has_spoken",
        f"{P} sender_state = '', recipient_state = '', sender_statement_id = NULL, recipient_statement_id = NULL",
    ),
    ("what_has_ended_has_its_time", f"{P} phase = 'ended'"),
    ("what_has_ended_has_its_time", f"{P} ended_at = now()"),
    ("a_sign_is_never_before_the_beginning", f"{P} last_sign_at = began_at - interval '1 second'"),
    ("the_clocks_of_a_referral_are_between_1900_and_2199", f"{P} last_sign_at = '9999-12-31 23:59:59Z'"),
    ("the_clocks_of_a_referral_are_between_1900_and_2199", f"{P} began_at = '1899-12-31 23:59:59Z'"),
    ("the_index_knows_no_more_than_we", f"{P} indexed_revision = revision + 1"),
    ("a_statement_is_never_changed", "UPDATE progress_statement SET state = 'closed'"),
    ("statements_go_by_one_function", "DELETE FROM progress_statement"),
    ("what_is_open_is_never_forgotten", "DELETE FROM progress"),
    (
        "one_index_answers",
        "INSERT INTO search_index_target (name, serving, since) VALUES ('a', true, now()), ('b', true, now())",
    ),
]


@pytest.mark.parametrize(("rule", "statement"), BROKEN)
def test_a_rule_is_kept_by_the_database(region, offered, rule, statement) -> None:
    offered()

    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert refused.value.__cause__.diag.constraint_name == rule


def test_every_rule_of_the_tables_is_among_those_that_are_broken() -> None:
    named = {
        constraint.name
        for model in (Progress, Statement, Forgotten, IndexTarget)
        for constraint in model._meta.constraints
    }

    assert named <= {rule for rule, _ in BROKEN}
    assert models.KINDS == ["advice", "share", "handover"]


def test_what_ended_goes_as_a_whole_ninety_days_later_and_not_before(region, offered) -> None:
    ended, open_one = offered(), offered()
    for by in ("vilvoorde", "molenbeek"):
        keep(word(ended, "revoked", by=by, version=2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_progress(%s, %s)", [ended, AT])
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT forget_progress(%s, %s::timestamptz + interval '10 years')", [open_one, AT])
        assert cursor.fetchone() == (False,)

    later = AT + datetime.timedelta(days=90, seconds=1)
    assert actions.forget_ended(by=CONSUMER, at=later) == 1
    assert actions.forget_ended(by=CONSUMER, at=later) == 0

    assert list(Progress.objects.values_list("pk", flat=True)) == [open_one]
    assert set(Statement.objects.values_list("referral_id", flat=True)) == {open_one}
    assert list(Forgotten.objects.values_list("pk", flat=True)) == [ended]


def test_a_word_about_a_forgotten_referral_is_forgotten_again(region, offered) -> None:
    later = AT + datetime.timedelta(days=91)
    one = uuid.uuid4()
    for _ in range(2):
        for by in ("vilvoorde", "molenbeek"):
            keep(word(one, "revoked", by=by, version=2))
        assert actions.forget_ended(by=CONSUMER, at=later) == 1

    assert not Progress.objects.exists()
    assert Forgotten.objects.count() == 1
