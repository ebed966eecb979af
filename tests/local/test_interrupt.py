"""Whoever interrupts a start is left with nothing that runs."""

import os
import signal
import subprocess
import sys

import pytest

import free_ports
import waiting
from local import instances, processes

PATHS = os.pathsep.join(str(instances.ROOT / part) for part in ("services", "infra", "tests/plugins", "."))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_no_process_behind(tmp_path, number):
    folder = tmp_path / "instance"
    port = free_ports.base()
    instance = instances.Instance("demo", folder, port)
    variables = {"PYTHONPATH": PATHS, "ZENNE_PORT": str(port), "ZENNE_FOLDER": str(folder)}
    with subprocess.Popen(
        [sys.executable, "-m", "local", "up", "--servers"],
        env={name: os.environ[name] for name in ("PATH", "HOME")} | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as starting:
        waiting.until(
            lambda: "kafka" in processes.running(instance) or starting.poll() is not None,
            "the broker's process runs",
            seconds=120,
        )

        starting.send_signal(number)

        assert starting.communicate(timeout=120)[1] == "Interrupted.\n"
    assert starting.returncode == 130
    assert processes.of(instance) == []
