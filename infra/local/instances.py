"""An instance of the local stack: its name, its folder, its ports, its secrets."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import secrets
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from local import machine

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = pathlib.Path(__file__).with_name("instances.toml")
SOCKET_LENGTH = 90
"""A socket's path may have 107 characters; the longest name below `run` takes the rest."""


@dataclass(frozen=True)
class Instance:
    """One instance: everything else is derived from its name, folder and first port."""

    name: str
    folder: pathlib.Path
    port: int
    database_alone: bool = False
    """Whether PostgreSQL is its only server, and one that may forget when the power goes: no case is in it."""

    @property
    def ports(self) -> dict[str, int]:
        """The port of each component that listens on one, by the component's name."""
        return {
            "gateway": self.port,
            "kafka": self.port + 10,
            "kafka-controller": self.port + 11,
            "postgres": self.port + 20,
            "keycloak": self.port + 30,
            "keycloak-health": self.port + 31,
            "opensearch": self.port + 40,
            "opensearch-transport": self.port + 41,
        }

    @property
    def run(self) -> pathlib.Path:
        """The folder of sockets and pid files; outside the clone when its path is too long for a socket."""
        inside = self.folder / "run"
        if len(str(inside)) <= SOCKET_LENGTH - 35:
            return inside
        return pathlib.Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp") / f"zenne-{os.geteuid()}-{self.mark}"  # noqa: S108 -- made 0700 and checked by `own_folder`

    @property
    def mark(self) -> str:
        """A short digest of the folder: tells two instances of one name in two clones apart."""
        return hashlib.sha256(str(self.folder).encode()).hexdigest()[:10]

    @property
    def log(self) -> pathlib.Path:
        """The folder of logs."""
        return self.folder / "log"

    @property
    def tls(self) -> pathlib.Path:
        """The folder of the instance's certificate authority and its servers' certificates."""
        return self.folder / "tls"

    @property
    def admin(self) -> pathlib.Path:
        """The folder of what only the one who runs the instance holds: passwords and steward's certificate."""
        return self.folder / "admin"

    @property
    def participants(self) -> pathlib.Path:
        """The folder that holds one folder a participant."""
        return self.folder / "participants"

    @property
    def supervisor(self) -> pathlib.Path:
        """The socket by which the processes are steered."""
        return self.run / "supervisor.sock"

    def web(self, participant: str) -> pathlib.Path:
        """Return the socket on which a participant's web process listens."""
        return self.run / participant / "web.sock"

    def secret(self, name: str, *, folder: pathlib.Path | None = None) -> str:
        """Return the secret `name` of this instance; make it up when there is none yet."""
        path = (folder or self.admin) / name
        if not path.exists():
            own_folder(path.parent)
            write_private(path, secrets.token_urlsafe(24))
        return path.read_text(encoding="utf-8").strip()

    def prepare(self) -> None:
        """Will make the folders of the instance; raises CannotGoOn when one may not be written."""
        # 0711 for root: PostgreSQL runs as another user then and must be able to pass through.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        try:
            for folder in (self.folder.parent, self.folder):
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(mode)
            for folder in (self.run, self.log, self.tls, self.admin, self.participants):
                own_folder(folder)
            write_private(self.run / "writable", "")
        except OSError as error:
            message = f"The folder {self.folder} cannot be written ({error.strerror}): make it writable for this user."
            raise machine.CannotGoOn(message) from error


@contextlib.contextmanager
def alone(instance: Instance) -> Iterator[None]:
    """Keep other commands from changing the instance meanwhile; they wait for their turn and say so."""
    path = instance.folder.parent / f".{instance.folder.name}.lock"
    with contextlib.ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(path.open("w"))
        except OSError as error:
            message = (
                f"The folder {instance.folder} cannot be written ({error.strerror}): make it writable for this user."
            )
            raise machine.CannotGoOn(message) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            machine.say(instance.name, "another command works on it; waiting")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find(name: str) -> Instance:
    """Return the instance called `name`; raises CannotGoOn when no such name stands in the file.

    ZENNE_PORT and ZENNE_FOLDER make up one that is not in the file, for a try beside the others.
    """
    port = os.environ.get("ZENNE_PORT")
    folder = pathlib.Path(os.environ.get("ZENNE_FOLDER") or ROOT / ".local" / name).absolute()
    if port is not None:
        return Instance(name, folder, int(port))
    known = tomllib.loads(FILE.read_text(encoding="utf-8"))
    if name not in known:
        message = f"There is no instance {name!r}; {FILE.relative_to(ROOT)} names: {', '.join(sorted(known))}."
        raise machine.CannotGoOn(message)
    return Instance(name, folder, **known[name])


def own_folder(path: pathlib.Path) -> None:
    """Will make the folder `path` for this user alone; raises OSError when another user holds it."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_uid != os.geteuid() or path.is_symlink():
        raise PermissionError(13, "belongs to another user", str(path))
    if stat.S_IMODE(path.stat().st_mode) != 0o700:  # noqa: PLR2004 -- rwx for the owner alone
        path.chmod(0o700)


def write_private(path: pathlib.Path, text: str) -> bool:
    """Will write `text` to `path`, readable by this user alone, in one step; return whether it changed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
    return True
