"""A bus in memory with the manners of the real one, and with bad ones on request.

`tests/federation/bus/test_memory_bus.py` runs the same calls on this and on a real Kafka: what the
two do differently is a failure there, so that the other suites may trust this one.
"""

import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from federation.bus import topics


@dataclass
class _Topic:
    topic_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    start: int = 0
    records: list[topics.Record] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.start + len(self.records)


class MemoryBus:
    """Topics of one partition. The knobs say how often, of 1, a record is lost, doubled, or held back for later."""

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        chance: random.Random | None = None,
        loses: float = 0.0,
        doubles: float = 0.0,
        reorders: float = 0.0,
    ) -> None:
        self.chance = chance or random.Random(0)  # noqa: S311 -- histories must repeat
        self.loses, self.doubles, self.reorders = loses, doubles, reorders
        self.away = False
        self.lost = self.doubled = self.reordered = 0
        self._topics = {name: _Topic() for name in names}
        self._held: list[tuple[str, bytes, bytes | None]] = []

    def publisher(self) -> "MemoryPublisher":
        """Return a writer."""
        return MemoryPublisher(self)

    def reader(self, topic: str) -> "MemoryReader":
        """Return a reader of one topic."""
        return MemoryReader(self, topic)

    def make_topic(self, name: str) -> None:
        """Make a topic, with an id of its own."""
        self._topics[name] = _Topic()

    def delete_topic(self, name: str) -> None:
        """Delete a topic."""
        del self._topics[name]

    def forget_before(self, name: str, offset: int) -> None:
        """Delete the records before `offset`, as retention does."""
        topic = self._topics[name]
        topic.records = topic.records[max(0, offset - topic.start) :]
        topic.start = max(topic.start, offset)

    def cut(self, name: str, offset: int) -> None:
        """Forget the records from `offset` on, as a broker does that lost its disk's last seconds."""
        topic = self._topics[name]
        topic.records = topic.records[: max(0, offset - topic.start)]

    def records(self, name: str) -> list[topics.Record]:
        """Return everything that a topic holds."""
        return list(self._topics[name].records)

    def topic(self, name: str) -> _Topic:
        """Return a topic as clients reach it. Raises BusUnavailable."""
        if self.away or name not in self._topics:
            raise topics.BusUnavailable(cause="away" if self.away else "UnknownTopicOrPartitionError")
        return self._topics[name]

    def append(self, name: str, value: bytes, key: bytes | None) -> None:
        """Acknowledge, and then do with the record what the knobs say."""
        self.topic(name)
        if self.chance.random() < self.loses:
            self.lost += 1
            return
        if self.chance.random() < self.reorders:
            self.reordered += 1
            self._held.append((name, value, key))
            return
        self.put(name, value, key)
        if self.chance.random() < self.doubles:
            self.doubled += 1
            self.put(name, value, key)
        if self._held and self.chance.random() < 0.5:
            self.release()

    def release(self) -> None:
        """Deliver everything that was held back, in another order."""
        held, self._held = self._held, []
        self.chance.shuffle(held)
        for name, value, key in held:
            if name in self._topics:
                self.put(name, value, key)

    def put(self, name: str, value: bytes | None, key: bytes | None = None) -> None:
        """Put a record into a topic, past all knobs."""
        topic = self._topics[name]
        topic.records.append(topics.Record(topic.end, key, value))


class MemoryPublisher:
    """Writes to a bus in memory."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus

    def publish(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        """Write one record. Raises BusUnavailable."""
        self._bus.append(topic, value, key)

    def close(self) -> None:
        """Do nothing: there is no connection."""


class MemoryReader:
    """Reads one topic of a bus in memory."""

    def __init__(self, bus: MemoryBus, topic: str) -> None:
        self._bus, self.topic, self.continued = bus, topic, False
        self._known: str | None = None

    def describe(self) -> topics.TopicState:
        """Return what the topic is now. Raises BusUnavailable."""
        try:
            found = self._bus.topic(self.topic)
        except topics.BusUnavailable:
            self.continued = False
            raise
        self._known = found.topic_id
        return topics.TopicState(found.topic_id, found.start, found.end)

    def read(self, offset: int, limit: int) -> list[topics.Record]:
        """Return the records from `offset` on. Raises BusUnavailable, PositionLost."""
        try:
            found = self._bus.topic(self.topic)
        except topics.BusUnavailable:
            self.continued = False
            raise
        if self._known is not None and found.topic_id != self._known:
            self.continued = False
            return []
        if not found.start <= offset <= found.end:
            self.continued = False
            raise topics.PositionLost
        return found.records[offset - found.start : offset - found.start + limit]

    def close(self) -> None:
        """Forget what was known of the topic."""
        self.continued = False
