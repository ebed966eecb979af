"""One town's real bus (`vilvoorde`, as the settings say) and a peer that is played by hand.

`world` writes within the test's transaction; `committed_world` really commits, for tests in which a
process dies.
"""

import datetime
import pathlib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from federation.bus import consumer, directory, inbox, local, outbox, own_record, relay, topics
from federation.contracts.messages import Body, Message, ReferralOpened
from federation.errors import DomainError, Kind
from memory_bus import MemoryBus
from peer import AT, CONSENT, Federation, Peer, offer

OWN = "vilvoorde"
OWN_INBOX = topics.inbox_of(OWN)


HANDLED = ("ReferralOffered", "ReferralOpened", "ReferralAccepted", "DossierReleased", "ConsentWithdrawn")


class NotToday(DomainError):
    """The handler does not allow this."""

    kind = Kind.CONFLICT


class Mistake(Exception):
    """A handler has a mistake in it."""


def on_message(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Leave one row as effect, or fail as the row in `orders` says for this type."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT order_ FROM orders WHERE type = %s", [message.type])
        found = cursor.fetchone()
        cursor.execute(
            "INSERT INTO effects (what, type, referral_id, seq, dossier) VALUES ('handler', %s, %s, %s, %s)",
            [message.type, message.referral_id, message.seq, dossier],
        )
    match found and found[0]:
        case "refuse":
            raise NotToday
        case "fail":
            raise Mistake("Jan Peeters")


def on_message_with_answer(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Leave one row as effect, and answer with a message of ours."""
    on_message(message, dossier=dossier, at=at)
    outbox.put(to=message.sender, body=ReferralOpened(), referral_id=message.referral_id, at=at)


def on_message_erasing(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Erase what the referral left in the inbox, as a withdrawal does."""
    if message.referral_id is not None:
        inbox.erase_payloads(referral_id=message.referral_id, at=at)


def on_received(message: Message, at: datetime.datetime) -> None:
    """Leave one row as effect of a receipt."""
    _leave("receipt", message)


def on_refused(message: Message, reason: str, at: datetime.datetime) -> None:
    """Leave one row as effect of a refusal."""
    _leave(f"refusal {reason}", message)


def gate(message: Message, at: datetime.datetime) -> bool:
    """Say what the row in `orders` for the gate says."""
    _leave("gate", message)
    with connection.cursor() as cursor:
        cursor.execute("SELECT order_ FROM orders WHERE type = 'gate'")
        found = cursor.fetchone()
    return found is None


def _leave(what: str, message: Message) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO effects (what, type, referral_id, seq) VALUES (%s, %s, %s, %s)",
            [what, message.type, message.referral_id, message.seq],
        )


class World:
    """Our own bus, a peer, and the topics between."""

    def __init__(self, folder: pathlib.Path, settings: Any) -> None:
        self.federation = Federation(folder)
        settings.PARTICIPANT = OWN
        settings.KEYS_FOLDER = folder / OWN / "keys"
        settings.FEDERATION_JWKS_FILE = self.federation.anchor
        settings.BUS_HANDLERS = dict.fromkeys(HANDLED, "bus_world.on_message")
        settings.BUS_RECEIPT_HANDLER = "bus_world.on_received"
        settings.BUS_REFUSAL_HANDLER = "bus_world.on_refused"
        settings.BUS_RESEAL_GATE = "bus_world.gate"
        (folder / OWN).mkdir()
        own_record.make_keys(AT)
        self.settings, self.folder = settings, folder
        self.peer = Peer("molenbeek", folder, self.federation, with_=(OWN,))
        self.bus = MemoryBus([OWN_INBOX, topics.inbox_of("molenbeek"), topics.DIRECTORY])
        self.publisher, self.reader = self.bus.publisher(), self.bus.reader(OWN_INBOX)
        self.at = AT

    def know(self, peer: Peer) -> None:
        """Let our directory hold the peer's record, not yet believed."""
        assert directory.take(peer.published(), self.at) is not None

    def trust(self, peer: Peer) -> None:
        """Let a person of ours confirm the peer's key."""
        directory.trust(peer.name, directory.fingerprint_of(peer.name) or "", by="els.manager", at=self.at)

    def own_key(self) -> Any:
        """Return our public encryption key."""
        return local.keyring().encryption_key.public

    def arrives(self, raw: bytes | None) -> None:
        """Put bytes into our inbox."""
        self.bus.put(OWN_INBOX, raw)

    def says(self, body: Body, peer: Peer | None = None, *, dossier: str | None = None, **fields: Any) -> str:
        """Let the peer say something to us; return the statement."""
        speaker = peer or self.peer
        jws = speaker.statement(OWN, body, **fields)
        self.arrives(speaker.sealed(jws, self.own_key(), dossier=dossier))
        return jws

    def offers(self, referral_id: uuid.UUID | None = None, seq: int = 1) -> tuple[uuid.UUID, str]:
        """Let the peer offer us a handover."""
        referral_id = referral_id or uuid.uuid4()
        return referral_id, self.says(offer(), referral_id=referral_id, seq=seq, consent_digest=CONSENT)

    def work(self) -> None:
        """Let our side do all that it can do now: store, apply, send."""
        while consumer.store_next(self.reader, self.at):
            pass
        while consumer.apply_one(self.at):
            pass
        relay.send_due(self.publisher, self.at)

    def later(self, **more: float) -> None:
        """Let time pass."""
        self.at += datetime.timedelta(**more)

    def heard(self, peer: Peer | None = None, *, since: int = 0) -> list[Message]:
        """Return what reached the peer, in order, from record `since` on."""
        listener = peer or self.peer
        found = self.bus.records(topics.inbox_of(listener.name))[since:]
        return [listener.hears(record.value or b"")[0] for record in found]

    def effects(self, **wanted: object) -> list[str]:
        """Return what handlers did, in order."""
        found = query("SELECT what || ' ' || type, what, referral_id FROM effects ORDER BY id")
        return [row[0] for row in found if wanted.items() <= {"what": row[1], "referral_id": row[2]}.items()]

    def order(self, kind: str, order: str) -> None:
        """Tell a handler what to do; an empty order takes it back."""
        execute("DELETE FROM orders WHERE type = %s", kind)
        if order:
            execute("INSERT INTO orders VALUES (%s, %s)", kind, order)


def query(text: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(text, list(values))
        return list(cursor.fetchall())


def execute(text: str, *values: Any) -> None:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(text, list(values))


def count(table: str) -> int:
    """Return how many rows a table has."""
    return int(query(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 -- a test's own word


def _tables() -> None:
    execute(
        "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, what text, type text, referral_id uuid,"
        " seq bigint, dossier text); CREATE TABLE orders (type text, order_ text)"
    )


@pytest.fixture
def world(db: None, tmp_path: pathlib.Path, settings: Any) -> World:
    _tables()
    made = World(tmp_path, settings)
    made.know(made.peer)
    made.trust(made.peer)
    return made


@pytest.fixture
def committed_world(transactional_db: None, tmp_path: pathlib.Path, settings: Any) -> Iterator[World]:
    execute("DROP TABLE IF EXISTS effects, orders")
    _tables()
    made = World(tmp_path, settings)
    made.know(made.peer)
    made.trust(made.peer)
    yield made
    execute("DROP TABLE effects, orders")
