"""The worker on a real broker: killed, wiped, cut off, and everything arrives once."""

import gc
import threading
import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction

from broker import Broker
from bus_world import OWN, OWN_INBOX, World, count, query
from federation.bus import client, outbox, topics, worker
from federation.contracts.messages import MessageReceived, ReferralOpened
from peer import CONSENT, offer
from waiting import until

pytestmark = pytest.mark.filterwarnings(
    # kafka-python leaves the sockets of a killed broker to the collector
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


class Running:
    """A worker in threads of this process, and the peer's hands on the broker."""

    def __init__(self, world: World, broker: Broker) -> None:
        self.world, self.broker = world, broker
        self.publisher = client.KafkaPublisher(broker.servers, broker.context("molenbeek"), patience=4)
        self._stop, self._thread = threading.Event(), threading.Thread()
        self.failed: list[str] = []

    def start(self) -> None:
        """Begin the worker."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stop,))
        self._thread.start()

    def _run(self, stop: threading.Event) -> None:
        self.failed = worker.run(stop, worker.own_loops())

    def end(self) -> None:
        """Stop the worker as SIGTERM does."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether the worker still runs."""
        return self._thread.is_alive()

    def says(self, jws: str) -> None:
        """Let the peer put a statement into our inbox, as soon as the broker takes it."""
        raw = self.world.peer.sealed(jws, self.world.own_key())
        until(lambda: self._published(raw), "the broker takes the peer's message")

    def _published(self, raw: bytes) -> bool:
        try:
            self.publisher.publish(OWN_INBOX, raw)
        except topics.BusUnavailable:
            return False
        return True

    def offers(self) -> uuid.UUID:
        """Let the peer offer a handover."""
        referral_id = uuid.uuid4()
        self.says(self.world.peer.statement(OWN, offer(), referral_id=referral_id, seq=1, consent_digest=CONSENT))
        return referral_id

    def receipts(self) -> set[str]:
        """Return the digests whose receipts reached the peer's inbox."""
        reader = client.KafkaReader(self.broker.servers, self.broker.context("molenbeek"), PEER_INBOX, patience_ms=1500)
        try:
            state = reader.describe()
            found = reader.read(state.start, 1000)
        finally:
            reader.close()
        bodies = [self.world.peer.hears(record.value or b"")[0].body for record in found]
        return {body.digest for body in bodies if hasattr(body, "digest")}


PEER_INBOX = topics.inbox_of("molenbeek")


@pytest.fixture
def running(committed_world: World, broker: Broker) -> Iterator[Running]:
    settings = committed_world.settings
    settings.KAFKA_SERVERS = broker.servers
    settings.KAFKA_CA_FILE = broker.instance.folder / "bus" / "ca.pem"
    settings.KAFKA_CERTIFICATE_FILE = broker.certificate(OWN)
    settings.BUS_RESEND_SECONDS = (1, 1, 2)
    settings.WORKER_TIMERS = {}
    _make_topics(broker)
    made = Running(committed_world, broker)
    made.start()
    yield made
    made.end()
    made.publisher.close()
    for name in (OWN_INBOX, PEER_INBOX, topics.DIRECTORY):
        broker.delete_topic(name)
    gc.collect()


def _make_topics(broker: Broker) -> None:
    broker.make_topic(OWN_INBOX, reader=OWN, writers=("molenbeek",))
    broker.make_topic(PEER_INBOX, reader="molenbeek", writers=(OWN,))
    broker.make_topic(topics.DIRECTORY, reader=OWN)


def _applied(referral_id: uuid.UUID) -> int:
    return len(query("SELECT 1 FROM effects WHERE referral_id = %s AND what = 'handler'", referral_id))


def test_a_message_is_applied_and_its_receipt_arrives(running: Running) -> None:
    referral_id = running.offers()

    until(lambda: _applied(referral_id), "the effect")
    until(lambda: len(running.receipts()) == 1, "the receipt")

    assert _applied(referral_id) == 1


def test_what_we_say_is_sent_again_until_the_receipt_stands(running: Running) -> None:
    with transaction.atomic():
        row = outbox.put(to="molenbeek", body=ReferralOpened(), referral_id=uuid.uuid4(), at=running.world.at)

    attempts = "SELECT attempts FROM outbox_message WHERE id = %s"
    until(lambda: query(attempts, row.pk)[0][0] >= 2, "a second sending")
    running.says(running.world.peer.statement(OWN, MessageReceived(row.digest)))
    until(lambda: query("SELECT receipt_at FROM outbox_message WHERE id = %s", row.pk)[0][0], "the receipt")

    assert query("SELECT next_attempt_at FROM outbox_message WHERE id = %s", row.pk) == [(None,)]


def test_a_broker_that_is_killed_and_comes_back_stops_nothing(running: Running) -> None:
    before = running.offers()
    until(lambda: _applied(before), "the effect before")

    running.broker.kill()
    with transaction.atomic():
        row = outbox.put(to="molenbeek", body=ReferralOpened(), referral_id=uuid.uuid4(), at=running.world.at)
    running.broker.start()
    after = running.offers()
    until(lambda: _applied(after), "the effect after")
    until(lambda: query("SELECT attempts FROM outbox_message WHERE id = %s", row.pk)[0][0] > 0, "our message is out")

    assert running.alive
    assert (_applied(before), _applied(after), count("bus_alarm")) == (1, 1, 0)


def test_topics_deleted_and_made_anew_in_mid_flight_lose_and_double_nothing(running: Running) -> None:
    referrals = [running.offers() for _ in range(5)]
    until(lambda: all(_applied(one) for one in referrals), "the effects")

    running.broker.delete_topic(OWN_INBOX)
    running.broker.make_topic(OWN_INBOX, reader=OWN, writers=("molenbeek",))
    more = [running.offers() for _ in range(5)]
    until(lambda: all(_applied(one) for one in more), "the effects after")

    assert [_applied(one) for one in referrals + more] == [1] * 10
    assert query("SELECT DISTINCT kind FROM bus_alarm") in ([("topicRecreated",)], [("positionLost",)])


def test_a_second_worker_waits_until_the_first_has_ended(running: Running) -> None:
    second = Running(running.world, running.broker)
    second.start()
    referral_id = running.offers()
    until(lambda: _applied(referral_id), "the effect")

    running.end()
    other = running.offers()
    until(lambda: _applied(other), "the second worker's effect")
    second.end()
    second.publisher.close()

    assert (_applied(referral_id), _applied(other)) == (1, 1)


def test_one_loop_that_ends_ends_all(running: Running) -> None:
    # of this database alone: workers of real towns may run on the same server
    locks = (
        "SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    until(lambda: len(query(locks)) == 2, "relay and consumer hold their locks")

    query(f"SELECT pg_terminate_backend(pid) FROM ({locks}) AS found")  # noqa: S608 -- a constant
    until(lambda: not running.alive, "the worker ends")

    assert set(running.failed) & {"relay", "consumer"}
