"""PostgreSQL of an instance: one server, a database a participant and one for Keycloak."""

import os
import pathlib
import shutil
import string
import subprocess

import psycopg
from psycopg import sql

from local import instances, machine, processes, software

ADMIN = "postgres"


def folder(instance: instances.Instance) -> pathlib.Path:
    """Return the folder of the server's data: where the user it runs as can get to."""
    if os.geteuid() == 0 and not machine.reachable_by_others(instance.folder):
        return pathlib.Path("/var/lib/zenne") / instance.mark / "postgres"
    return instance.folder / "postgres"


def prepare(instance: instances.Instance, programs: pathlib.Path) -> processes.Program:
    """Will make the data folder and the settings; return the process, one of `programs`."""
    home = folder(instance)
    user = machine.server_user()
    home.mkdir(parents=True, exist_ok=True, mode=0o711)
    settings = string.Template((software.INFRA / "postgres" / "postgresql.conf").read_text(encoding="utf-8"))
    configuration = settings.substitute(port=instance.ports["postgres"])
    (home / "postgresql.conf").write_text(configuration, encoding="utf-8")
    for path in (home, home / "postgresql.conf"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        if user:
            os.chown(path, user.pw_uid, user.pw_gid)
    if not (home / "data" / "PG_VERSION").exists():
        _make_data(instance, programs, home)
    return processes.Program(
        name="postgres",
        command=[
            programs / "postgres",
            "-D",
            home / "data",
            "-c",
            f"config_file={home / 'postgresql.conf'}",
            *(["-c", "fsync=off"] if instance.database_alone else []),
        ],
        environment=_environment(home),
        folder=home,
        user=user.pw_name if user else None,
        # SIGINT ends the sessions and stops; SIGTERM would wait for them.
        stop_signal="INT",
        configuration=configuration,
    )


def _environment(home: pathlib.Path) -> dict[str, str]:
    return {"LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(home)}


def _make_data(instance: instances.Instance, programs: pathlib.Path, home: pathlib.Path) -> None:
    user = machine.server_user()
    shutil.rmtree(home / "data", ignore_errors=True)
    password = home / "password"
    instances.write_private(password, instance.secret("postgres_password") + "\n")
    if user:
        os.chown(password, user.pw_uid, user.pw_gid)
    command: list[str | pathlib.Path] = [programs / "initdb", "-D", home / "data", "-U", ADMIN]
    command += ["--pwfile", password]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    try:
        subprocess.run(
            command,
            cwd=home,
            env={"PATH": "/usr/bin:/bin", **_environment(home)},
            check=True,
            capture_output=True,
            text=True,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
    except (subprocess.CalledProcessError, PermissionError) as error:
        shutil.rmtree(home / "data", ignore_errors=True)
        reason = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1]
        message = f"PostgreSQL's data folder could not be made: {reason}"
        raise machine.CannotGoOn(message) from error
    finally:
        password.unlink()


def connect(instance: instances.Instance, *, database: str = "postgres") -> psycopg.Connection:
    """Return a connection of the server's administrator."""
    return psycopg.connect(
        host="127.0.0.1",
        port=instance.ports["postgres"],
        user=ADMIN,
        password=instance.secret("postgres_password"),
        dbname=database,
        autocommit=True,
        connect_timeout=3,
    )


def administrator(instance: instances.Instance) -> str:
    """Return the server's administrator as `user:password@host:port`."""
    return f"{ADMIN}:{instance.secret('postgres_password')}@127.0.0.1:{instance.ports['postgres']}"


def is_ready(instance: instances.Instance) -> bool:
    """Return whether the server takes connections."""
    try:
        connect(instance).close()
    except psycopg.OperationalError:
        return False
    return True


def make_database(instance: instances.Instance, name: str, *, password: str) -> None:
    """Will make a role and a database of its own called `name`, unless they exist."""
    with connect(instance) as connection:
        # The administrator's own databases are nobody else's: PUBLIC may connect to them as they come.
        connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
        identifier = sql.Identifier(name)
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(identifier, sql.Literal(password)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(identifier, identifier))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(identifier))
