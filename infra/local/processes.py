"""The processes of an instance, kept by supervisor: they outlive the command that started them.

Each carries the instance's folder in its environment, so that `make down` also finds one whose
supervisor was killed.
"""

import hashlib
import http.client
import os
import pathlib
import shlex
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import psutil

from local import instances, machine

T = TypeVar("T")
MARK = "ZENNE_LOCAL_FOLDER"
RUNNING = 20
STOPPING = 40
STOPPED_STATES = {0, 100, 200}
"""supervisor's STOPPED, EXITED, FATAL."""


@dataclass(frozen=True)
class Program:
    """One process that supervisor keeps; `configuration` is the text it reads at its start."""

    name: str
    command: Sequence[str | pathlib.Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: pathlib.Path | None = None
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 30
    configuration: str = ""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: pathlib.Path) -> None:
        super().__init__()
        self.path = str(path)

    def make_connection(self, host: object) -> http.client.HTTPConnection:  # noqa: ARG002 -- the parent's signature
        return _Connection(self.path)


def connect(instance: instances.Instance) -> Any | None:
    """Return supervisor's interface of the instance, None when it does not run."""
    proxy = xmlrpc.client.ServerProxy("http://localhost", transport=_Transport(instance.supervisor)).supervisor
    try:
        proxy.getState()
    except (OSError, http.client.HTTPException):
        return None
    return proxy


def render(instance: instances.Instance, programs: Sequence[Program]) -> str:
    """Return supervisor's configuration for `programs`."""
    lines = [
        "[unix_http_server]",
        f"file = {_escape(instance.supervisor)}",
        "chmod = 0600",
        "[supervisord]",
        f"logfile = {_escape(instance.log / 'supervisor.log')}",
        f"pidfile = {_escape(instance.run / 'supervisor.pid')}",
        f"directory = {_escape(instance.folder)}",
        f"identifier = zenne-{instance.name}",
        "umask = 077",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
    ]
    for program in programs:
        configuration = hashlib.sha256(program.configuration.encode()).hexdigest()[:16]
        environment = {MARK: str(instance.folder), "ZENNE_CONFIGURATION": configuration, **program.environment}
        lines += [
            f"[program:{program.name}]",
            f"command = {_escape(shlex.join(str(part) for part in program.command))}",
            f"directory = {_escape(program.folder or instance.folder)}",
            "environment = " + ",".join(f'{name}="{_escape(value)}"' for name, value in environment.items()),
            "autostart = false",
            "autorestart = true",
            "startsecs = 1",
            # A killed PostgreSQL leaves its shared memory for a moment, a killed web process its socket: try often.
            "startretries = 60",
            f"stopsignal = {program.stop_signal}",
            f"stopwaitsecs = {program.stop_seconds}",
            "killasgroup = true",
            "redirect_stderr = true",
            f"stdout_logfile = {_escape(instance.log / (program.name + '.log'))}",
            "stdout_logfile_maxbytes = 20MB",
            "stdout_logfile_backups = 1",
            *([f"user = {program.user}"] if program.user else []),
        ]
    return "\n".join(lines) + "\n"


def _escape(value: object) -> str:
    return str(value).replace("%", "%%")


def apply(instance: instances.Instance, programs: Sequence[Program]) -> Any:
    """Will make supervisor keep exactly `programs`: a changed or vanished one is stopped; return its interface."""
    configuration = instance.folder / "supervisor.conf"
    instances.write_private(configuration, render(instance, programs))
    supervisor = connect(instance)
    if supervisor is None:
        subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", configuration],
            check=True,
            # Nothing of the caller's environment goes to the servers but where programs and the home are.
            env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
            | {MARK: str(instance.folder)},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        return wait_for(lambda: connect(instance), what="supervisor", seconds=20)
    [[_added, changed, removed]] = cast("list[list[list[str]]]", supervisor.reloadConfig())
    for name in [*changed, *removed]:
        _stop_quietly(supervisor, name)
        supervisor.removeProcessGroup(name)
    for name in [*_added, *changed]:
        supervisor.addProcessGroup(name)
    return supervisor


def states(instance: instances.Instance) -> dict[str, dict[str, Any]]:
    """Return what supervisor knows of each process, by name; nothing when it does not run."""
    supervisor = connect(instance)
    if supervisor is None:
        return {}
    return {str(state["name"]): state for state in supervisor.getAllProcessInfo()}


