"""The hand of the operator in the story: processes of a local instance are stopped, started, killed, wiped."""

import os
import pathlib
import subprocess
import sys

from local import commands, instances, machine, participants, processes

TESTS = pathlib.Path(__file__).parents[1]


class LocalOperator:
    """Steers the processes of one instance."""

    def __init__(self, instance: instances.Instance) -> None:
        """Will steer `instance`."""
        self._instance = instance

    def stop_worker(self, participant: str) -> None:
        """Will stop the worker of a participant."""
        processes.stop(self._instance, f"{participant}-worker")

    def start_worker(self, participant: str) -> None:
        """Will start it again."""
        processes.start(self._instance, f"{participant}-worker")

    def kill_worker(self, participant: str) -> None:
        """Will end it by SIGKILL; the supervisor starts it again."""
        processes.kill(self._instance, f"{participant}-worker")

    def kill_web(self, participant: str) -> None:
        """Will end the web process by SIGKILL; the supervisor starts it again."""
        processes.kill(self._instance, f"{participant}-web")

    def play_year(self, participant: str, year: int, seed: int) -> None:
        """Will play a closed year in a town, with that town's environment and through its actions."""
        values = participants.environment(self._instance, participants.find(participant))
        values |= participants.base() | {"PYTHONPATH": f"{participants.SERVICES}{os.pathsep}{TESTS}"}
        command = [sys.executable, "-m", "stories.closed_year", "--year", str(year), "--seed", str(seed)]
        played = subprocess.run(command, env=values, capture_output=True, text=True, check=False)
        if played.returncode:
            raise machine.CannotGoOn(f"{participant}: the year was not played: {played.stderr.strip()[-400:]}")

    def delete_broker_data(self) -> None:
        """Will delete everything that the broker holds, and bring its topics back, empty."""
        commands.wipe_broker(self._instance)
