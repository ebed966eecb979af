"""The bus in memory is a verified fake: the same calls, on it and on a real broker, give the same answers."""

import gc
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from broker import Broker
from federation.bus import client, topics
from memory_bus import MemoryBus
from waiting import until

pytestmark = pytest.mark.filterwarnings(
    # kafka-python leaves the sockets of what failed to the collector
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


@dataclass
class Side:
    """One of the two: how its hands are called."""

    publisher: topics.Publisher
    reader: Callable[[str], topics.Reader]
    hands: Any


@pytest.fixture(params=["memory", "kafka"])
def side(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        bus = MemoryBus()
        yield Side(bus.publisher(), bus.reader, bus)
        return
    broker: Broker = request.getfixturevalue("broker")
    readers: list[client.KafkaReader] = []

    def reader(topic: str) -> client.KafkaReader:
        readers.append(client.KafkaReader(broker.servers, broker.context("steward"), topic, patience_ms=200))
        return readers[-1]

    publisher = client.KafkaPublisher(broker.servers, broker.context("steward"), patience=4)
    yield Side(publisher, reader, broker)
    publisher.close()
    for one in readers:
        one.close()
    gc.collect()


@pytest.fixture
def topic(side: Side) -> str:
    name = f"zenne.inbox.t{uuid.uuid4().hex[:12]}"
    side.hands.make_topic(name)
    return name


def _read(reader: topics.Reader, offset: int, count: int) -> list[topics.Record]:
    """Read until `count` records are there: a real broker gives them when it likes."""
    found: list[topics.Record] = []
    reader.describe()

    def enough() -> bool:
        found.extend(reader.read(offset + len(found), 10))
        return len(found) >= count

    until(enough, "records", seconds=15)
    return found


def test_what_is_acknowledged_is_read_in_order_and_again(side: Side, topic: str) -> None:
    reader = side.reader(topic)
    for number in range(3):
        side.publisher.publish(topic, b"%d" % number, b"key")

    first = _read(reader, 0, 3)
    again = _read(reader, 1, 2)

    assert [(record.offset, record.key, record.value) for record in first] == [
        (0, b"key", b"0"),
        (1, b"key", b"1"),
        (2, b"key", b"2"),
    ]
    assert again == first[1:]


def test_a_topic_says_which_one_it_is_and_how_far_it_reaches(side: Side, topic: str) -> None:
    for _ in range(2):
        side.publisher.publish(topic, b"x")

    state = side.reader(topic).describe()

    assert (state.start, state.end) == (0, 2)
    assert state.topic_id


def test_reading_at_the_end_gives_nothing_and_no_error(side: Side, topic: str) -> None:
    side.publisher.publish(topic, b"x")
    reader = side.reader(topic)
    reader.describe()

    assert reader.read(1, 10) == []


def test_a_topic_that_is_not_there_is_an_error_for_both_sides(side: Side) -> None:
    with pytest.raises(topics.BusUnavailable):
        side.reader("zenne.inbox.nowhere").describe()
    with pytest.raises(topics.BusUnavailable):
        side.publisher.publish("zenne.inbox.nowhere", b"x")


def test_after_an_error_the_publisher_goes_on(side: Side, topic: str) -> None:
    with pytest.raises(topics.BusUnavailable):
        side.publisher.publish("zenne.inbox.nowhere", b"x")

    side.publisher.publish(topic, b"y")

    assert [record.value for record in _read(side.reader(topic), 0, 1)] == [b"y"]


def test_a_place_that_retention_took_away_is_an_error_once_and_again(side: Side, topic: str) -> None:
    for _ in range(4):
        side.publisher.publish(topic, b"x")
    side.hands.forget_before(topic, 3)
    reader = side.reader(topic)

    for _ in range(2):
        reader.describe()
        with pytest.raises(topics.PositionLost):
            until(lambda: reader.read(0, 10), "an answer", seconds=15)

    assert not reader.continued
    assert reader.describe().start == 3


def test_a_topic_made_anew_gives_nothing_under_the_old_ones_places(side: Side, topic: str) -> None:
    reader = side.reader(topic)
    side.publisher.publish(topic, b"old")
    old = reader.describe()
    assert [record.value for record in _read(reader, 0, 1)] == [b"old"]
    reader.continued = True

    side.hands.delete_topic(topic)
    side.hands.make_topic(topic)
    until(lambda: _publishes(side, topic), "the new topic takes records", seconds=20)
    handed_out = until(lambda: _quiet(reader), "the reader notices", seconds=20)

    assert handed_out == "noticed"
    assert until(lambda: _described(reader, old.topic_id), "the new id", seconds=20)


def _publishes(side: Side, topic: str) -> bool:
    try:
        side.publisher.publish(topic, b"new")
        side.publisher.publish(topic, b"newer")
    except topics.BusUnavailable:
        return False
    return True


def _quiet(reader: topics.Reader) -> str:
    """Read on from the old topic's place; nothing of the new topic may come out."""
    try:
        assert reader.read(1, 10) == []
    except (topics.BusUnavailable, topics.PositionLost):
        return "noticed"
    return "" if reader.continued else "noticed"


def _described(reader: topics.Reader, old: str) -> bool:
    try:
        return reader.describe().topic_id != old
    except topics.BusUnavailable:
        return False


def test_an_empty_record_is_read_as_empty(side: Side, topic: str) -> None:
    side.publisher.publish(topic, b"")

    assert _read(side.reader(topic), 0, 1)[0].value in (b"", None)
