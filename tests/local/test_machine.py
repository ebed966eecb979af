"""What stands in the way is found before anything starts, and said in one line."""

import os
import pathlib
import socket
import subprocess
import sys

import psutil
import pytest

import free_ports
from local import instances, machine, processes

ROOT = instances.ROOT
PLENTY = 64 * 1024 * machine.MIB


def local(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line tool as the Makefile does."""
    path = os.pathsep.join(str(ROOT / part) for part in ("services", "infra", "tests/plugins", "."))
    return subprocess.run(
        [sys.executable, "-m", "local", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONPATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def processes_with(folder: pathlib.Path) -> list[psutil.Process]:
    """Return the processes that carry `folder` in their environment."""
    return processes.of(instances.Instance("x", folder, 1))


def test_too_little_memory_is_one_line_with_both_numbers(tmp_path):
    with pytest.raises(machine.CannotGoOn, match=r"^Too little memory: 512 MiB are free and 2300 MiB are needed\.$"):
        machine.check_room(memory=512 * machine.MIB, disk=PLENTY, disk_needed=1, where=tmp_path)


def test_too_little_disk_is_one_line_that_names_the_place(tmp_path):
    with pytest.raises(machine.CannotGoOn, match=f"^Too little disk: 5 MiB are free at {tmp_path} and 600 MiB"):
        machine.check_room(memory=PLENTY, disk=5 * machine.MIB, disk_needed=machine.DISK_NEEDED_WARM, where=tmp_path)


def test_enough_of_both_is_no_obstacle(tmp_path):
    machine.check_room(memory=PLENTY, disk=PLENTY, disk_needed=machine.DISK_NEEDED_COLD, where=tmp_path)


@pytest.mark.parametrize("offset", [0, 10, 11, 20, 30, 31])
def test_each_port_that_is_taken_ends_the_start_with_one_line_and_leaves_nothing(tmp_path, offset):
    folder = tmp_path / "instance"
    with socket.socket() as taken:
        port = free_ports.base() + offset
        taken.bind(("127.0.0.1", port))
        taken.listen()

        answer = local("up", ZENNE_PORT=str(port - offset), ZENNE_FOLDER=str(folder))

    assert answer.returncode == 1
    [line] = answer.stderr.splitlines()
    assert line.startswith(f"Port {port} (")
    assert "taken by another program" in line
    assert processes_with(folder) == []
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_is_one_line_and_leaves_nothing(tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "instance"

    answer = local("up", ZENNE_PORT=str(free_ports.base()), ZENNE_FOLDER=str(folder))

    assert answer.returncode == 1
    [line] = answer.stderr.splitlines()
    assert line.startswith(f"The folder {folder} cannot be written")
    assert processes_with(folder) == []


def test_an_instance_that_no_file_names_is_one_line_that_names_those_there_are():
    answer = local("--instance", "tset", "status")

    assert answer.returncode == 1
    assert answer.stderr == "There is no instance 'tset'; infra/local/instances.toml names: demo, paper, test.\n"


def test_what_does_not_run_says_so_and_how_to_start_it(tmp_path):
    answer = local("status", ZENNE_PORT="1024", ZENNE_FOLDER=str(tmp_path / "none"))

    assert (answer.returncode, answer.stdout) == (1, "demo does not run: make up\n")


def test_ending_what_does_not_run_is_no_error(tmp_path):
    answer = local("down", ZENNE_PORT="1024", ZENNE_FOLDER=str(tmp_path / "none"))

    assert answer.returncode == 0
    assert answer.stdout.rstrip().endswith("nothing was running")


def jdk(home: pathlib.Path, version: str) -> pathlib.Path:
    """Make a folder that looks like a JDK."""
    (home / "bin").mkdir(parents=True)
    for name in ("java", "javac"):
        (home / "bin" / name).touch()
    (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n', encoding="utf-8")
    return home


def test_the_newest_jdk_is_taken(tmp_path):
    old, new = jdk(tmp_path / "old", "17.0.15"), jdk(tmp_path / "new", "25")

    assert machine.newest_java([old, new]) == new


def test_a_jdk_that_is_too_old_is_one_line_that_says_what_to_install(tmp_path):
    old = jdk(tmp_path / "old", "17.0.15")

    with pytest.raises(machine.CannotGoOn, match=r"^No JDK 21 or newer: install one .*JAVA_HOME\.$"):
        machine.newest_java([old, tmp_path / "nothing here"])


def test_a_runtime_without_compiler_is_no_jdk(tmp_path):
    home = jdk(tmp_path / "jre", "25")
    (home / "bin" / "javac").unlink()

    assert machine.java_major(home) == 0
