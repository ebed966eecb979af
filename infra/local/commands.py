"""What `make up`, `down`, `status` … do to an instance."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress

from local import door, instances, kafka, keycloak, machine, participants, postgres, processes, software, tenants

SERVERS = {"postgres": "postgres", "kafka": "kafka", "keycloak": "keycloak", "gateway": "gateway"}
"""Each server by the name of its process, and the port that it serves."""


def up(instance: instances.Instance) -> None:
    """Will start what is missing and apply what changed; raises CannotGoOn with what it started ended."""
    machine.check_system()
    was_running = processes.connect(instance) is not None
    came_up = False
    try:
        _check_machine(instance, was_running=was_running)
        instance.prepare()
        _start(instance)
        came_up = True
    finally:
        # Also at Ctrl-C: what this call began does not stay behind. What ran before it does.
        if not came_up and not was_running:
            processes.shut_down(instance)


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
    held = processes.running(instance)
    for what, port in instance.ports.items():
        if what.split("-")[0] not in held:
            machine.check_port(port, what=what)


def _start(instance: instances.Instance) -> None:
    towns = tenants.load()
    programs = software.bring()
    servers = [
        postgres.prepare(instance, programs),
        kafka.prepare(instance, programs),
        keycloak.prepare(instance, programs),
        door.prepare(instance, programs, towns),
    ]
    people = participants.prepare(instance, towns)
    processes.apply(instance, [*servers, *people])
    _begin(instance, "postgres", "kafka", "gateway")
    _await(instance, "postgres", lambda: postgres.is_ready(instance))
    keycloak.make_database(instance)
    _begin(instance, "keycloak")
    participants.set_up(
        instance,
        towns,
        await_kafka=lambda: _await(instance, "kafka", lambda: kafka.is_ready(instance)),
        await_keycloak=lambda: _await(instance, "keycloak", lambda: keycloak.is_ready(instance)),
    )
    _await(instance, "gateway", lambda: door.is_ready(instance))


def _begin(instance: instances.Instance, *names: str) -> None:
    for name in names:
        processes.start(instance, name)


def _await(instance: instances.Instance, name: str, ready: Callable[[], bool]) -> None:
    processes.wait_ready(instance, name, ready)
    machine.say(name, f"ready on port {instance.ports[SERVERS[name]]}")


def down(instance: instances.Instance) -> None:
    """Will end every process of the instance; its data stays."""
    ended = processes.shut_down(instance)
    machine.say(instance.name, f"{ended} processes ended" if ended else "nothing was running")


def clean(instance: instances.Instance) -> None:
    """Will end the instance and delete its folder: data, keys, certificates, passwords."""
    down(instance)
    for folder in {instance.folder, instance.run, postgres.folder(instance)}:
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        instance.folder.parent.rmdir()
    machine.say(instance.name, "deleted")


def manage(instance: instances.Instance, participant: str, arguments: list[str]) -> int:
    """Will run a management command of a participant in its own environment; return its exit code."""
    town = participants.find(participant)
    return participants.run(instance, town, arguments, quiet=False)


def environment(instance: instances.Instance, participant: str) -> dict[str, str]:
    """Return the environment of a participant's processes."""
    return participants.environment(instance, participants.find(participant))


def is_root() -> bool:
    """Return whether the local stack is run by root."""
    return os.geteuid() == 0
