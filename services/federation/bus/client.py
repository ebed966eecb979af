"""kafka-python, wrapped: what it does not survive by itself, it survives here.

Five traps of version 3.0.12, each seen: its idempotent producer is dead or hangs for ever after one
error; an empty `poll()` means nothing new, broker away, forbidden, or topic deleted; an offset alone
says nothing about a topic that was made anew; lost offsets are raised once and then forgotten; every
TLS mistake looks like a slow start.
"""

import contextlib
import pathlib
import socket
import ssl
import time
from collections.abc import Iterator, Sequence

import kafka
from django.conf import settings
from kafka import errors

from federation.bus import topics

LARGEST = 1024 * 1024
CHECK_EVERY = 5.0
"""Seconds between two looks at a quiet topic: is it still there, still the same, may we still read it."""
BOOTSTRAP_MS = 10_000


def tls_context(authority: pathlib.Path, certificate: pathlib.Path) -> ssl.SSLContext:
    """Return the context of mutual TLS. Raises OSError at once for a file that is missing or wrong."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(str(certificate))
    return context


class KafkaPublisher:
    """Writes with all in-sync replicas' acknowledgement. After any error the producer is thrown away."""

    def __init__(self, servers: Sequence[str], context: ssl.SSLContext, *, patience: float = 10.0) -> None:
        """Will give up a record after about `patience` seconds; it is sent again later."""
        self._servers, self._context, self._patience = servers, context, patience
        self._producer: kafka.KafkaProducer | None = None
        self.thrown_away = 0

    def publish(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        """Write one record and wait for the acknowledgement. Raises BusUnavailable."""
        if len(value) > LARGEST:
            # A refusal by the broker for its size would cost us the producer.
            raise topics.BusUnavailable(cause="TooLarge")
        try:
            producer = self._open()
            # With a time-out of our own: a wedged producer never completes the future.
            producer.send(topic, value, key=key, partition=0).get(self._patience + 2)
        except (errors.KafkaError, TimeoutError, AssertionError) as error:
            self.throw_away()
            raise topics.BusUnavailable(cause=type(error).__name__) from None

    def throw_away(self) -> None:
        """Forget the producer, without waiting for what it still holds."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        self.thrown_away += 1
        sender = getattr(producer, "_sender", None)
        if sender is not None:
            sender.force_close()  # private; but close() raises and leaks its thread while a record is pending
        with contextlib.suppress(errors.KafkaError, TimeoutError):
            producer.close(timeout=2)

    def close(self) -> None:
        """Close after what was sent is acknowledged: nothing is pending between two calls of `publish`."""
        self.throw_away()

    def _open(self) -> kafka.KafkaProducer:
        if self._producer is None:
            _knock(self._servers)
            milliseconds = int(self._patience * 1000)
            self._producer = kafka.KafkaProducer(
                **_connection(self._servers, self._context),
                acks="all",
                enable_idempotence=True,
                max_block_ms=min(5000, milliseconds),
                request_timeout_ms=max(1000, milliseconds // 2),
                delivery_timeout_ms=milliseconds,
                max_request_size=LARGEST + 65536,
            )
        return self._producer


class KafkaReader:
    """Reads one topic from where the caller's database says. No group: groups forget offsets."""

    def __init__(self, servers: Sequence[str], context: ssl.SSLContext, topic: str, *, patience_ms: int = 500) -> None:
        """Will wait up to `patience_ms` for records that are not there yet."""
        self.topic, self.continued = topic, False
        self._servers, self._context, self._patience_ms = servers, context, patience_ms
        self._admin: kafka.KafkaAdminClient | None = None
        self._consumer: kafka.KafkaConsumer | None = None
        self._partition = kafka.TopicPartition(topic, 0)
        self._state: topics.TopicState | None = None
        self._looked_at = 0.0
        self._next: int | None = None

    def describe(self) -> topics.TopicState:
        """Return what the topic is now, at most a few seconds old while reading goes on. Raises BusUnavailable."""
        fresh = self.continued and time.monotonic() - self._looked_at < CHECK_EVERY
        if self._state is None or not fresh:
            with self._trouble():
                self._look()
        if self._state is None:
            raise topics.BusUnavailable(cause="Unknown")
        return self._state

    def read(self, offset: int, limit: int) -> list[topics.Record]:
        """Return the records from `offset` on. Raises BusUnavailable, PositionLost.

        Before anything is handed out, the topic is looked at: one that was made anew gives other
        records at the same offsets, without any error.
        """
        with self._trouble():
            consumer = self._open()
            if self._next != offset:
                consumer.seek(self._partition, offset)
                self._next = offset
            found = consumer.poll(self._patience_ms, max_records=limit).get(self._partition, [])
            if found:
                known = self._state.topic_id if self._state else None
                self._look()
                if self._state is None or self._state.topic_id != known:
                    self.continued = False
                    return []
                self._next = found[-1].offset + 1
            return [topics.Record(record.offset, record.key, record.value) for record in found]

    def close(self) -> None:
        """Close both connections."""
        consumer, admin = self._consumer, self._admin
        self._consumer = self._admin = self._next = None
        self.continued = False
        for client in (consumer, admin):
            if client is not None:
                with contextlib.suppress(errors.KafkaError, OSError):
                    client.close()

    @contextlib.contextmanager
    def _trouble(self) -> Iterator[None]:
        """Turn kafka-python's errors into ours, and begin anew with fresh connections after each."""
        try:
            yield
        except (errors.OffsetOutOfRangeError, errors.LogTruncationError, errors.NoOffsetForPartitionError):
            self.close()
            raise topics.PositionLost from None
        except (errors.KafkaError, TimeoutError, AssertionError) as error:
            self.close()
            raise topics.BusUnavailable(cause=type(error).__name__) from None

    def _open(self) -> kafka.KafkaConsumer:
        if self._consumer is None:
            _knock(self._servers)
            self._consumer = kafka.KafkaConsumer(
                **_connection(self._servers, self._context),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="none",
                max_partition_fetch_bytes=4 * LARGEST,
            )
            self._consumer.assign([self._partition])
        return self._consumer

    def _look(self) -> None:
        """Ask for the topic's id and reach; the offsets raise when reading is forbidden, which `poll` hides."""
        consumer = self._open()
        if self._admin is None:
            self._admin = kafka.KafkaAdminClient(**_connection(self._servers, self._context))
        (found,) = self._admin.describe_topics([self.topic])
        if found["error_code"]:
            raise errors.for_code(found["error_code"])
        start = consumer.beginning_offsets([self._partition])[self._partition]
        end = consumer.end_offsets([self._partition])[self._partition]
        self._state = topics.TopicState(str(found["topic_id"]), start, end)
        self._looked_at = time.monotonic()


def publisher() -> KafkaPublisher:
    """Return the publisher of this participant, as the settings name brokers and certificate."""
    return KafkaPublisher(settings.KAFKA_SERVERS, _own_context())


def reader(topic: str) -> KafkaReader:
    """Return a reader of `topic` for this participant."""
    return KafkaReader(settings.KAFKA_SERVERS, _own_context(), topic)


def _own_context() -> ssl.SSLContext:
    return tls_context(settings.KAFKA_CA_FILE, settings.KAFKA_CERTIFICATE_FILE)


def _connection(servers: Sequence[str], context: ssl.SSLContext) -> dict[str, object]:
    return {
        "bootstrap_servers": list(servers),
        "security_protocol": "SSL",
        "ssl_context": context,
        "bootstrap_timeout_ms": BOOTSTRAP_MS,
        "reconnect_backoff_max_ms": 1000,
    }


def _knock(servers: Sequence[str]) -> None:
    """Raise BusUnavailable at once when no broker listens: kafka-python would try for many seconds."""
    for server in servers:
        host, _, port = server.rpartition(":")
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 2):
            return
    raise topics.BusUnavailable(cause="NobodyListens")
