"""The national level with its own bus, and municipalities that are played by hand.

A suite's conftest calls `django.setup()` and imports the fixtures from here.
"""

import pathlib
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from casework import actor
from federation.bus import consumer, directory, local, own_record, relay, topics
from federation.contracts.directory import Names
from federation.contracts.messages import Body, Message
from federation.identity.actor import Actor, Role
from federation.identity.authentication import Caller
from memory_bus import MemoryBus
from peer import AT, Federation, Peer

TOWNS = {
    "vilvoorde": ("23088", Names("Vilvoorde", "Vilvorde", "Vilvoorde", "Vilvoorde")),
    "molenbeek": ("21012", Names("Sint-Jans-Molenbeek", "Molenbeek-Saint-Jean", "Sint-Jans-Molenbeek", "Molenbeek")),
    "schaarbeek": ("21015", Names("Schaarbeek", "Schaerbeek", "Schaerbeek", "Schaerbeek")),
}
OWN_INBOX = topics.inbox_of("belgium")
READER = actor(Role.STATISTICS_USER, team="", participant="belgium")
OPERATOR = actor(Role.OPERATOR, team="", participant="belgium")
NOBODY = actor(None, team="", participant="belgium")


class World:
    """The national level's own bus, and three municipalities."""

    def __init__(self, folder: pathlib.Path, settings: Any) -> None:
        self.federation, self.folder = Federation(folder), folder
        settings.KEYS_FOLDER = folder / "belgium" / "keys"
        settings.FEDERATION_JWKS_FILE = self.federation.anchor
        (folder / "belgium").mkdir()
        own_record.make_keys(AT)
        self.towns = {name: self.joins(name, nis, names) for name, (nis, names) in TOWNS.items()}
        self.bus = MemoryBus([OWN_INBOX, topics.DIRECTORY, *map(topics.inbox_of, [*TOWNS, "elsewhere"])])
        self.publisher, self.reader = self.bus.publisher(), self.bus.reader(OWN_INBOX)

    def joins(
        self, name: str, nis: str | None, names: Names, *, level: str = "municipal", trusted: bool = True
    ) -> Peer:
        """Let a participant publish its record, and a person here confirm it."""
        peer = Peer(name, self.folder, self.federation)
        assert directory.take(peer.published(nis=nis, names=names, level=level), AT)
        if trusted:
            directory.trust(name, directory.fingerprint_of(name) or "", by="hugo", at=AT)
        return peer

    def says(self, peer: Peer, body: Body, **fields: Any) -> None:
        """Let a participant say something, and us do all that we can do now."""
        jws = peer.statement("belgium", body, **fields)
        self.bus.put(OWN_INBOX, peer.sealed(jws, local.keyring().encryption_key.public))
        while consumer.store_next(self.reader, AT) or consumer.apply_one(AT):
            pass
        relay.send_due(self.publisher, AT)

    def heard(self, peer: Peer) -> list[Message]:
        """Return what reached a participant, in order."""
        return [peer.hears(record.value or b"")[0] for record in self.bus.records(topics.inbox_of(peer.name))]


@pytest.fixture
def world(db: None, tmp_path: pathlib.Path, settings: Any) -> World:
    """Give the national level and its municipalities."""
    return World(tmp_path, settings)


@pytest.fixture
def api() -> Callable[[Actor], APIClient]:
    """Return clients of the national API, each as somebody who is logged in."""

    def client(by: Actor = READER) -> APIClient:
        found = APIClient(HTTP_HOST="belgium.localhost")
        found.force_authenticate(user=Caller(by))  # type: ignore[arg-type]  # Django's user class is not used here
        return found

    return client
