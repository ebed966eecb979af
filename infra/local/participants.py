"""The participants of an instance: each with its folder, its secrets, its environment, its web and worker processes."""

import http.client
import os
import pathlib
import socket
import sys

from local import instances, machine, processes, stamps, tenants

SERVICES = instances.ROOT / "services"
PYTHON_PATH = f"{SERVICES}{os.pathsep}{instances.ROOT / 'infra'}"


def folder(instance: instances.Instance, town: tenants.Tenant) -> pathlib.Path:
    """Return the participant's own folder."""
    return instance.participants / town.id


def find(participant: str) -> tenants.Tenant:
    """Return the participant called so; raises CannotGoOn when no tenant file names it."""
    for town in tenants.load():
        if town.id == participant:
            return town
    message = f"There is no participant {participant!r}: {', '.join(town.id for town in tenants.load())}."
    raise machine.CannotGoOn(message)


def manage(town: tenants.Tenant) -> list[str]:
    """Return the beginning of every management command of a participant: its level's program."""
    return [sys.executable, "-m", f"{town.level}.manage"]


def issuer(instance: instances.Instance, town: tenants.Tenant) -> str:
    """Return the issuer of the town's tokens: its tenant file's, with this instance's port."""
    scheme, _, rest = town.issuer.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}:{instance.ports['gateway']}{slash}{path}"


def environment(instance: instances.Instance, town: tenants.Tenant, *, owner: bool = False) -> dict[str, str]:
    """Return what the town's processes find in their environment; `owner` for those that may change tables."""
    home = folder(instance, town)
    role, password = (
        (town.database, "database_owner_password") if owner else (f"{town.database}_app", "database_password")
    )
    address = f"http://127.0.0.1:{instance.ports['keycloak']}"
    return {
        "PYTHONPATH": str(SERVICES),
        "DJANGO_SETTINGS_MODULE": f"{town.level}.settings",
        "ZENNE_PARTICIPANT": town.id,
        "ZENNE_TENANT_FILE": str(town.file),
        "ZENNE_HOSTS": town.host,
        "ZENNE_GATEWAY": f"https://{town.host}:{instance.ports['gateway']}",
        "ZENNE_SECRET_KEY_FILE": str(home / "secrets" / "django_secret_key"),
        "ZENNE_DATABASE_HOST": "127.0.0.1",
        "ZENNE_DATABASE_PORT": str(instance.ports["postgres"]),
        "ZENNE_DATABASE_NAME": town.database,
        "ZENNE_DATABASE_USER": role,
        "ZENNE_DATABASE_PASSWORD_FILE": str(home / "secrets" / password),
        "ZENNE_ISSUER": issuer(instance, town),
        "ZENNE_JWKS_URL": f"{address}/realms/{town.id}/protocol/openid-connect/certs",
        "ZENNE_AUDIENCE": town.level,
        "ZENNE_AUTHORIZED_PARTIES": "zenne-cli",
        "ZENNE_PRACTICE": "yes",
        "ZENNE_HELP_PHONE": "02 000 00 10",
        "ZENNE_WEB_CLIENT_SECRET_FILE": str(home / "secrets" / "keycloak_web_secret"),
        "ZENNE_KAFKA_SERVERS": f"127.0.0.1:{instance.ports['kafka']}",
        "ZENNE_KAFKA_CA_FILE": str(instance.folder / "bus" / "ca.pem"),
        "ZENNE_KAFKA_CERTIFICATE_FILE": str(home / "bus.pem"),
        "ZENNE_KEYS_FOLDER": str(home / "keys"),
        "ZENNE_FEDERATION_JWKS_FILE": str(instance.folder / "federation" / "federation.jwks.json"),
        **_of_level(instance, town),
    }


def _of_level(instance: instances.Instance, town: tenants.Tenant) -> dict[str, str]:
    """Return what only processes of the participant's level find in their environment."""
    if town.level != "regional":
        return {}
    return {
        "ZENNE_OPENSEARCH_URL": f"https://127.0.0.1:{instance.ports['opensearch']}",
        "ZENNE_OPENSEARCH_CA_FILE": str(instance.folder / "search" / "ca.pem"),
        "ZENNE_OPENSEARCH_CERTIFICATE_FILE": str(folder(instance, town) / "search.pem"),
        "ZENNE_OPENSEARCH_ALIAS": f"zenne-referrals-{town.id}",
    }


def prepare(instance: instances.Instance, towns: list[tenants.Tenant]) -> list[processes.Program]:
    """Will make the towns' folders and first secrets; return their processes."""
    for town in towns:
        home = folder(instance, town)
        for part in (home, home / "secrets", home / "keys", home / "public", instance.run / town.id):
            instances.own_folder(part)
        for name in ("django_secret_key", "database_owner_password", "database_password", "keycloak_web_secret"):
            instance.secret(name, folder=home / "secrets")
        lines = (f"{name}={value}" for name, value in environment(instance, town).items())
        instances.write_private(home / "environment", "\n".join(lines) + "\n")
    return [program for town in towns for program in _programs(instance, town, stamps.program(town.level))]


def _programs(instance: instances.Instance, town: tenants.Tenant, code: str) -> list[processes.Program]:
    commands: dict[str, list[str | pathlib.Path]] = {
        "web": [sys.executable, "-m", "local.web", instance.web(town.id)],
        "worker": [*manage(town), "worker"],
    }
    return [
        processes.Program(
            name=f"{town.id}-{kind}",
            command=command,
            environment=environment(instance, town) | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": PYTHON_PATH},
            folder=folder(instance, town),
            # A changed line of code or of the tenant file needs a fresh process.
            configuration=code + town.file.read_text(encoding="utf-8"),
        )
        for kind, command in commands.items()
    ]


def web_is_ready(instance: instances.Instance, town: tenants.Tenant) -> bool:
    """Return whether the town's web process says that it is well."""
    connection = http.client.HTTPConnection(town.host, timeout=5)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.sock.connect(str(instance.web(town.id)))
        connection.request("GET", "/health", headers={"X-Forwarded-Proto": "https"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def base() -> dict[str, str]:
    """Return what every program needs of our own environment."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
