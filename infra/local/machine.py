"""What this machine must offer, found before anything starts; and one line when it does not."""

import os
import pathlib
import platform
import pwd
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

import psutil

MIB = 1024 * 1024
MEMORY_NEEDED = 2300 * MIB
"""The whole stack with three towns takes under 2 GiB; the rest is for the tools that set it up."""
DISK_NEEDED_COLD = 3000 * MIB
DISK_NEEDED_WARM = 600 * MIB
JDK_MINIMUM = 21
UNPRIVILEGED = "nobody"
"""Whom PostgreSQL runs as when root starts the stack: it refuses root, and this user exists everywhere."""


class CannotGoOn(Exception):
    """What stands in the way, in one line that also says what to do."""


def say(what: str, text: str) -> None:
    """Will print one line of progress with the seconds since the command began."""
    sys.stdout.write(f"{time.monotonic() - _BEGAN:7.1f} s  {what:<22} {text}\n")
    sys.stdout.flush()


_BEGAN = time.monotonic()


def check_system() -> None:
    """Raise CannotGoOn on a system whose programs we do not have."""
    if sys.platform != "linux" or platform.machine() not in {"x86_64", "AMD64"}:
        message = (
            f"This is {platform.system()} on {platform.machine()}; the local stack needs Linux on x86-64 (Debian 12+)."
        )
        raise CannotGoOn(message)


def check_room(*, memory: int, disk: int, disk_needed: int, where: pathlib.Path) -> None:
    """Raise CannotGoOn when `memory` or `disk` bytes are too few to start the whole stack."""
    if memory < MEMORY_NEEDED:
        message = f"Too little memory: {memory // MIB} MiB are free and {MEMORY_NEEDED // MIB} MiB are needed."
        raise CannotGoOn(message)
    if disk < disk_needed:
        message = f"Too little disk: {disk // MIB} MiB are free at {where} and {disk_needed // MIB} MiB are needed."
        raise CannotGoOn(message)


def free_memory() -> int:
    """Return the bytes that new programs can have, within the limit of this control group."""
    free = psutil.virtual_memory().available
    group = pathlib.Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = int((group / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return free
    return free if limit == "max" else min(free, int(limit) - used)


def free_disk(where: pathlib.Path) -> int:
    """Return the free bytes of the disk on which `where` lies or will lie."""
    while not where.exists():
        where = where.parent
    return shutil.disk_usage(where).free


def check_port(port: int, *, what: str) -> None:
    """Raise CannotGoOn when another program holds `port`."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError as error:
            message = f"Port {port} ({what}) is taken by another program: stop it, or give the instance another port."
            raise CannotGoOn(message) from error


def java() -> pathlib.Path:
    """Return the newest fitting JDK's folder: JAVA_HOME, else the system's, else that of `java`."""
    homes = [pathlib.Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if homes and java_major(homes[0]) >= JDK_MINIMUM:
        return homes[0]
    homes += pathlib.Path("/usr/lib/jvm").glob("*")
    if on_path := shutil.which("java"):
        homes.append(pathlib.Path(on_path).resolve().parents[1])
    return newest_java(homes)


def newest_java(homes: Sequence[pathlib.Path]) -> pathlib.Path:
    """Return the newest JDK among `homes`; raises CannotGoOn when none is new enough."""
    best = max(homes, key=java_major, default=None)
    if best is None or java_major(best) < JDK_MINIMUM:
        message = f"No JDK {JDK_MINIMUM} or newer: install one (Debian: apt install openjdk-21-jdk) or set JAVA_HOME."
        raise CannotGoOn(message)
    return best


def java_major(home: pathlib.Path) -> int:
    """Return the major version of the JDK in `home`, 0 when there is none."""
    if not (home / "bin" / "java").is_file() or not (home / "bin" / "javac").exists():
        return 0
    release = home / "release"
    if release.is_file():
        found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(encoding="utf-8"), re.MULTILINE)
    else:
        answer = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, check=False)
        found = re.search(r'version "(\d+)', answer.stderr)
    return int(found[1]) if found else 0


def server_user() -> pwd.struct_passwd | None:
    """Return whom a server that refuses root runs as: nobody special when we are not root."""
    return pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None


def reachable_by_others(path: pathlib.Path) -> bool:
    """Return whether a user without rights of its own can pass through to `path`."""
    existing = path.absolute()
    while not existing.exists():
        existing = existing.parent
    return all(folder.stat().st_mode & 0o001 for folder in (existing, *existing.parents) if folder.is_dir())
