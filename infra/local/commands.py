"""What `make up`, `down`, `status` … do to an instance."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from local import (
    demo,
    door,
    instances,
    kafka,
    keycloak,
    machine,
    opensearch,
    participants,
    postgres,
    processes,
    setting_up,
    software,
    status,
    tenants,
)

SERVERS = {
    "postgres": postgres.is_ready,
    "kafka": kafka.is_ready,
    "keycloak": keycloak.is_ready,
    "opensearch": opensearch.is_ready,
    "gateway": door.is_ready,
}


def up(instance: instances.Instance, *, servers_only: bool = False) -> None:
    """Will start what is missing and apply what changed; raises CannotGoOn with what it started ended."""
    with instances.alone(instance):
        _up(instance, servers_only=servers_only)


def _up(instance: instances.Instance, *, servers_only: bool) -> None:
    machine.check_system()
    was_running = processes.is_up(instance)
    came_up = False
    try:
        _check_machine(instance, was_running=was_running)
        instance.prepare()
        if instance.database_alone:
            _start_database(instance)
        else:
            _start_all(instance, servers_only=servers_only)
        came_up = True
    finally:
        # Also at Ctrl-C: what this call began does not stay behind. What ran before it does.
        if not came_up and not was_running:
            processes.shut_down(instance)


def _start_database(instance: instances.Instance) -> None:
    processes.apply(instance, [postgres.prepare(instance, software.postgres())])
    _begin(instance, "postgres")
    _await(instance, "postgres", postgres.is_ready)


def _start_all(instance: instances.Instance, *, servers_only: bool) -> None:
    setting_up.check(instance)
    towns = tenants.load()
    _start_servers(instance, towns)
    if not servers_only:
        _set_up_towns(instance, towns)
    for name, ready in SERVERS.items():
        processes.wait_ready(instance, name, partial(ready, instance))


def _check_machine(instance: instances.Instance, *, was_running: bool) -> None:
    machine.java()
    if not was_running:
        processes.shut_down(instance)
        machine.check_room(
            memory=machine.free_memory(),
            disk=machine.free_disk(instance.folder),
            disk_needed=machine.DISK_NEEDED_WARM if software.is_warm() else machine.DISK_NEEDED_COLD,
            where=instance.folder,
        )
    held = processes.alive(instance)
    for what, port in instance.ports.items():
        if what.split("-")[0] not in held:
            machine.check_port(port, what=what)


def _start_servers(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    """Will start every server and return when PostgreSQL is ready: the others are slower."""
    programs = software.bring()
    servers = [
        postgres.prepare(instance, programs.postgres),
        kafka.prepare(instance, programs),
        keycloak.prepare(instance, programs, towns),
        opensearch.prepare(instance, programs, towns),
        door.prepare(instance, programs, towns),
    ]
    processes.apply(instance, [*servers, *participants.prepare(instance, towns)])
    _begin(instance, "postgres", "kafka", "opensearch", "gateway")
    _await(instance, "postgres", postgres.is_ready)
    keycloak.make_database(instance)
    _begin(instance, "keycloak")


def _set_up_towns(instance: instances.Instance, towns: list[tenants.Tenant]) -> None:
    # What needs only the database is done while the Java servers start.
    setting_up.databases(instance, towns)
    setting_up.certificates(instance, towns)
    _await(instance, "kafka", kafka.is_ready)
    setting_up.federation(instance, towns)
    setting_up.begin(instance, towns)
    _await(instance, "keycloak", keycloak.is_ready)
    setting_up.realms(instance, towns)
    _await(instance, "opensearch", opensearch.is_ready)
    setting_up.search(instance, towns)
    _await(instance, "gateway", door.is_ready)
    setting_up.wait(instance, towns)
    setting_up.trust(instance, towns)
    machine.say("demo users", f"in {demo.write(instance, towns)}")
    memory = status.total_memory(instance)
    machine.say("ready", f"{memory // machine.MIB} MiB of {status.MEMORY_LIMIT // machine.MIB} at most")


def _begin(instance: instances.Instance, *names: str) -> None:
    for name in names:
        processes.start(instance, name)


def _await(instance: instances.Instance, name: str, ready: Callable[[instances.Instance], bool]) -> None:
    processes.wait_ready(instance, name, partial(ready, instance))
    machine.say(name, f"ready on port {instance.ports[name]}")


def wipe_broker(instance: instances.Instance) -> None:
    """Will delete everything the broker holds and bring its topics back, empty: what a lost broker looks like."""
    with instances.alone(instance):
        processes.stop(instance, "kafka")
        kafka.wipe(instance)
        kafka.prepare(instance, software.bring())
        _begin(instance, "kafka")
        _await(instance, "kafka", kafka.is_ready)
        setting_up.federation(instance, tenants.load())


def show(instance: instances.Instance) -> None:
    """Will print where everything is and who may log in; the passwords stay in demo.json."""
    content = demo.describe(instance, tenants.load())
    sys.stdout.write(f"\nGateway {content['gateway']['address']}, its authority {content['gateway']['ca']}\n")
    for town in content["participants"]:
        sys.stdout.write(f"{town['id']:<12} {town['api']}\n")
        for user in town["users"]:
            sys.stdout.write(
                f"{'':<12} {user['name'] + '@' + town['id']:<34} {user['role']} {user.get('team', '')}".rstrip() + "\n"
            )
    sys.stdout.write(
        f"Passwords: {instance.folder / 'demo.json'} · a token: make token USER=els.caseworker@vilvoorde\n"
    )


def down(instance: instances.Instance) -> None:
    """Will end every process of the instance; its data stays."""
    with instances.alone(instance):
        ended = processes.shut_down(instance)
    machine.say(instance.name, f"{ended} processes ended" if ended else "nothing was running")


def clean(instance: instances.Instance) -> None:
    """Will end the instance and delete its folder: data, keys, certificates, passwords."""
    down(instance)
    for folder in {instance.folder, instance.run, postgres.folder(instance), opensearch.folder(instance)}:
        shutil.rmtree(folder, ignore_errors=True)
    machine.say(instance.name, "deleted")


def manage(instance: instances.Instance, participant: str, arguments: list[str]) -> int:
    """Will run a management command of a participant in its own environment; return its exit code."""
    town = participants.find(participant)
    values = participants.base() | participants.environment(instance, town)
    return subprocess.run([*participants.manage(town), *arguments], env=values, check=False).returncode


def environment(instance: instances.Instance, participant: str) -> dict[str, str]:
    """Return the environment of a participant's processes."""
    return participants.environment(instance, participants.find(participant))
