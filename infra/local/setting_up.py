"""From empty servers to towns that trust each other: the calls of steward and of the towns' own commands, in order.

Each call changes nothing when there is nothing to change, so the same road serves the first start,
every later one, and a town that was added.
"""

import os
import pathlib
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from local import demo, instances, kafka, machine, opensearch, participants, postgres, processes, stamps, tenants

ASIDES = ("CONTEXT:", "DETAIL:", "HINT:", "LINE ")
"""What PostgreSQL adds below its reason."""


def check(instance: instances.Instance) -> None:
    """Raise CannotGoOn with the file and field when a tenant file is wrong; no server is needed."""
    steward(instance, "check")


def databases(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will make each town's database and keys and bring its tables up to date; PostgreSQL runs."""

    def one(town: tenants.Tenant) -> None:
        def act() -> None:
            steward(instance, "bootstrap", town.id, "--only", "database", town=town)
            manage(instance, town, "migrate", "--no-input", owner=True)
            steward(instance, "tenant", town.id, "--only", "database", town=town)
            manage(instance, town, "make_keys")

        inputs = [stamps.program(town.level), stamps.steward(), stamps.content(town.file), stamps.database(instance)]
        stamps.unless_done(instance, f"database-{town.id}", inputs, act)

    _each(towns, one)
    machine.say("databases", f"in line, keys made: {_names(towns)}")


def certificates(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will sign each town's first request for a certificate of the bus; no broker is needed."""
    if not all((participants.folder(instance, town) / "bus.pem").exists() for town in towns):
        steward(instance, "federation", "--only", "key,certificates")
        _join_certificates(instance, towns)


def _join_certificates(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will put each town's key and certificate into the one file that its processes read."""
    for town in towns:
        home = participants.folder(instance, town)
        key = (home / "keys" / "bus.key.pem").read_text(encoding="utf-8")
        certificate = (home / "public" / "bus.crt.pem").read_text(encoding="utf-8")
        instances.write_private(home / "bus.pem", key + certificate)


def federation(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will publish each town's directory record, topics and rights; Kafka runs."""

    def one(town: tenants.Tenant) -> None:
        home = participants.folder(instance, town)
        keys = sorted((home / "keys").iterdir())
        inputs = [stamps.program(town.level), stamps.content(town.file, *keys), keys, stamps.database(instance)]

        def act() -> None:
            instances.write_private(home / "public" / "record.jws", manage(instance, town, "print_record"))

        stamps.unless_done(instance, f"record-{town.id}", inputs, act)

    _each(towns, one)
    # Never left out: topics and rights are lost with the broker's data, and certificates come to their end.
    machine.say("federation", steward(instance, "federation").strip().splitlines()[-1])
    _join_certificates(instance, towns)


def realms(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will bring each town's realm and demo users in line; Keycloak runs."""

    def make(town: tenants.Tenant) -> None:
        inputs = [stamps.steward(), stamps.content(town.file), stamps.database(instance)]
        act = partial(steward, instance, "bootstrap", town.id, "--only", "realm", town=town)
        stamps.unless_done(instance, f"realm-of-{town.id}", inputs, act)

    def one(town: tenants.Tenant) -> None:
        users = demo.write_users(instance, town)
        inputs = [stamps.steward(), stamps.content(town.file, users), stamps.database(instance), instance.port]
        act = partial(steward, instance, "tenant", town.id, "--users", str(users), town=town)
        stamps.unless_done(instance, f"realm-{town.id}", inputs, act)

    # One after the other: making a realm touches the server's own, and Keycloak refuses two who do so at a time.
    for town in towns:
        make(town)
    _each(towns, one)
    machine.say("realms", f"in line: {_names(towns)}")


def search(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will bring form, alias and rights of each region's index in line; OpenSearch runs."""
    # Never left out: all of it is lost with OpenSearch's data.
    *lines, last = steward(instance, "search").strip().splitlines()
    for town in towns:
        if any(line.startswith(f"note: index zenne-referrals-{town.id}.") for line in lines):
            manage(instance, town, "rebuild_index")
    machine.say("search", last)


def begin(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will start each town's web and worker processes."""
    for town in towns:
        processes.start(instance, f"{town.id}-web")
        processes.start(instance, f"{town.id}-worker")


def wait(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will wait until each town's processes serve."""
    for town in towns:
        processes.wait_ready(instance, f"{town.id}-web", _asking(instance, town))
        processes.wait_ready(instance, f"{town.id}-worker", _running(instance, f"{town.id}-worker"))
        machine.say(town.id, f"ready: https://{town.host}:{instance.ports['gateway']}")


def trust(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will let the demo's pairs of towns trust each other's keys, as their managers would after a telephone call."""
    known = {town.id for town in towns}
    pairs = [set(pair) for pair in demo.settings()["trust"] if set(pair) <= known]

    def one(town: tenants.Tenant) -> None:
        others = sorted(other for pair in pairs if town.id in pair for other in pair - {town.id})
        if others:
            call = ("trust_peer", *others, "--as-shown", "--wait", "60", "--by", "demo")
            act = partial(manage, instance, town, *call)
            stamps.unless_done(instance, f"trust-{town.id}", [call, stamps.database(instance)], act)

    _each(towns, one)


def _asking(instance: instances.Instance, town: tenants.Tenant) -> Callable[[], bool]:
    return lambda: participants.web_is_ready(instance, town)


def _running(instance: instances.Instance, name: str) -> Callable[[], bool]:
    return lambda: name in processes.running(instance)


def steward(instance: instances.Instance, *arguments: str, town: tenants.Tenant | None = None) -> str:
    """Return the last line of a steward command; raises CannotGoOn with its reason when it refuses."""
    command = [sys.executable, "-m", "steward", *arguments]
    return _run(f"steward {' '.join(arguments[:2])}", command, _steward_environment(instance, town), _log(instance))


def manage(instance: instances.Instance, town: tenants.Tenant, *arguments: str, owner: bool = False) -> str:
    """Return what a town's own command printed; raises CannotGoOn with its reason when it refuses."""
    values = participants.environment(instance, town, owner=owner)
    return _run(f"{town.id}: {arguments[0]}", [*participants.manage(town), *arguments], values, _log(instance))


def _log(instance: instances.Instance) -> pathlib.Path:
    return instance.log / "refused.log"


def _run(what: str, command: list[str], values: dict[str, str], log: pathlib.Path) -> str:
    answer = subprocess.run(command, env=participants.base() | values, capture_output=True, text=True, check=False)
    if answer.returncode:
        whole = answer.stdout + answer.stderr
        said = [line for line in whole.splitlines() if line.strip() and not line.startswith((" ", *ASIDES))]
        log.write_text(whole, encoding="utf-8")
        message = f"{what}: {said[-1][:400] if said else f'ended with {answer.returncode}'} ({log})"
        raise machine.CannotGoOn(message)
    return answer.stdout


def _steward_environment(instance: instances.Instance, town: tenants.Tenant | None) -> dict[str, str]:
    """Return the variables of steward: a town's own for its calls, else those of bus, federation and search."""
    values = {"PYTHONPATH": str(participants.SERVICES), "STEWARD_TENANTS": str(tenants.folder())}
    if town is None:
        signer = kafka.authority(instance)
        return values | {
            "STEWARD_KAFKA_SERVERS": f"127.0.0.1:{instance.ports['kafka']}",
            "STEWARD_KAFKA_CA_FILE": str(signer.certificate_file),
            "STEWARD_KAFKA_CERTIFICATE_FILE": str(instance.admin / "steward.pem"),
            "STEWARD_FEDERATION_FOLDER": str(instance.folder / "federation"),
            "STEWARD_BUS_CA_FILE": str(signer.certificate_file),
            "STEWARD_BUS_CA_KEY_FILE": str(signer.key_file),
            "STEWARD_PARTICIPANTS": str(instance.participants),
            "STEWARD_OPENSEARCH_URL": f"https://127.0.0.1:{instance.ports['opensearch']}",
            "STEWARD_OPENSEARCH_CA_FILE": str(opensearch.authority(instance).certificate_file),
            "STEWARD_OPENSEARCH_CERTIFICATE_FILE": str(instance.admin / "search.pem"),
        }
    instance.secret("postgres_password")
    instance.secret("keycloak_steward_secret")
    return values | {
        "STEWARD_DATABASE_HOST": "127.0.0.1",
        "STEWARD_DATABASE_PORT": str(instance.ports["postgres"]),
        "STEWARD_DATABASE_ADMIN": postgres.ADMIN,
        "STEWARD_DATABASE_ADMIN_PASSWORD_FILE": str(instance.admin / "postgres_password"),
        "STEWARD_KEYCLOAK_URL": f"http://127.0.0.1:{instance.ports['keycloak']}",
        "STEWARD_PUBLIC_PORT": str(instance.ports["gateway"]),
        "STEWARD_KEYCLOAK_ADMIN_CLIENT": "steward",
        "STEWARD_KEYCLOAK_ADMIN_SECRET_FILE": str(instance.admin / "keycloak_steward_secret"),
        "STEWARD_TENANT_FOLDER": str(participants.folder(instance, town)),
    }


def _each(towns: Iterable[tenants.Tenant], one: Callable[[tenants.Tenant], None]) -> None:
    """Will do the same for every town, a few at a time: they know nothing of each other."""
    with ThreadPoolExecutor(max(2, (os.cpu_count() or 2))) as pool:
        for done in [pool.submit(one, town) for town in towns]:
            done.result()


def _names(towns: Iterable[tenants.Tenant]) -> str:
    return ", ".join(town.id for town in towns)
