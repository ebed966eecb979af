"""Every place where bytes of a running instance end up, read whole; and the hand that plants a word in each."""

import gzip
import json
import pathlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from psycopg import sql

import search_at_work
import waiting
from door import trusting
from local import opensearch, postgres
from stack import Stack

PLANTED_TOPIC = "zenne.planted"
PLANTED_INDEX = "planted"

FORMS = {
    "plain": lambda word: word.encode(),
    "case-folded": lambda word: word.upper().encode(),
    "URL-coded": lambda word: quote(f"naam={word} zegt", safe="").encode(),
    "base64": lambda word: b64encode(f"{{'naam': '{word}', 'zo': 'gezegd'}}".encode()),
    "gzip": lambda word: b64encode(gzip.compress(f"de naam is {word}".encode())),
}


class Bus:
    """All topics, read as the one who runs the broker."""

    def __init__(self, stack: Stack) -> None:
        """Will read the broker of `stack`."""
        about = stack.kafka_as_steward
        context = trusting(pathlib.Path(about["ca"]))
        context.load_cert_chain(about["certificate"])
        self._settings = {"bootstrap_servers": about["servers"], "security_protocol": "SSL", "ssl_context": context}

    def records(self) -> dict[str, list[bytes]]:
        """Return the values of every record, by topic."""
        consumer = KafkaConsumer(**self._settings, group_id=None, enable_auto_commit=False)
        try:
            found: dict[str, list[bytes]] = {}
            for topic in sorted(consumer.topics()):
                found[topic] = [value for value, _ in self._read(consumer, topic)]
            return found
        finally:
            consumer.close()

    def content(self) -> bytes:
        """Return keys, headers and values of every record of every topic."""
        consumer = KafkaConsumer(**self._settings, group_id=None, enable_auto_commit=False)
        try:
            return b"\n".join(
                part for topic in sorted(consumer.topics()) for pair in self._read(consumer, topic) for part in pair
            )
        finally:
            consumer.close()

    @staticmethod
    def _read(consumer: KafkaConsumer, topic: str) -> list[tuple[bytes, bytes]]:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        end = consumer.end_offsets([partition])[partition]
        found: list[tuple[bytes, bytes]] = []

        def whole() -> bool:
            for record in consumer.poll(timeout_ms=200).get(partition, []):
                rest = b" ".join([record.key or b"", *(value for _, value in record.headers)])
                found.append((record.value or b"", rest))
            return consumer.position(partition) >= end

        waiting.until(whole, f"{topic} is read to its end")
        return found

    @contextmanager
    def planted(self, word: bytes) -> Iterator[None]:
        """Hold `word` in a topic of its own while the block runs."""
        admin = KafkaAdminClient(**self._settings)
        admin.create_topics([NewTopic(PLANTED_TOPIC, num_partitions=1, replication_factor=1)])
        try:
            waiting.until(lambda: PLANTED_TOPIC in admin.list_topics(), "the topic is there")
            producer = KafkaProducer(**self._settings, acks="all")
            producer.send(PLANTED_TOPIC, word, partition=0).get(30)
            producer.close()
            yield
        finally:
            admin.delete_topics([PLANTED_TOPIC])
            waiting.until(lambda: PLANTED_TOPIC not in admin.list_topics(), "the topic is gone")
            admin.close()


class Files:
    """Files of logs."""

    def __init__(self, *paths: pathlib.Path) -> None:
        """Will read `paths`."""
        self._paths = paths

    def content(self) -> bytes:
        """Return what stands in the files."""
        return b"\n".join(path.read_bytes() for path in self._paths)

    @contextmanager
    def planted(self, word: bytes) -> Iterator[None]:
        """Hold `word` in a file beside the others while the block runs."""
        planted = self._paths[0].with_name("planted.log")
        planted.write_bytes(word)
        kept, self._paths = self._paths, (*self._paths, planted)
        try:
            yield
        finally:
            self._paths = kept
            planted.unlink()


class Database:
    """Every row of every table of one database, read as the server's administrator."""

    def __init__(self, stack: Stack, name: str, *, only: str = "") -> None:
        """Will read the database `name`; `only` the tables whose names hold that word."""
        self._connect = lambda: postgres.connect(stack.instance, database=name)
        self._only = only

    def content(self) -> bytes:
        """Return all rows as text; a bytea as what it holds."""
        with self._connect() as connection:
            tables = connection.execute(
                "SELECT table_schema, table_name FROM information_schema.tables "
                "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') "
                "AND table_name LIKE %s ORDER BY 1, 2",
                [f"%{self._only}%"],
            ).fetchall()
            return b"\n".join(self._rows(connection, sql.Identifier(*table)) for table in tables)

    @staticmethod
    def _rows(connection: psycopg.Connection, table: sql.Identifier) -> bytes:
        rows = connection.execute(sql.SQL("SELECT * FROM {}").format(table)).fetchall()
        return b"\n".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for row in rows
            for value in row
        )

    @contextmanager
    def planted(self, word: bytes) -> Iterator[None]:
        """Hold `word` in a table of its own while the block runs."""
        table = sql.Identifier(f"planted_{self._only}")
        with self._connect() as connection:
            connection.execute(sql.SQL("CREATE TABLE {} (word bytea)").format(table))
            try:
                connection.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(table), [word])
                yield
            finally:
                connection.execute(sql.SQL("DROP TABLE {}").format(table))


class Index:
    """Every document of every index of OpenSearch, with what its security plugin keeps, read as its administrator."""

    def __init__(self, stack: Stack) -> None:
        """Will read the OpenSearch of `stack`."""
        instance = stack.instance
        authority = opensearch.authority(instance).certificate_file
        url = f"https://127.0.0.1:{instance.ports['opensearch']}"
        self._server = search_at_work.connected(url, authority, instance.admin / "search.pem")

    def content(self) -> bytes:
        """Return the source of every document, by index."""
        self._server.indices.refresh(index="_all")
        names = sorted(self._server.indices.get(index="_all"))
        found = (self._server.search(index=name, body={"size": 10_000})["hits"] for name in names)
        return b"\n".join(json.dumps(hits, ensure_ascii=False).encode() for hits in found)

    @contextmanager
    def planted(self, word: bytes) -> Iterator[None]:
        """Hold `word` in an index of its own while the block runs."""
        self._server.indices.create(index=PLANTED_INDEX)
        try:
            self._server.index(index=PLANTED_INDEX, body={"word": word.decode()}, refresh=True)
            yield
        finally:
            self._server.indices.delete(index=PLANTED_INDEX)


Sink = Bus | Files | Database | Index
__all__ = ["FORMS", "Bus", "Database", "Files", "Index", "Sink"]
