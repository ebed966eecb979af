"""What runs in an instance: each component with its port and memory, and how long a message waits for its receipt."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import psycopg

from federation import clock
from local import instances, machine, postgres, processes, tenants

MEMORY_LIMIT = 3 * 1024 * machine.MIB
"""What the whole may take at most, counted without counting shared pages twice."""

OLDEST_UNRECEIPTED = "SELECT min(created_at) FROM outbox_message WHERE next_attempt_at IS NOT NULL"
"""The bus sends a statement again until it has an answer: what is still to be sent has none."""


@dataclass(frozen=True)
class Component:
    """One process of the instance with its children."""

    name: str
    state: str
    port: str
    memory: int


def components(instance: instances.Instance) -> list[Component]:
    """Return every component that supervisor keeps, in the order in which they start."""
    return [
        Component(
            name=name,
            state=str(state["statename"]).lower(),
            port=str(instance.ports.get(name, "socket" if name.endswith("-web") else "-")),
            memory=memory_of(int(state["pid"])) if state["pid"] else 0,
        )
        for name, state in sorted(processes.states(instance).items(), key=lambda item: _rank(instance, item[0]))
    ]


def _rank(instance: instances.Instance, name: str) -> tuple[int, str]:
    servers = ["postgres", "kafka", "keycloak", "opensearch", "gateway"]
    return (servers.index(name) if name in instance.ports else len(servers), name)


def memory_of(process: int) -> int:
    """Return the memory of a process and its children in bytes; a page that two share counts half for each (PSS)."""
    total = 0
    try:
        family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for member in family:
        try:
            total += int(member.memory_full_info().pss)
        except psutil.Error:
            continue
    return total


def total_memory(instance: instances.Instance) -> int:
    """Return the memory of the whole instance in bytes, supervisor included."""
    return memory_of(int(processes.ask(instance, "getPID"))) if processes.is_up(instance) else 0


def oldest_unreceipted(instance: instances.Instance, town: tenants.Tenant) -> datetime.timedelta | None:
    """Return how long the town's oldest message waits for its receipt, None when none waits."""
    with postgres.connect(instance, database=town.database) as connection:
        row = connection.execute(OLDEST_UNRECEIPTED).fetchone()
    return clock.now() - row[0] if row and row[0] else None


def lines(instance: instances.Instance, towns: list[tenants.Tenant]) -> Iterator[str]:
    """Yield the lines that `make status` prints."""
    found = components(instance)
    if not found:
        yield f"{instance.name} does not run: make up"
        return
    yield f"{'component':<22} {'port':<7} {'memory':>9}  state"
    for one in found:
        yield f"{one.name:<22} {one.port:<7} {one.memory // machine.MIB:>5} MiB  {one.state}"
    total = total_memory(instance)
    yield f"{'together':<22} {'':<7} {total // machine.MIB:>5} MiB  of {MEMORY_LIMIT // machine.MIB} at most"
    for town in towns:
        yield f"{town.id:<22} {_waiting(instance, town)}"


def _waiting(instance: instances.Instance, town: tenants.Tenant) -> str:
    try:
        age = oldest_unreceipted(instance, town)
    except psycopg.Error as error:
        return f"its database does not answer ({type(error).__name__})"
    if age is None:
        return "every message has its receipt"
    return f"the oldest message without receipt is {age.total_seconds():.0f} s old"


def is_whole(instance: instances.Instance) -> bool:
    """Return whether every component runs."""
    found = components(instance)
    return bool(found) and all(one.state == "running" for one in found)
