"""Steps of the setting up whose inputs did not change since they last succeeded are left out.

What is kept is the digest of everything that a step reads: code, tenant file, passwords, the
database it wrote to. `make clean` forgets it together with what the steps made.
"""

import functools
import hashlib
import pathlib
from collections.abc import Callable, Iterable

from local import instances, postgres

SOURCES = {".py", ".json", ".yaml", ".sql", ".html", ".css", ".js", ".svg", ".po"}


def unless_done(instance: instances.Instance, step: str, inputs: Iterable[object], act: Callable[[], object]) -> bool:
    """Will run `act` unless it succeeded with the same inputs; return whether it ran."""
    digest = hashlib.sha256("\0".join(str(part) for part in inputs).encode()).hexdigest()
    path = instance.folder / "done" / step
    if path.exists() and path.read_text(encoding="utf-8") == digest:
        return False
    path.unlink(missing_ok=True)
    act()
    instances.own_folder(path.parent)
    instances.write_private(path, digest)
    return True


def program(level: str) -> str:
    """Return the digest of everything that a participant of this level runs or reads."""
    return _code(f"services/{level}", "services/federation", "schemas", "infra/local")


def steward() -> str:
    """Return the digest of everything that steward runs or reads, and of the files that it applies."""
    services = ("services/steward", "services/federation/contracts", "schemas/infra")
    return _code(*services, "infra/keycloak", "infra/kafka", "infra/postgres", "infra/local")


@functools.cache
def _code(*folders: str) -> str:
    digest = hashlib.sha256((instances.ROOT / "requirements.lock").read_bytes())
    for folder in folders:
        for path in sorted((instances.ROOT / folder).rglob("*")):
            if path.suffix in SOURCES:
                digest.update(str(path.relative_to(instances.ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def database(instance: instances.Instance) -> int:
    """Return the birth of the server's data: what was done to another one is not done to this."""
    return (postgres.folder(instance) / "data" / "PG_VERSION").stat().st_mtime_ns


def content(*paths: pathlib.Path) -> str:
    """Return the digest of the files `paths`; a missing one counts as empty."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(b"\0")
    return digest.hexdigest()
