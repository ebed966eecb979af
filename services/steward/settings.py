"""What each command is told through its environment: declared here, once, with its help."""

import pathlib
from dataclasses import dataclass

from federation import env
from steward import secret_files

REPOSITORY = pathlib.Path(__file__).parents[2]


def tenants_folder() -> pathlib.Path:
    """Return the folder of tenant files."""
    return env.file(
        "STEWARD_TENANTS",
        help="folder of tenant files, one a participant",
        default=str(REPOSITORY / "infra" / "tenants"),
    )


def participants_folder() -> pathlib.Path:
    """Return the folder below which each participant has its `public/`."""
    return env.file("STEWARD_PARTICIPANTS", help="folder with <id>/public/; nothing else below <id>/ is read")


@dataclass(frozen=True)
class Bus:
    """How to reach the broker as its administrator."""

    servers: str
    ca: pathlib.Path
    certificate: pathlib.Path


def bus() -> Bus:
    """Return how to reach the broker."""
    return Bus(
        servers=env.text("STEWARD_KAFKA_SERVERS", help="brokers: host:port, comma between"),
        ca=env.file("STEWARD_KAFKA_CA_FILE", help="CA that signed the broker's certificate"),
        certificate=env.file("STEWARD_KAFKA_CERTIFICATE_FILE", help="one PEM, key and certificate, CN=steward"),
    )


def federation_folder() -> pathlib.Path:
    """Return the federation's private folder."""
    return env.file("STEWARD_FEDERATION_FOLDER", help="the federation's private folder: its signing key")


def bus_authority() -> tuple[pathlib.Path, pathlib.Path]:
    """Return certificate and key of the CA that signs bus client certificates."""
    return (
        env.file("STEWARD_BUS_CA_FILE", help="certificate of the CA for bus clients; the broker trusts it"),
        env.file("STEWARD_BUS_CA_KEY_FILE", help="key of the CA for bus clients"),
    )


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server."""

    host: str
    port: int


def database_server() -> Server:
    """Return where PostgreSQL listens."""
    return Server(
        host=env.text("STEWARD_DATABASE_HOST", help="host of PostgreSQL", default="127.0.0.1"),
        port=env.number("STEWARD_DATABASE_PORT", help="port of PostgreSQL", default=5432),
    )


@dataclass(frozen=True)
class Login:
    """A name and its secret."""

    name: str
    secret: str


def database_admin() -> Login:
    """Return the role that may make roles and databases; `bootstrap` alone asks for it."""
    return Login(
        env.text("STEWARD_DATABASE_ADMIN", help="role that may make roles and databases"),
        env.secret("STEWARD_DATABASE_ADMIN_PASSWORD_FILE", help="file with that role's password"),
    )


def keycloak_url() -> str:
    """Return the inner address of Keycloak, with the slash at the end that python-keycloak needs."""
    return env.text("STEWARD_KEYCLOAK_URL", help="inner address of Keycloak").rstrip("/") + "/"


@dataclass(frozen=True)
class Search:
    """How to reach OpenSearch as its administrator."""

    url: str
    ca: pathlib.Path
    certificate: pathlib.Path


def search_server() -> Search:
    """Return how to reach OpenSearch."""
    return Search(
        url=env.text("STEWARD_OPENSEARCH_URL", help="address of OpenSearch: https://127.0.0.1:18040"),
        ca=env.file("STEWARD_OPENSEARCH_CA_FILE", help="CA that signed OpenSearch's certificate"),
        certificate=env.file("STEWARD_OPENSEARCH_CERTIFICATE_FILE", help="one PEM, key and certificate, CN=steward"),
    )


def public_port() -> int:
    """Return the port at which browsers reach every participant's pages: the gateway's."""
    return env.number("STEWARD_PUBLIC_PORT", help="port of the gateway, as browsers see it", default=443)


def keycloak_admin() -> Login:
    """Return the service account of the master realm; `bootstrap` alone asks for it."""
    return Login(
        env.text("STEWARD_KEYCLOAK_ADMIN_CLIENT", help="client of the master realm with a service account"),
        env.secret("STEWARD_KEYCLOAK_ADMIN_SECRET_FILE", help="file with that client's secret"),
    )


def secrets_folder() -> pathlib.Path:
    """Return the folder of one participant's secrets."""
    return (
        env.file("STEWARD_TENANT_FOLDER", help="the participant's private folder; secrets below secrets/") / "secrets"
    )


def tenant_secret(name: str) -> str:
    """Return one of the participant's secrets."""
    return secret_files.read(secrets_folder() / name)
