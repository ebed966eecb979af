"""The running instance: whole, closed to the outside, within its memory, and unharmed by a second `make up`."""

import os
import pathlib
import stat

import psutil
import pytest

from local import commands, machine, opensearch, participants, postgres, processes, status


def members(stack) -> list[psutil.Process]:
    found = []
    for number in processes.running(stack.instance).values():
        found += [psutil.Process(number), *psutil.Process(number).children(recursive=True)]
    return found


def test_every_component_runs_and_is_listed_with_port_and_memory(stack):
    lines = list(status.lines(stack.instance, stack.towns))

    listed = {line.split()[0]: line for line in lines[1:]}
    for name in ("postgres", "kafka", "keycloak", "opensearch", "gateway"):
        assert str(stack.instance.ports[name]) in listed[name]
        assert listed[name].endswith("running")
    for town in stack.towns:
        assert listed[f"{town.id}-web"].endswith("running")
        assert listed[f"{town.id}-worker"].endswith("running")
        assert listed[town.id]
    assert status.is_whole(stack.instance)


def test_the_whole_takes_less_than_three_gibibytes(stack, record_property):
    taken = status.total_memory(stack.instance)

    record_property("measured", f"{taken // machine.MIB} MiB in {len(processes.of(stack.instance))} processes")
    assert 0 < taken <= status.MEMORY_LIMIT


def listens_on(process):
    """Return the addresses a process listens on; one that has ended meanwhile, as a backend of PostgreSQL, on none."""
    try:
        return {one.laddr.ip for one in process.net_connections() if one.status == psutil.CONN_LISTEN}
    except psutil.NoSuchProcess:
        return set()


def test_nothing_listens_but_on_the_loopback(stack):
    listening = set().union(*(listens_on(process) for process in members(stack)))

    assert "127.0.0.1" in listening
    assert listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


@pytest.mark.parametrize(("name", "server"), [("postgres", postgres), ("opensearch", opensearch)])
def test_a_server_that_refuses_root_runs_as_somebody_without_rights(stack, name, server):
    owner = psutil.Process(stack.pid(name)).uids().real

    assert owner != 0
    assert owner == (server.folder(stack.instance) / "data").stat().st_uid


def test_every_socket_and_every_secret_is_for_its_owner_alone(stack):
    sockets = [stack.instance.supervisor, *(stack.instance.web(town.id) for town in stack.towns)]
    private = [stack.instance.admin, stack.instance.folder / "bus", stack.instance.folder / "search"]
    private += [participants.folder(stack.instance, town) for town in stack.towns]
    files = [path for folder in private for path in folder.rglob("*") if path.is_file() and "public" not in path.parts]

    assert {stat.S_IMODE(path.stat().st_mode) for path in sockets} == {0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in private} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in [*files, stack.instance.folder / "demo.json"]} == {0}


def test_no_secret_stands_in_a_command_line(stack):
    secrets = {
        path.read_text(encoding="utf-8").strip()
        for folder in (stack.instance.admin, *stack.instance.participants.glob("*/secrets"))
        for path in folder.glob("*")
        if path.is_file() and path.suffix != ".pem"
    }

    assert secrets
    for process in members(stack):
        line = " ".join(process.cmdline())
        assert not [secret for secret in secrets if secret in line]


def test_a_participants_environment_names_files_of_secrets_and_holds_none(stack):
    for town in stack.towns:
        passwords = {path.read_text(encoding="utf-8").strip() for path in stack.folder(town.id).glob("secrets/*")}
        values = set(psutil.Process(stack.pid(f"{town.id}-worker")).environ().values())
        assert not passwords & values


def test_a_second_start_touches_no_process_and_no_secret(stack):
    before = processes.running(stack.instance)
    kept = {path: path.read_bytes() for path in _files_that_stay(stack)}

    commands.up(stack.instance)

    assert processes.running(stack.instance) == before
    assert {path: path.read_bytes() for path in _files_that_stay(stack)} == kept


def _files_that_stay(stack) -> list[pathlib.Path]:
    folders = [stack.instance.admin, stack.instance.tls, stack.instance.folder / "bus", stack.instance.participants]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [*files, stack.instance.folder / "demo.json"]


@pytest.mark.parametrize("program", ["gateway", "opensearch", "vilvoorde-web", "molenbeek-worker", "brussels-web"])
def test_a_killed_program_serves_again_by_itself(whole_stack, program):
    killed = whole_stack.kill(program)

    whole_stack.wait_ready(program)

    assert whole_stack.pid(program) not in {killed, None}
    with whole_stack.client("vilvoorde") as nobody:
        assert nobody.get("/health").status_code == 200


def test_make_up_while_a_program_comes_back_takes_its_port_for_our_own(whole_stack):
    whole_stack.kill("gateway")
    whole_stack.wait_ready("gateway")

    commands.up(whole_stack.instance)

    assert status.is_whole(whole_stack.instance)


def test_a_stopped_program_is_started_by_make_up(whole_stack):
    whole_stack.stop("vilvoorde-web")
    assert not status.is_whole(whole_stack.instance)

    commands.up(whole_stack.instance)

    assert status.is_whole(whole_stack.instance)


def test_the_stack_needs_nothing_of_our_environment(stack):
    environment = psutil.Process(stack.pid("kafka")).environ()

    assert set(environment) <= {
        "PATH", "HOME", "LANG", processes.MARK, "ZENNE_CONFIGURATION",
        "SUPERVISOR_ENABLED", "SUPERVISOR_PROCESS_NAME", "SUPERVISOR_GROUP_NAME", "SUPERVISOR_SERVER_URL",
    }  # fmt: skip
    assert environment["PATH"] == os.environ["PATH"]
