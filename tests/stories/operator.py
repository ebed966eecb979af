"""The hand of the operator in the story: processes of a local instance are stopped, started, killed, wiped."""

from local import commands, instances, processes


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

    def delete_broker_data(self) -> None:
        """Will delete everything that the broker holds, and bring its topics back, empty."""
        commands.wipe_broker(self._instance)
