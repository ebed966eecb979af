"""A rebuild leaves nothing behind, whenever it is killed, and whoever writes to the index does not fall over it."""

import contextlib
import threading
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from region_at_work import AT
from regional.progress import queries as progress
from regional.search import actions, index, queries, rules, timers
from regional.search.models import IndexTarget


def later(seconds: int):
    return AT.replace(second=AT.second + seconds)


def away(name: str) -> None:
    raise rules.SearchUnavailable(cause="ConnectionTimeout")


def built(seconds: int) -> str:
    """Will build the index anew, and return the name of the one that answers."""
    actions.rebuild_index(at=later(seconds))
    name = queries.serving()
    assert name is not None
    return name


def test_what_a_rebuild_could_not_delete_goes_with_the_next(region, offered, any_indices, monkeypatch) -> None:
    offered()
    old = built(0)
    with monkeypatch.context() as patch:
        patch.setattr(index, "delete", away)
        with pytest.raises(rules.SearchUnavailable):
            built(1)
    whole = queries.serving()
    assert any_indices.names() == [old, whole], "the old one is there with all its documents, and nobody names it"
    assert queries.targets() == [whole]

    new = built(2)

    assert any_indices.names() == [new]
    assert queries.targets() == [new]


def test_what_a_rebuild_left_goes_within_the_hour(region, offered, any_indices, monkeypatch) -> None:
    offered()
    built(0)
    with monkeypatch.context() as patch:
        patch.setattr(index, "delete", away)
        with pytest.raises(rules.SearchUnavailable):
            built(1)
    assert len(any_indices.names()) == 2

    timers.forget_traces(at=later(2))

    assert any_indices.names() == [queries.serving()]


def test_a_rebuild_that_was_killed_before_it_wrote_its_name_down_leaves_nothing(region, offered, any_indices) -> None:
    offered()
    index.create(f"{settings.OPENSEARCH_ALIAS}.20261123093000000000")

    new = built(1)

    assert any_indices.names() == [new]


def test_a_rebuild_that_was_killed_while_it_copied_leaves_nothing(region, offered, any_indices, monkeypatch) -> None:
    offered()
    with monkeypatch.context() as patch:
        patch.setattr(actions, "_copy_all", away)
        with pytest.raises(rules.SearchUnavailable):
            actions.rebuild_index(at=AT)
    assert len(any_indices.names()) == 1
    assert IndexTarget.objects.filter(serving=False).count() == 1

    new = built(1)

    assert any_indices.names() == [new]
    assert list(IndexTarget.objects.values_list("name", "serving")) == [(new, True)]


def test_an_index_that_the_database_has_forgotten_answers_until_the_new_one_is_whole(
    region, offered, any_indices, monkeypatch
) -> None:
    offered()
    forgotten = built(0)
    IndexTarget.objects.all().delete()
    seen, serve = [], index.serve

    def watched(name: str) -> None:
        seen.append((any_indices.names() == [forgotten, name], index.answers(forgotten)))
        serve(name)

    monkeypatch.setattr(index, "serve", watched)
    new = built(1)

    assert seen == [(True, True)]
    assert any_indices.names() == [new]
    assert index.answers(new)


def test_the_indices_of_another_alias_are_left_alone(region, offered, any_indices) -> None:
    other = f"{settings.OPENSEARCH_ALIAS}.suite.20261123093000000000"
    index.create(other)

    new = built(1)
    timers.forget_traces(at=later(2))

    assert any_indices.names() == sorted([new, other])


# --- who writes, and who builds ---------------------------------------------------------------------------


@contextlib.contextmanager
def held_elsewhere(lock: int) -> Iterator[threading.Event]:
    """Let another session hold an advisory lock, until the event is set or the block ends."""
    let_go, holds = threading.Event(), threading.Event()

    def hold() -> None:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [lock])
                holds.set()
                let_go.wait(20)
        finally:
            other.close()

    working = threading.Thread(target=hold)
    working.start()
    assert holds.wait(20)
    try:
        yield let_go
    finally:
        let_go.set()
        working.join()


@pytest.fixture
def impatient(db) -> None:
    """Let this session wait for a lock as short as a request does, in a test's measure."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        cursor.execute("SET statement_timeout = '500ms'")


def test_while_the_alias_moves_changes_stay_due_and_the_worker_goes_on(region, offered, any_indices, impatient) -> None:
    # by hand: what a rebuild does here would keep the turn until the test's transaction ends
    name = f"{settings.OPENSEARCH_ALIAS}.20261123093000000000"
    index.create(name)
    index.serve(name)
    IndexTarget.objects.create(name=name, serving=True, since=AT)
    one = offered()

    with held_elsewhere(actions.TURN):
        assert actions.index_changes(at=later(1)) == 0
        assert timers.follow(at=later(1)) == 0
    assert [row.pk for row in progress.due_for_index(5)] == [one]

    assert timers.follow(at=later(2)) == 1
    assert progress.due_for_index(5) == []


def test_a_rebuild_waits_for_a_slow_writer(region, offered, any_indices, impatient) -> None:
    offered()

    with held_elsewhere(actions.TURN) as let_go:
        threading.Timer(0.7, let_go.set).start()
        new = built(0)

    assert any_indices.names() == [new]


def test_while_an_index_is_built_none_is_deleted(region, offered, any_indices) -> None:
    new = built(0)
    half = f"{settings.OPENSEARCH_ALIAS}.20261123093000000009"
    index.create(half)

    with held_elsewhere(actions.REBUILD):
        timers.forget_traces(at=later(1))
        with pytest.raises(rules.RebuildRunning):
            actions.rebuild_index(at=later(1))

    assert any_indices.names() == sorted([new, half])
