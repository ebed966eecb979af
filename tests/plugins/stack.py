"""The real components for tests: instance `test` of the local stack, as one fixture.

    pytest_plugins = ["stack"]   # in the conftest.py of a suite

    def test_something_true_of_the_whole(stack):
        with stack.client("vilvoorde", "els.caseworker") as vilvoorde:
            ...

The instance is brought up once a session and reused when it already runs; it is ended only by the
session that started it. ZENNE_TEST_INSTANCE names another one.
"""

import contextlib
import json
import os
import pathlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

import door
import waiting
from local import commands, instances, kafka, participants, postgres, processes, setting_up, status, tenants, token


@dataclass(frozen=True)
class Stack:
    """A running instance: where its parts are, who may log in, and the hand that stops and kills."""

    instance: instances.Instance

    # What there is

    @property
    def demo(self) -> dict[str, Any]:
        """What demo.json says: gateway, participants, users with passwords."""
        content: dict[str, Any] = json.loads((self.instance.folder / "demo.json").read_text(encoding="utf-8"))
        return content

    @property
    def ca(self) -> pathlib.Path:
        """The certificate that the gateway's hosts are verified against."""
        return self.instance.tls / "ca.pem"

    @property
    def towns(self) -> list[tenants.Tenant]:
        """Every tenant file as the stack reads it."""
        return tenants.load()

    def folder(self, participant: str) -> pathlib.Path:
        """Return the participant's own folder: keys/, secrets/, public/, bus.pem, environment."""
        return self.instance.participants / participant

    def log(self, program: str) -> pathlib.Path:
        """Return the log of a program; `gateway-access` is Envoy's access log."""
        return self.instance.log / f"{program}.log"

    def url(self, participant: str) -> str:
        """Return the base address of a participant behind the gateway."""
        town = participants.find(participant)
        return f"https://{town.host}:{self.instance.ports['gateway']}"

    def environment(self, participant: str, *, owner: bool = False) -> dict[str, str]:
        """Return the environment of the participant's processes; `owner` for the role that owns the tables."""
        return participants.environment(self.instance, participants.find(participant), owner=owner)

    # People and programs

    def token(self, participant: str, user: str) -> str:
        """Return an access token of a demo user, got as a browser gets it (and kept while it lives)."""
        return token.login(self.demo, participant, user)

    def client(self, participant: str, user: str | None = None, *, timeout: float = 30.0) -> httpx.Client:
        """Return an HTTP client for the participant through the gateway, as `user` or as nobody."""
        held = self.token(participant, user) if user else None
        return door.client(self.url(participant), self.ca, token=held, timeout=timeout)

    def manage(self, participant: str, *arguments: str, owner: bool = False) -> subprocess.CompletedProcess[str]:
        """Will run `python -m municipal.manage …` of a participant; return its answer, whatever its exit code."""
        values = participants.base() | self.environment(participant, owner=owner)
        command = [*participants.manage(participants.find(participant)), *arguments]
        return subprocess.run(command, env=values, capture_output=True, text=True, check=False)

    def steward(self, *arguments: str, participant: str | None = None) -> str:
        """Will run `python -m steward …` with the operator's rights; return what it printed."""
        town = participants.find(participant) if participant else None
        return setting_up.steward(self.instance, *arguments, town=town)

    # Databases and bus

    @contextlib.contextmanager
    def database(self, participant: str, *, role: str = "admin") -> Iterator[psycopg.Connection]:
        """Give a connection to a participant's database as `admin` (the server's), `owner` or `app`."""
        town = participants.find(participant)
        if role == "admin":
            connection = postgres.connect(self.instance, database=town.database)
        else:
            values = self.environment(participant, owner=role == "owner")
            connection = psycopg.connect(
                host=values["ZENNE_DATABASE_HOST"],
                port=int(values["ZENNE_DATABASE_PORT"]),
                dbname=values["ZENNE_DATABASE_NAME"],
                user=values["ZENNE_DATABASE_USER"],
                password=pathlib.Path(values["ZENNE_DATABASE_PASSWORD_FILE"]).read_text(encoding="utf-8").strip(),
                autocommit=True,
            )
        with connection:
            yield connection

    @property
    def kafka_as_steward(self) -> dict[str, str]:
        """Servers, authority and certificate file of the bus's administrator."""
        return {
            "servers": f"127.0.0.1:{self.instance.ports['kafka']}",
            "ca": str(self.instance.folder / "bus" / "ca.pem"),
            "certificate": str(self.instance.admin / "steward.pem"),
        }

    # Faults

    def programs(self) -> list[str]:
        """Return the names of all programs: postgres, kafka, keycloak, gateway, <id>-web, <id>-worker."""
        return sorted(processes.states(self.instance))

    def pid(self, program: str) -> int | None:
        """Return the process id of a program that runs or starts, None when it does not."""
        return int(processes.states(self.instance)[program]["pid"]) or None

    def stop(self, program: str) -> None:
        """Will stop a program in an orderly way; it stays stopped until `start`."""
        processes.stop(self.instance, program)

    def start(self, program: str) -> None:
        """Will start a stopped program and wait until it serves."""
        processes.start(self.instance, program)
        self.wait_ready(program)

    def kill(self, program: str) -> int:
        """Will end a program and its children by SIGKILL; supervisor starts it anew. Return the old process id."""
        return processes.kill(self.instance, program)

    def wait_ready(self, program: str) -> None:
        """Will wait until a program serves (a worker: until it runs)."""
        processes.wait_ready(self.instance, program, self._question(program))

    def _question(self, program: str) -> Any:
        if program in commands.SERVERS:
            return lambda: commands.SERVERS[program](self.instance)
        if program.endswith("-web"):
            town = participants.find(program.removesuffix("-web"))
            return lambda: participants.web_is_ready(self.instance, town)
        return lambda: program in processes.running(self.instance)

    def heal(self) -> None:
        """Will start everything that does not run and wait until all of it serves."""
        for program in self.programs():
            processes.start(self.instance, program)
        for program in self.programs():
            self.wait_ready(program)

    def wipe_broker(self) -> None:
        """Will delete everything the broker holds and bring its topics and rights back, empty."""
        commands.wipe_broker(self.instance)

    def stop_and_wipe_broker(self) -> None:
        """Will stop the broker and delete its data; `commands.wipe_broker` or `make up` brings it back."""
        processes.stop(self.instance, "kafka")
        kafka.wipe(self.instance)

    # Waiting

    def wait_quiet(self, *, seconds: float = 120) -> None:
        """Will wait until every message of every town has its receipt."""
        waiting.until(
            lambda: all(status.oldest_unreceipted(self.instance, town) is None for town in self.towns),
            "every message has its receipt",
            seconds=seconds,
            every=0.2,
        )


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Bring up the test instance, or take the one that runs; end it only when this session began it."""
    instance = instances.find(os.environ.get("ZENNE_TEST_INSTANCE") or "test")
    was_running = processes.is_up(instance)
    commands.up(instance)
    yield Stack(instance)
    if not was_running:
        commands.down(instance)


@pytest.fixture
def whole_stack(stack: Stack) -> Iterator[Stack]:
    """Give the stack to a test that stops or kills parts of it, and make it whole again afterwards."""
    stack.heal()
    yield stack
    stack.heal()
