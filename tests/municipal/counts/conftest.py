"""A town with keys, a year of episodes, and a national level that is played by hand."""

import datetime
import pathlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django
import pytest

# This file is read before pytest-django starts Django, and the fixtures need its tables.
django.setup()

import casework  # noqa: E402
from federation import seals  # noqa: E402
from federation.bus import consumer, directory, local, own_record, relay, topics  # noqa: E402
from federation.contracts import digests  # noqa: E402
from federation.contracts.messages import CountsReleased, MessageReceived, MessageRefused  # noqa: E402
from memory_bus import MemoryBus  # noqa: E402
from peer import AT, Federation, Peer  # noqa: E402

Opens = Callable[..., uuid.UUID]


@dataclass
class Nation:
    """The national level, and the way there."""

    peer: Peer
    bus: MemoryBus
    reader: Any

    def heard(self) -> list[CountsReleased]:
        """Let our relay send; return the releases that have reached the nation, in order."""
        relay.send_due(self.bus.publisher(), AT)
        said = [self.peer.hears(record.value or b"")[0].body for record in self.sealed()]
        return [body for body in said if isinstance(body, CountsReleased)]

    def sealed(self) -> list[Any]:
        """Return the records on the nation's topic."""
        return list(self.bus.records(topics.inbox_of("belgium")))

    def says(self, body: Any) -> None:
        """Let the nation say something to us, and us take it."""
        jws = self.peer.statement("vilvoorde", body)
        self.bus.put(topics.inbox_of("vilvoorde"), self.peer.sealed(jws, local.keyring().encryption_key.public))
        while consumer.store_next(self.reader, AT) or consumer.apply_one(AT):
            pass

    def confirms(self) -> None:
        """Let the nation confirm what it heard last."""
        _, opened = self.peer.hears(self.sealed()[-1].value)
        self.says(MessageReceived(seals.digest(opened.jws)))

    def refuses(self, reason: str) -> None:
        """Let the nation refuse what it heard last."""
        _, opened = self.peer.hears(self.sealed()[-1].value)
        sealed = digests.digest(self.sealed()[-1].value)
        self.says(MessageRefused(reason, opened.event_id, sealed, seals.digest(opened.jws)))


@pytest.fixture
def keys(db: None, tmp_path: pathlib.Path, settings: Any) -> pathlib.Path:
    """Give Vilvoorde keys of its own, and return their folder."""
    settings.KEYS_FOLDER = tmp_path / "vilvoorde" / "keys"
    own_record.make_keys(AT)
    return pathlib.Path(settings.KEYS_FOLDER)


@pytest.fixture
def nation(keys: pathlib.Path, tmp_path: pathlib.Path, settings: Any) -> Nation:
    """Give a national level that Vilvoorde has confirmed."""
    federation = Federation(tmp_path)
    settings.FEDERATION_JWKS_FILE = federation.anchor
    peer = Peer("belgium", tmp_path, federation)
    assert directory.take(peer.published(level="national", nis=None, region=None, teams=()), AT)
    directory.trust("belgium", directory.fingerprint_of("belgium") or "", by="nadia.manager", at=AT)
    bus = MemoryBus([topics.inbox_of("vilvoorde"), topics.inbox_of("belgium")])
    return Nation(peer, bus, bus.reader(topics.inbox_of("vilvoorde")))


@pytest.fixture
def opens(keys: pathlib.Path) -> Opens:
    """Give a way to open a case of somebody of an age, on a day."""

    def opened(day: str, *, age: int = 15, by: Any = casework.CASEWORKER) -> uuid.UUID:
        at = datetime.datetime.fromisoformat(f"{day}T10:00:00+01:00")
        return casework.open_case(at=at, by=by, birth_on=datetime.date(at.year - age, 1, 1))

    return opened


@pytest.fixture
def year(opens: Opens) -> None:
    """Play 2025: 12 minors and 21 adults, one before and one after the year."""
    opens("2024-12-31")
    opens("2026-01-01")
    for number in range(12):
        opens(f"2025-{number + 1:02}-01")
    for number in range(21):
        opens(f"2025-03-{number + 1:02}", age=30)
