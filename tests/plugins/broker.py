"""A real Kafka broker for the suites of the bus, beside the running instance: they kill it and cut its log."""

import contextlib
import pathlib
import socket
import ssl
import subprocess
from collections.abc import Iterator

import pytest
from kafka import KafkaAdminClient, TopicPartition, errors
from kafka.admin import ACL, ACLOperation, ACLPermissionType, NewTopic, ResourcePattern, ResourceType

from federation.bus import client
from local import instances, kafka, software
from waiting import until


class Broker:
    """One broker with its own authority, folder and ports."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.instance = instances.Instance("broker", folder, _free_port())
        self.instance.prepare()
        self._program = kafka.prepare(self.instance, software.bring())
        self._process: subprocess.Popen[bytes] | None = None
        self.servers = [f"127.0.0.1:{self.instance.ports['kafka']}"]

    def start(self) -> None:
        """Start the broker and wait until it greets."""
        with (self.instance.log / "kafka.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(word) for word in self._program.command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until(lambda: kafka.is_ready(self.instance), "the broker is ready", seconds=60)

    def kill(self) -> None:
        """End the broker as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Stop the broker in order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def context(self, name: str) -> ssl.SSLContext:
        """Return the TLS context of participant `name`, with a certificate of this broker's authority."""
        return client.tls_context(kafka.authority(self.instance).certificate_file, self.certificate(name))

    def certificate(self, name: str) -> pathlib.Path:
        """Return the file with key and certificate of participant `name`."""
        path = self.instance.admin / f"{name}.pem"
        kafka.authority(self.instance).issue(path, name=name, hosts=[], server=False)
        return path

    @contextlib.contextmanager
    def admin(self) -> Iterator[KafkaAdminClient]:
        """Give the client by which steward rules the broker."""
        made = KafkaAdminClient(
            bootstrap_servers=self.servers, security_protocol="SSL", ssl_context=self.context("steward")
        )
        try:
            yield made
        finally:
            made.close()

    def make_topic(self, name: str, *, reader: str = "", writers: tuple[str, ...] = ()) -> None:
        """Make a topic and its rights; wait until they hold."""
        with self.admin() as admin:
            until(lambda: self._made(admin, name), f"topic {name}", seconds=20)
            rules = [_rule(name, writer, ACLOperation.WRITE) for writer in writers]
            rules += [_rule(name, reader, ACLOperation.READ)] if reader else []
            if rules:
                admin.create_acls(rules)

    def _made(self, admin: KafkaAdminClient, name: str) -> bool:
        with contextlib.suppress(errors.TopicAlreadyExistsError):
            admin.create_topics([NewTopic(name, 1, 1)])
        (found,) = admin.describe_topics([name])
        return not found["error_code"] and bool(found["partitions"]) and found["partitions"][0]["leader_id"] >= 0

    def delete_topic(self, name: str) -> None:
        """Delete a topic and wait until it is gone."""
        """Delete a topic and wait until it is gone."""
        with self.admin() as admin:
            admin.delete_topics([name])
            until(lambda: bool(admin.describe_topics([name])[0]["error_code"]), f"{name} is gone", seconds=20)

    def forget_before(self, name: str, offset: int) -> None:
        """Delete the records before `offset`, as retention does."""
        with self.admin() as admin:
            admin.delete_records({TopicPartition(name, 0): offset})


def _rule(topic: str, participant: str, operation: ACLOperation) -> ACL:
    pattern = ResourcePattern(ResourceType.TOPIC, topic)
    return ACL(f"User:{participant}", "*", operation, ACLPermissionType.ALLOW, pattern)


def _free_port() -> int:
    for port in range(23000, 23900, 20):
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", port + 10))
            two.bind(("127.0.0.1", port + 11))
            return port
    raise OSError("no free port")


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    made = Broker(tmp_path_factory.mktemp("broker"))
    made.start()
    yield made
    made.stop()
