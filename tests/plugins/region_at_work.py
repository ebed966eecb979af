"""The region of Brussels on paper: it knows Molenbeek and Schaarbeek, its own, and Vilvoorde, which is another's.

A suite's conftest calls `django.setup()` and imports the fixtures from here.
"""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from federation import clock, seals
from federation.bus import consumer, directory, local, own_record, topics
from federation.contracts import codec
from federation.contracts.messages import Clocks, Message, ProgressStated
from federation.identity import actor as actors
from federation.identity.actor import Actor, Role
from memory_bus import MemoryBus
from peer import Federation, Peer
from regional.progress import actions, queries

AT = datetime.datetime(2026, 11, 23, 9, 30, tzinfo=datetime.UTC)
"""A Monday morning in Brussels."""
CONSUMER = actors.system("brussels", "consumer")


class Region:
    """The region's own work, and the towns around it as participants that speak by hand."""

    def __init__(self, folder: Any, settings: Any) -> None:
        self.federation = Federation(folder)
        settings.KEYS_FOLDER = folder / "keys"
        settings.FEDERATION_JWKS_FILE = self.federation.anchor
        own_record.make_keys(AT)
        signed = own_record.print_record(AT)
        directory.take(seals.countersign(signed, self.federation.key).encode(), AT)
        self.folder, self.towns = folder, dict[str, Peer]()
        for name, region in {"molenbeek": "brussels", "schaarbeek": "brussels", "vilvoorde": "halle-vilvoorde"}.items():
            self.know(name, region)

    def know(self, name: str, region: str, *, trusted: bool = True) -> Peer:
        """Will take in a town's record, and believe its key where a person has confirmed it."""
        others = ("molenbeek", "schaarbeek") if name == "vilvoorde" else ("vilvoorde",)
        town = Peer(name, self.folder, self.federation, with_=others)
        directory.take(town.published(region=region), AT)
        if trusted:
            directory.trust(name, directory.fingerprint_of(name) or "", by="test", at=AT)
        self.towns[name] = town
        return town


@pytest.fixture
def region(db: None, tmp_path: Any, settings: Any) -> Region:
    """Return the region of Brussels, which knows three towns."""
    return Region(tmp_path, settings)


def coordinator(participant: str = "brussels", role: Role = Role.REGIONAL_COORDINATOR) -> Actor:
    """Return somebody who is logged in at the region."""
    return Actor(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{participant}/{role}")), frozenset({role.value}), "", participant)


RANIA = coordinator()


def at(text: str) -> datetime.datetime:
    """Return an instant of Brussels: `at("2026-11-20 14:02")`."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=clock.BRUSSELS).astimezone(datetime.UTC)


def word(
    referral: uuid.UUID,
    state: str,
    *,
    by: str = "vilvoorde",
    version: int = 1,
    epoch: int = 1,
    from_: str = "vilvoorde",
    to: str = "molenbeek",
    kind: str = "handover",
    relates_to: uuid.UUID | None = None,
    said_at: datetime.datetime = AT,
    clocks: dict[str, datetime.datetime] | None = None,
    **reasons: str,
) -> Message:
    """Return one statement: `state` has come about at `said_at`, `clocks` before it."""
    own = {"firstContact": "first_contact", "handedBack": "handed_back"}.get(state, state) + "_at"
    times = {own: said_at, **{f"{name}_at": time for name, time in (clocks or {}).items()}}
    return Message(
        type="ProgressStated",
        sender=by,
        recipient="brussels",
        epoch=epoch,
        time=said_at,
        referral_id=referral,
        relates_to=relates_to,
        body=ProgressStated(
            from_=from_, to=to, kind=kind, state=state, version=version, clocks=Clocks(**times), **reasons
        ),
    )


def keep(message: Message, *, at: datetime.datetime | None = None) -> queries.ProgressRow:
    """Will keep a statement as the consumer does, at once where nothing else is said."""
    return actions.keep_statement(message=message, by=CONSUMER, at=at or message.time)


@pytest.fixture
def offered(region: Region) -> Callable[..., uuid.UUID]:
    """Return a function that makes a referral of which both sides have stated that it was received."""

    def make(on: datetime.datetime = AT, **how: Any) -> uuid.UUID:
        referral = uuid.uuid4()
        sender, recipient = how.pop("from_", "vilvoorde"), how.pop("to", "molenbeek")
        for by in (sender, recipient):
            keep(word(referral, "received", by=by, from_=sender, to=recipient, said_at=on, **how))
        return referral

    return make


@pytest.fixture
def hear(region: Region) -> Callable[..., None]:
    """Return a function that brings a message over the bus, sealed and signed by a town, and applies it."""
    topic = topics.inbox_of("brussels")
    bus = MemoryBus([topic])
    reader = bus.reader(topic)

    def come(message: Message, *, by: str, times: int = 1) -> None:
        town = region.towns[by]
        jws = seals.sign(codec.encode(message), town.ring.signing_key)
        for _ in range(times):
            bus.put(topic, town.sealed(jws, local.keyring().encryption_key.public))
        consumer.store_next(reader, AT)
        while consumer.apply_one(AT):
            pass

    return come
