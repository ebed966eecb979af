"""Two towns in one test: each with its own database, keys and settings, and a bus in memory between them.

    def test_a_case_moves(towns):
        with towns.at("vilvoorde"):
            ...                     # every query goes to Vilvoorde's database
        towns.settle()              # relay and consumer of both, until nobody has anything to say

The code of both runs in this process, one at a time, as the real code would in its own: what one
town knows of the other went over the bus, sealed and signed. Databases are made once a session.
Participants of another level can be two in one test as well: the suite of that level names them, and their tenant files
where `infra/tenants` has none.

A suite's conftest calls `django.setup()` and imports the fixtures from here.
"""

import contextlib
import datetime
import pathlib
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from federation import seals
from federation.bus import consumer, directory, own_record, relay, topics
from memory_bus import MemoryBus
from peer import AT, Federation

ROOT = pathlib.Path(__file__).parents[2]
KEPT = frozenset({"legal_step", "django_migrations", "epoch"})
"""Tables that migrations fill."""


class Town:
    """One town: what its process would have to itself."""

    def __init__(self, name: str, database: str, folder: pathlib.Path, anchor: pathlib.Path) -> None:
        self.name, self.database, self.folder = name, database, folder
        self.wrapper: Any = connection_to(database)
        self.readers: dict[str, Any] = {}
        self._everything = ""
        self.values = {
            "PARTICIPANT": name,
            "TENANT_FILE": ROOT / "infra" / "tenants" / f"{name}.yaml",
            "KEYS_FOLDER": folder / "keys",
            "FEDERATION_JWKS_FILE": anchor,
            "PUBLIC_URL": f"https://{name}.localhost:19000",
            "TOKEN_ISSUER": f"https://login.localhost/realms/{name}",
            "ALLOWED_HOSTS": [f"{name}.localhost", "testserver"],
        }

    @contextlib.contextmanager
    def here(self) -> Iterator["Town"]:
        """Will run what stands inside as this town's process."""
        before = connections["default"]
        with override_settings(**self.values):
            connections["default"] = self.wrapper
            try:
                yield self
            finally:
                connections["default"] = before

    def crash(self) -> None:
        """Will forget everything that is not committed, as a killed process does, and come up again."""
        raw = self.wrapper.connection
        if raw is not None:
            with contextlib.suppress(psycopg.Error):
                raw.rollback()
            raw.close()
        self.wrapper = connection_to(self.database)
        self.readers = {}

    def query(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query in this town's database."""
        with self.here(), connections["default"].cursor() as cursor:
            cursor.execute(text, list(values))
            return list(cursor.fetchall())

    def count(self, table: str) -> int:
        """Return how many rows a table of this town has."""
        return int(self.query(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 -- a test's own word

    def everything(self) -> dict[str, str]:
        """Return a digest of every table of this town: what a refused call must leave as it was."""
        if not self._everything:
            self._everything = " UNION ALL ".join(
                f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" AS t"  # noqa: S608
                for table in _tables(self)
            )
        return dict(self.query(self._everything))


class Towns:
    """The towns of a test, the federation that countersigns them, and the bus between them."""

    def __init__(self, towns: Iterable[Town], federation: Federation, bus: MemoryBus) -> None:
        self.all = {town.name: town for town in towns}
        self.federation, self.bus, self.now = federation, bus, AT

    def __getitem__(self, name: str) -> Town:
        """Return a town by its id."""
        return self.all[name]

    def at(self, name: str) -> contextlib.AbstractContextManager[Town]:
        """Will run what stands inside as that town's process."""
        return self.all[name].here()

    def later(self, **more: float) -> datetime.datetime:
        """Will let time pass, and return what time it is now."""
        self.now += datetime.timedelta(**more)
        return self.now

    def store(self, name: str) -> int:
        """Will let a town store what came in; return how many records it took."""
        town = self.all[name]
        with town.here():
            reader = town.readers.setdefault(name, self.bus.reader(topics.inbox_of(name)))
            return consumer.store_next(reader, self.now)

    def apply(self, name: str) -> bool:
        """Will let a town apply one stored message; return whether there was one."""
        with self.at(name):
            return consumer.apply_one(self.now)

    def send(self, name: str) -> int:
        """Will let a town's relay send what is due; return how many statements went out."""
        with self.at(name):
            return relay.send_due(self.bus.publisher(), self.now)

    def take_in(self, name: str) -> int:
        """Will let a town store and apply what came in, and answer nothing yet; return how much that was."""
        done = self.store(name)
        while self.apply(name):
            done += 1
        return done

    def work(self, name: str) -> int:
        """Will let one town do all that it can do now; return how much that was."""
        return self.take_in(name) + self.send(name)

    def settle(self, *, rounds: int = 60, resend: bool = False) -> None:
        """Will let all towns work until nobody has anything to do; with `resend` until every receipt stands."""
        for _ in range(rounds):
            self.bus.release()
            if sum(self.work(name) for name in self.all):
                continue
            if not resend or not any(self.waiting(name) for name in self.all):
                return
            self.later(hours=1, minutes=1)
        message = f"the towns do not come to rest in {rounds} rounds"
        raise AssertionError(message)

    def waiting(self, name: str) -> int:
        """Return how many statements of a town have neither receipt nor refusal."""
        return int(
            self.all[name].query(
                "SELECT count(*) FROM outbox_message"
                " WHERE receipt_at IS NULL AND refused_at IS NULL AND type <> 'MessageReceived'"
            )[0][0]
        )

    def parked(self, name: str) -> list[tuple[Any, ...]]:
        """Return type and reason of what a town parked."""
        return self.all[name].query("SELECT type, reason FROM inbox_work WHERE state = 'parked' ORDER BY message_id")

    @contextlib.contextmanager
    def statements(self, name: str) -> Iterator[CaptureQueriesContext]:
        """Will count the SQL statements that run inside, as that town."""
        with self.at(name), CaptureQueriesContext(connections["default"]) as captured:
            yield captured

    def introduce(self) -> None:
        """Will make keys and records, publish them, and let a person in each town confirm each peer."""
        published = []
        for town in self.all.values():
            with town.here():
                own_record.make_keys(AT)
                signed = own_record.print_record(AT)
                published.append(seals.countersign(signed, self.federation.key).encode())
        for town in self.all.values():
            with town.here():
                for record in published:
                    directory.take(record, AT)
                for other in self.all.keys() - {town.name}:
                    directory.trust(other, directory.fingerprint_of(other) or "", by="test", at=AT)


def connection_to(database: str) -> Any:
    """Return a new connection to a town's database."""
    values = dict(connections.settings["default"]) | {"NAME": database, "CONN_MAX_AGE": None}
    made = connections.create_connection("default").__class__(values, "default")
    made.inc_thread_sharing()
    return made


def _tables(town: Town) -> list[str]:
    return [
        row[0]
        for row in town.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        if row[0] not in KEPT
    ]


def _admin() -> psycopg.Connection[Any]:
    values = connections.settings["default"]
    return psycopg.connect(
        host=values["HOST"],
        port=values["PORT"],
        user=values["USER"],
        password=values["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    )


@pytest.fixture(scope="session")
def town_databases(django_db_blocker: Any) -> Iterator[Callable[[str], str]]:
    """Give a function that returns the name of a town's own, migrated database; all go when the session ends."""
    run = uuid.uuid4().hex[:8]
    template = f"test_town_{run}"
    made: dict[str, str] = {}

    def database(name: str) -> str:
        if name not in made:
            made[name] = f"test_town_{run}_{name.replace('-', '_')}"
            with _admin() as admin:
                admin.execute(f'CREATE DATABASE "{made[name]}" TEMPLATE "{template}"')
        return made[name]

    with _admin() as admin:
        admin.execute(f'CREATE DATABASE "{template}"')
    with django_db_blocker.unblock():
        town = Town("vilvoorde", template, pathlib.Path("/nonexistent"), pathlib.Path("/nonexistent"))
        try:
            with town.here():
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            town.wrapper.close()
    yield database
    with _admin() as admin:
        for name in [*made.values(), template]:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def town_factory(
    town_databases: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[Callable[..., Towns]]:
    """Give a function that makes towns afresh: empty databases, own keys, an empty bus.

    Property tests call it once a history, inside `django_db_blocker.unblock()`; everybody else takes
    the fixture `towns`.
    """
    opened: list[Town] = []
    folders: list[pathlib.Path] = []

    def make(
        names: Iterable[str] = ("vilvoorde", "molenbeek"),
        tenant_files: Mapping[str, pathlib.Path] = MappingProxyType({}),
        **knobs: Any,
    ) -> Towns:
        _close(opened)
        folder = tmp_path_factory.mktemp("towns")
        folders.append(folder)
        federation = Federation(folder)
        found = []
        for name in names:
            (folder / name / "keys").mkdir(parents=True, mode=0o700)
            town = Town(name, town_databases(name), folder / name, federation.anchor)
            if name in tenant_files:
                town.values["TENANT_FILE"] = tenant_files[name]
            opened.append(town)
            tables = ", ".join(f'"{table}"' for table in _tables(town))
            with town.here(), connections["default"].cursor() as cursor:
                cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY")
            found.append(town)
        bus = MemoryBus([*(topics.inbox_of(town.name) for town in found), topics.DIRECTORY], **knobs)
        towns = Towns(found, federation, bus)
        towns.introduce()
        return towns

    def unblocked(*given: Any, **knobs: Any) -> Towns:
        with django_db_blocker.unblock():
            return make(*given, **knobs)

    yield unblocked
    with django_db_blocker.unblock():
        _close(opened)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _close(opened: list[Town]) -> None:
    for town in opened:
        town.wrapper.close()
    opened.clear()


@pytest.fixture
def towns(town_factory: Callable[..., Towns], django_db_blocker: Any) -> Iterator[Towns]:
    """Give Vilvoorde and Molenbeek, who know and believe each other, with empty databases."""
    with django_db_blocker.unblock():
        yield town_factory()
