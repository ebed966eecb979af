"""Processes are kept, restarted, changed and ended; nothing is left behind. With a real supervisor."""

import pathlib
import signal
import stat
import sys

import psutil
import pytest

import waiting
from local import instances, machine, processes

FOREVER = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def instance(tmp_path):
    made = instances.Instance("tried", tmp_path / "instance", 1024)
    made.prepare()
    yield made
    processes.shut_down(made)


def program(name: str, **changed: object) -> processes.Program:
    return processes.Program(**{"name": name, "command": FOREVER} | changed)


def start(instance: instances.Instance, *programs: processes.Program) -> None:
    processes.apply(instance, programs)
    for one in programs:
        processes.start(instance, one.name)
    waiting.until(lambda: set(processes.running(instance)) == {one.name for one in programs}, "all run")


def test_programs_run_until_they_are_ended_and_leave_nothing(instance):
    start(instance, program("one"), program("two"))
    running = processes.running(instance)
    assert set(running) == {"one", "two"}

    assert processes.shut_down(instance) == 3

    assert processes.of(instance) == []
    assert not any(psutil.pid_exists(number) for number in running.values())
    assert not processes.is_up(instance)


def test_the_socket_of_supervisor_is_for_its_user_alone(instance):
    start(instance, program("one"))

    assert stat.S_IMODE(instance.supervisor.stat().st_mode) == 0o600
    assert stat.S_IMODE((instance.folder / "supervisor.conf").stat().st_mode) == 0o600


def test_applying_the_same_again_touches_no_process(instance):
    start(instance, program("one"))
    before = processes.running(instance)

    start(instance, program("one"))

    assert processes.running(instance) == before


def test_a_changed_configuration_restarts_that_process_alone(instance):
    start(instance, program("one"), program("two"))
    before = processes.running(instance)

    start(instance, program("one", configuration="another"), program("two"))

    after = processes.running(instance)
    assert after["two"] == before["two"]
    assert after["one"] != before["one"]
    assert not psutil.pid_exists(before["one"])


def test_a_program_that_is_not_wanted_any_more_ends(instance):
    start(instance, program("one"), program("two"))
    gone = processes.running(instance)["two"]

    start(instance, program("one"))

    assert set(processes.states(instance)) == {"one"}
    assert not psutil.pid_exists(gone)


def test_a_killed_process_is_started_again(instance):
    start(instance, program("one"))

    killed = processes.kill(instance, "one")

    waiting.until(lambda: processes.running(instance).get("one", killed) != killed, "one runs again")


def test_a_stopped_process_stays_stopped_until_it_is_started(instance):
    start(instance, program("one"))

    processes.stop(instance, "one")
    assert processes.running(instance) == {}
    start(instance, program("one"))

    assert set(processes.running(instance)) == {"one"}


def test_processes_whose_supervisor_was_killed_are_ended_too(instance):
    start(instance, program("one"))
    orphan = processes.running(instance)["one"]
    psutil.Process(int(processes.ask(instance, "getPID"))).send_signal(signal.SIGKILL)
    waiting.until(lambda: not processes.is_up(instance), "supervisor is gone")
    assert psutil.pid_exists(orphan)

    assert processes.shut_down(instance) == 1

    assert processes.of(instance) == []


def test_a_process_that_cannot_start_is_one_line_with_its_own_words(instance):
    broken = program("one", command=[sys.executable, "-c", "raise SystemExit('the disk is on fire')"], tries=1)
    processes.apply(instance, [broken])
    processes.start(instance, "one")

    with pytest.raises(machine.CannotGoOn, match=r"^one ended: the disk is on fire \(.*one\.log\)$"):
        processes.wait_ready(instance, "one", lambda: False, seconds=60)


def test_a_folder_with_a_long_name_still_has_room_for_sockets(tmp_path):
    deep = tmp_path.joinpath(*(["a-folder-with-a-long-name"] * 5))
    made = instances.Instance("tried", deep, 1024)

    made.prepare()

    assert len(str(made.web("a-participant-with-31-characters"))) <= instances.SOCKET_LENGTH
    assert stat.S_IMODE(made.run.stat().st_mode) == 0o700
    for file in made.run.iterdir():
        file.unlink()
    made.run.rmdir()


def test_the_ports_of_two_instances_never_meet():
    ports = [port for name in ("demo", "test") for port in instances.find(name).ports.values()]

    assert len(ports) == len(set(ports)) == 16


def test_secrets_are_made_once_and_for_their_owner_alone(instance):
    first = instance.secret("something")

    path = pathlib.Path(instance.admin / "something")
    assert instance.secret("something") == first
    assert len(first) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
