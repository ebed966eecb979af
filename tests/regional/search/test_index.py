"""The real index: it follows PostgreSQL, is made anew while everything goes on, and shows nothing of other regions."""

import dataclasses
import datetime
import threading
import time
import uuid

import hypothesis
import pytest
from django.db import connection
from hypothesis import given, strategies as st

from federation.contracts import codes
from region_at_work import AT, CONSUMER, RANIA, Region, at, keep, word
from regional.progress import actions as progress_actions, queries as progress
from regional.progress.models import Forgotten, Progress
from regional.search import actions, index, queries, rules
from regional.search.models import IndexTarget
from regional.search.rules import Criteria

PURPOSE = "followUpOfSilence"
SHAPE = {"size", "track_total_hits", "_source", "query", "aggs", "sort", "post_filter", "search_after"}


def refresh() -> None:
    """Will make what was written findable now instead of within a second."""
    with index._reached() as client:  # noqa: SLF001 -- the one thing that only a test needs
        client.indices.refresh(index=queries.serving())


def found(criteria: Criteria | None = None, *, first: int = 50, after=None, when: datetime.datetime = AT):
    return actions.search(criteria or Criteria(), first=first, after=after, purpose=PURPOSE, by=RANIA, at=when)


def ids(result) -> list[uuid.UUID]:
    return [entry.referral.pk for entry in result.entries]


def follow(when: datetime.datetime = AT) -> None:
    """Will do what the worker does, until nothing is due."""
    actions.keep_index(at=when)
    while actions.index_changes(at=when):
        pass
    refresh()


@pytest.fixture
def committed_region(committed, tmp_path, settings) -> Region:
    return Region(tmp_path, settings)


def test_what_is_stated_is_found_by_each_field_longest_silence_first(region, offered, real_index) -> None:
    old = offered(at("2026-11-02 10:00"))
    young = offered(at("2026-11-20 10:00"), from_="molenbeek", to="schaarbeek")
    declined = offered(at("2026-11-16 10:00"), from_="schaarbeek", to="vilvoorde")
    for by in ("schaarbeek", "vilvoorde"):
        said = {"by": by, "from_": "schaarbeek", "to": "vilvoorde", "said_at": at("2026-11-17 10:00")}
        keep(word(declined, "declined", version=2, decline_reason="noCapacity", **said))
    apart = offered(at("2026-11-18 10:00"), kind="share")
    keep(word(apart, "accepted", by="molenbeek", version=2, kind="share", said_at=at("2026-11-18 11:00")))
    follow()

    assert ids(found()) == [old, declined, apart, young]
    assert ids(found(Criteria(senders=("molenbeek",)))) == [young]
    assert ids(found(Criteria(recipients=("molenbeek", "schaarbeek")))) == [old, apart, young]
    assert ids(found(Criteria(kinds=("share",)))) == [apart]
    assert ids(found(Criteria(phases=("inTransfer",)))) == [apart]
    assert ids(found(Criteria(phases=("ended",)))) == [declined]
    assert ids(found(Criteria(states=("accepted",)))) == [apart]
    assert ids(found(Criteria(decline_reasons=("noCapacity",)))) == [declined]
    assert ids(found(Criteria(silent_days=10))) == [old]
    assert ids(found(Criteria(silent_days=3))) == [old, apart]
    assert ids(found(Criteria(began_from=datetime.date(2026, 11, 18), began_until=datetime.date(2026, 11, 18)))) == [
        apart
    ]
    assert ids(found(Criteria(disagreeing=True))) == [apart]
    counts = {"waitsForAnswer": 2, "inTransfer": 1, "notDelivered": 0, "waitsForFirstContact": 0, "underWay": 0}
    assert found(Criteria(phases=("ended",))).counts == counts


def test_pages_follow_each_other_without_a_gap(region, offered, real_index) -> None:
    same = [offered(at("2026-11-02 10:00")) for _ in range(5)]
    follow()

    seen, after = [], None
    while True:
        page = found(first=2, after=after)
        seen += ids(page)
        if page.next is None:
            break
        after = page.next
    assert seen == sorted(same, key=str)


def test_nothing_of_other_regions_is_found_whatever_is_asked(region, offered, real_index) -> None:
    own = offered()
    follow()
    foreign = uuid.uuid4()
    copy = dict(queries.document(Progress.objects.get(pk=own)).fields) | {
        "id": str(foreign),
        "from": "gent",
        "to": "luik",
        "phase": "inTransfer",
    }
    index.write(queries.serving() or "", [index.Document(foreign, 1, copy)])
    refresh()

    raw = index.search(
        {"query": {"match_all": {}}, "sort": ["lastSignAt"], "aggs": {"phases": {"terms": {"field": "phase"}}}}
    )
    assert len(raw.hits) == 2, "the planted one is there for who could ask freely"
    for criteria in (Criteria(), Criteria(kinds=("handover",)), Criteria(phases=("inTransfer", "waitsForAnswer"))):
        answer = found(criteria)
        assert ids(answer) == [own]
        assert answer.counts["inTransfer"] == 0


CODES = {
    name: st.lists(st.sampled_from(sorted(codes.codes(listed))), max_size=3).map(tuple)
    for name, listed in rules.LISTS.items()
}


