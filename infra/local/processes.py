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
from typing import Any, TypeVar

import psutil

from local import instances, machine

T = TypeVar("T")
MARK = "ZENNE_LOCAL_FOLDER"
RUNNING = 20
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
    tries: int = 60
    """A killed PostgreSQL leaves its shared memory for a moment: one failed start is not the end."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=150)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: pathlib.Path) -> None:
        super().__init__()
        self.path = str(path)
        self.opened: _Connection | None = None

    def make_connection(self, host: object) -> http.client.HTTPConnection:  # noqa: ARG002 -- the parent's signature
        self.opened = _Connection(self.path)
        return self.opened

    def close(self) -> None:
        super().close()
        if self.opened is not None:
            self.opened.close()


def ask(instance: instances.Instance, question: str, *arguments: object) -> Any:
    """Return supervisor's answer to one call; raises OSError when it does not run, xmlrpc Fault when it refuses."""
    transport = _Transport(instance.supervisor)
    try:
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
        return getattr(proxy.supervisor, question)(*arguments)
    finally:
        transport.close()


def is_up(instance: instances.Instance) -> bool:
    """Return whether the instance's supervisor runs."""
    try:
        ask(instance, "getState")
    except (OSError, http.client.HTTPException):
        return False
    return True


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
            f"startretries = {program.tries}",
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


def apply(instance: instances.Instance, programs: Sequence[Program]) -> None:
    """Will make supervisor keep exactly `programs`: a changed or vanished one is stopped, a new one not yet started."""
    configuration = instance.folder / "supervisor.conf"
    instances.write_private(configuration, render(instance, programs))
    if not is_up(instance):
        subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", configuration],
            check=True,
            # Nothing of the caller's environment goes to the servers but where programs and the home are.
            env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
            | {MARK: str(instance.folder)},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        wait_for(lambda: is_up(instance), what="supervisor", seconds=20)
        return
    [[added, changed, removed]] = ask(instance, "reloadConfig")
    for name in [*changed, *removed]:
        stop(instance, name)
        ask(instance, "removeProcessGroup", name)
    for name in [*added, *changed]:
        ask(instance, "addProcessGroup", name)


def states(instance: instances.Instance) -> dict[str, dict[str, Any]]:
    """Return what supervisor knows of each process, by name; nothing when it does not run."""
    try:
        found = ask(instance, "getAllProcessInfo")
    except (OSError, http.client.HTTPException):
        return {}
    return {str(state["name"]): state for state in found}


def running(instance: instances.Instance) -> dict[str, int]:
    """Return the process id of every running process of the instance, by name."""
    return {name: int(state["pid"]) for name, state in states(instance).items() if state["state"] == RUNNING}


def alive(instance: instances.Instance) -> set[str]:
    """Return the names of the instance's processes that run, start or stop: each may hold its port."""
    return {name for name, state in states(instance).items() if int(state["state"]) not in STOPPED_STATES}


def start(instance: instances.Instance, name: str) -> None:
    """Will start the process `name`, unless it runs or is starting; raises CannotGoOn when nothing keeps it."""
    state = states(instance).get(name)
    if state is None:
        message = f"The instance {instance.name} keeps no {name}: make up."
        raise machine.CannotGoOn(message)
    if int(state["state"]) in STOPPED_STATES:
        ask(instance, "startProcess", name, False)


def stop(instance: instances.Instance, name: str) -> None:
    """Will stop the process `name` in an orderly way and wait for its end."""
    try:
        ask(instance, "stopProcess", name)
    except xmlrpc.client.Fault as fault:
        if "NOT_RUNNING" not in str(fault.faultString):
            raise


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


def wait_ready(instance: instances.Instance, name: str, ready: Callable[[], bool], *, seconds: float = 300) -> None:
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
    found = of(instance)
    if is_up(instance):
        keeper = int(ask(instance, "getPID"))
        # All at once but the database, which the others still need; supervisor alone would take one after the other.
        for name in alive(instance) - {"postgres"}:
            ask(instance, "stopProcess", name, False)
        wait_for(lambda: not alive(instance) - {"postgres"}, what="the end of the processes", seconds=120)
        ask(instance, "shutdown")
        _wait_for_end(keeper)
    left = of(instance)
    for number, seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 10)):
        for process in left:
            _signal(process, number)
        _gone, left = psutil.wait_procs(left, timeout=seconds)
    for name in ("supervisor.sock", "supervisor.pid"):
        (instance.run / name).unlink(missing_ok=True)
    return len(found)


def _wait_for_end(number: int) -> None:
    if psutil.pid_exists(number):
        psutil.wait_procs([psutil.Process(number)], timeout=90)


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def of(instance: instances.Instance) -> list[psutil.Process]:
    """Return every process that carries this instance's folder in its environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(instance.folder):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found
