"""Names of topics, and what the bus asks of a broker: the real one and the one in memory alike."""

from dataclasses import dataclass
from typing import Protocol

from federation.errors import DomainError, Kind

DIRECTORY = "zenne.directory"


def inbox_of(participant: str) -> str:
    """Return the name of a participant's inbox: one partition, read by its owner alone."""
    return f"zenne.inbox.{participant}"


@dataclass(frozen=True)
class Record:
    """One record of a topic, as it was read."""

    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True)
class TopicState:
    """What a topic is now: which one (a topic made anew has another id), and from where to where it reaches."""

    topic_id: str
    start: int
    end: int


class BusUnavailable(DomainError):
    """The broker does not answer, or does not let us."""

    kind = Kind.UNAVAILABLE


class PositionLost(DomainError):
    """The place to read from does not exist in the topic any more."""

    kind = Kind.UNAVAILABLE


class Publisher(Protocol):
    """Writes records; a return means that the broker has acknowledged."""

    def publish(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        """Write one record. Raises BusUnavailable when there is no acknowledgement."""


class Reader(Protocol):
    """Reads one topic from any place; the caller's database holds the place."""

    topic: str
    continued: bool
    """Whether the records that come next follow those read last, on an unbroken connection."""

    def describe(self) -> TopicState:
        """Return what the topic is now. Raises BusUnavailable."""

    def read(self, offset: int, limit: int) -> list[Record]:
        """Return the records from `offset` on. Raises BusUnavailable, PositionLost."""