@hypothesis.settings(deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
@given(
    criteria=st.builds(
        Criteria,
        **CODES,
        senders=st.lists(st.text(max_size=20), max_size=2).map(tuple),
        recipients=st.lists(st.text(max_size=20), max_size=2).map(tuple),
        silent_days=st.none() | st.integers(0, 30),
        disagreeing=st.booleans(),
    )
)
def test_whatever_is_chosen_a_question_has_one_shape_and_the_filter_of_the_region(criteria) -> None:
    asked = queries.question(criteria, first=10, after=None, own={"molenbeek"}, at=AT)

    assert set(asked) <= SHAPE
    assert asked["query"]["bool"].keys() == {"filter"}
    assert asked["query"]["bool"]["filter"][:2] == [
        {"term": {"gone": False}},
        {
            "bool": {
                "should": [{"terms": {"from": ["molenbeek"]}}, {"terms": {"to": ["molenbeek"]}}],
                "minimum_should_match": 1,
            }
        },
    ]
    assert asked["aggs"].keys() == {"phases"}
    assert asked["aggs"]["phases"].keys() == {"terms"}
    assert set(asked["aggs"]["phases"]["terms"]["include"]) == set(queries.OPEN_PHASES)
    assert {key for one in asked["query"]["bool"]["filter"] for key in one} <= {"term", "terms", "range", "bool"}


def test_a_field_that_nobody_agreed_to_is_refused_by_the_index(region, offered, real_index) -> None:
    one = offered()
    follow()
    document = queries.document(Progress.objects.get(pk=one))

    with pytest.raises(rules.SearchUnavailable):
        index.write(
            queries.serving() or "", [dataclasses.replace(document, version=10**9, fields={"ageBand": "from16To17"})]
        )


def test_a_late_write_changes_nothing_and_brings_nothing_back(region, offered, real_index) -> None:
    one = offered()
    follow()
    stale = queries.document(Progress.objects.get(pk=one))
    for by in ("vilvoorde", "molenbeek"):
        keep(word(one, "revoked", by=by, version=2, revocation_reason="personStays"))
    much_later = AT + datetime.timedelta(days=91)
    assert progress_actions.forget_ended(by=CONSUMER, at=much_later) == 1
    follow()
    assert ids(found(Criteria(phases=("ended", "waitsForAnswer")))) == []
    assert not Forgotten.objects.exists()

    index.write(queries.serving() or "", [stale])
    refresh()

    assert ids(found()) == []


def test_the_trace_of_what_was_forgotten_goes_a_day_later(region, offered, real_index) -> None:
    one = offered()
    for by in ("vilvoorde", "molenbeek"):
        keep(word(one, "revoked", by=by, version=2))
    progress_actions.forget_ended(by=CONSUMER, at=AT + datetime.timedelta(days=91))
    offered()
    actions.rebuild_index(at=AT)
    actions.index_changes(at=AT)
    refresh()
    name = queries.serving() or ""
    everything = {"query": {"match_all": {}}, "sort": ["id"], "aggs": {"phases": {"terms": {"field": "phase"}}}}

    assert index.purge(name, gone_before=AT.isoformat()) == 0
    assert index.purge(name, gone_before=(AT + datetime.timedelta(days=2)).isoformat()) == 1
    refresh()
    assert len(index.search({**everything, "sort": ["lastSignAt"]}).hits) == 1


def test_an_index_that_vanished_is_made_anew_by_the_worker(region, offered, real_index) -> None:
    one = offered()
    follow()
    index.delete(queries.serving() or "")
    with pytest.raises(rules.SearchUnavailable):
        found()

    follow(AT + datetime.timedelta(seconds=1))

    assert ids(found()) == [one]
    assert IndexTarget.objects.count() == 1


def test_an_index_that_does_not_answer_is_one_refusal(region, offered, settings, real_index) -> None:
    one = offered()
    follow()
    keep(word(one, "opened", by="molenbeek", version=2))
    settings.OPENSEARCH_URL = "https://127.0.0.1:9"

    started = time.monotonic()
    with pytest.raises(rules.SearchUnavailable):
        found()
    with pytest.raises(rules.SearchUnavailable):
        actions.index_changes(at=AT)

    assert time.monotonic() - started < 10
    assert progress.due_for_index(5)[0].pk == one
    assert [entry.referral.pk for entry in queries.silence(first=5, by=RANIA, at=AT).entries] == [one]


def test_the_index_is_made_anew_while_messages_arrive_with_no_error_and_nothing_missing(
    committed_region, real_index, monkeypatch
) -> None:
    def arrive(number: int) -> uuid.UUID:
        one = uuid.uuid4()
        for by in ("vilvoorde", "molenbeek"):
            keep(word(one, "received", by=by, said_at=AT - datetime.timedelta(minutes=number)))
        return one

    before = [arrive(number) for number in range(60)]
    actions.keep_index(at=AT)
    first = queries.serving()
    monkeypatch.setattr(actions, "BATCH", 10)
    failed: list[Exception] = []

    def rebuild() -> None:
        try:
            actions.rebuild_index(at=AT + datetime.timedelta(seconds=1))
        except Exception as error:  # noqa: BLE001 -- whatever it is, it fails the test
            failed.append(error)
        finally:
            connection.close()

    working = threading.Thread(target=rebuild)
    working.start()
    searches, arrived = 0, list(before)
    while working.is_alive() or searches == 0:
        arrived.append(arrive(100 + len(arrived)))
        keep(word(before[len(arrived) % 60], "opened", by="molenbeek", version=len(arrived)))
        actions.index_changes(at=AT)
        assert len(found(first=50).entries) == 50
        searches += 1
    working.join()
    while actions.index_changes(at=AT):
        pass
    refresh()

    assert failed == []
    assert queries.serving() != first
    seen, after = set(), None
    while True:
        page = found(first=50, after=after)
        seen |= set(ids(page))
        after = page.next
        if after is None:
            break
    assert seen == set(arrived)
    assert searches > 0
    assert not progress.due_for_index(1)