def running(instance: instances.Instance) -> dict[str, int]:
    """Return the process id of every running process of the instance, by name."""
    return {name: int(state["pid"]) for name, state in states(instance).items() if state["state"] == RUNNING}


def stopping(instance: instances.Instance) -> bool:
    """Return whether a process of the instance was asked to end and has not yet."""
    return any(int(state["state"]) == STOPPING for state in states(instance).values())


def start(instance: instances.Instance, name: str, *, wait: bool = False) -> None:
    """Will start the process `name`, unless it runs or is starting."""
    supervisor = connect(instance)
    if supervisor is None:
        message = f"The instance {instance.name} does not run: make up."
        raise machine.CannotGoOn(message)
    if int(supervisor.getProcessInfo(name)["state"]) in STOPPED_STATES:
        supervisor.startProcess(name, wait)


def stop(instance: instances.Instance, name: str) -> None:
    """Will stop the process `name` in an orderly way and wait for its end."""
    supervisor = connect(instance)
    if supervisor is not None:
        _stop_quietly(supervisor, name)


def kill(instance: instances.Instance, name: str) -> int:
    """Will end the process `name` and its children by SIGKILL, as a power cut would; return the process id.

    Supervisor starts it anew; on return it has noticed the end.
    """
    number = running(instance)[name]
    family = [psutil.Process(number), *psutil.Process(number).children(recursive=True)]
    for process in family:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)
    wait_for(lambda: int(states(instance)[name]["pid"]) != number, what=f"the end of {name}", seconds=30)
    return number


def _stop_quietly(supervisor: Any, name: str) -> None:
    try:
        supervisor.stopProcess(name)
    except xmlrpc.client.Fault as fault:
        if "NOT_RUNNING" not in str(fault.faultString):
            raise


def wait_ready(instance: instances.Instance, name: str, ready: Callable[[], bool], *, seconds: float = 120) -> None:
    """Return when `ready` says so; raises CannotGoOn when the process ends for good or time runs out."""

    def look() -> bool:
        state = states(instance).get(name)
        if state is None or int(state["state"]) in STOPPED_STATES:
            message = f"{name} ended: {last_line(instance, name)}"
            raise machine.CannotGoOn(message)
        return ready()

    wait_for(look, what=name, seconds=seconds, hint=f"see {instance.log / (name + '.log')}")


def last_line(instance: instances.Instance, name: str) -> str:
    """Return the last line that the process wrote, and where the rest is."""
    path = instance.log / f"{name}.log"
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")[-60:] if path.exists() else []
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "it wrote nothing") + f" ({path})"


def wait_for(question: Callable[[], T | None], *, what: str, seconds: float, hint: str = "") -> T:
    """Return the first answer of `question` that is true; raises CannotGoOn after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        if answer := question():
            return answer
        if time.monotonic() > end:
            message = f"{what} was not ready after {seconds:.0f} seconds {hint}".rstrip() + "."
            raise machine.CannotGoOn(message)
        time.sleep(0.1)


def shut_down(instance: instances.Instance) -> int:
    """Will end every process of the instance, supervisor last; return how many ended."""
    supervisor = connect(instance)
    processes = _processes_of(instance)
    if supervisor is not None:
        keeper = int(supervisor.getPID())
        # All at once but the database, which the others still need; supervisor alone would take one after the other.
        for name in running(instance):
            if name != "postgres":
                supervisor.stopProcess(name, False)
        wait_for(lambda: set(running(instance)) <= {"postgres"} and not stopping(instance), what="the end", seconds=90)
        supervisor.shutdown()
        _wait_for_end([keeper], seconds=90)
    left = _processes_of(instance)
    for process in left:
        _signal(process, signal.SIGTERM)
    psutil.wait_procs(left, timeout=20)
    for process in (process for process in left if process.is_running()):
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=10)
    for name in ("supervisor.sock", "supervisor.pid"):
        (instance.run / name).unlink(missing_ok=True)
    return len(processes)


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _wait_for_end(numbers: Sequence[int], *, seconds: float) -> None:
    psutil.wait_procs([psutil.Process(number) for number in numbers if psutil.pid_exists(number)], timeout=seconds)


def _processes_of(instance: instances.Instance) -> list[psutil.Process]:
    """Return every process that carries this instance's folder in its environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(instance.folder):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found
