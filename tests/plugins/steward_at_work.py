"""steward's command line at work on a folder of tenant files that belongs to a test."""

import contextlib
import functools
import io
import os
import pathlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import psycopg
import yaml
from keycloak import KeycloakAdmin

from steward import __main__

Content = dict[str, Any]
ROOT = pathlib.Path(__file__).parents[2]
TENANTS = ROOT / "infra" / "tenants"
TWO = ("vilvoorde", "molenbeek")


@dataclass(frozen=True)
class Answer:
    """What a call of steward printed and how it ended."""

    code: int
    lines: list[str]
    errors: str

    @property
    def changes(self) -> list[str]:
        """The lines that say a change; the last line counts them."""
        return [line for line in self.lines if line[:2] in {"+ ", "~ ", "- "}]


@dataclass(frozen=True)
class Components:
    """Addresses and administrators of the real components, as the operator of the servers holds them."""

    servers: str
    ca: pathlib.Path
    steward: pathlib.Path
    bus_ca: pathlib.Path
    bus_ca_key: pathlib.Path
    database_port: int
    database_admin: str
    database_admin_password: pathlib.Path
    keycloak: str
    keycloak_admin: str
    keycloak_admin_secret: pathlib.Path
    search: str = "https://127.0.0.1:9"
    search_ca: pathlib.Path = pathlib.Path("/nonexistent")
    search_steward: pathlib.Path = pathlib.Path("/nonexistent")

    def admin(self, realm: str) -> KeycloakAdmin:
        """Return the server's administrator at work in one realm: the hand that makes drift."""
        return KeycloakAdmin(
            server_url=f"{self.keycloak}/",
            realm_name=realm,
            user_realm_name="master",
            client_id=self.keycloak_admin,
            client_secret_key=self.keycloak_admin_secret.read_text().strip(),
        )

    def database(self, name: str, user: str = "", password: str = "") -> psycopg.Connection:
        """Return a connection to one database, as the server's administrator or as another role."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.database_port,
            dbname=name,
            user=user or self.database_admin,
            password=password or self.database_admin_password.read_text().strip(),
            autocommit=True,
        )


@dataclass
class Town:
    """A folder of tenant files, the folders of its participants, and steward's commands over them."""

    components: Components
    folder: pathlib.Path
    made: list[str] = field(default_factory=list)

    @property
    def tenants(self) -> pathlib.Path:
        """The folder of tenant files."""
        return self.folder / "tenants"

    def participant(self, name: str) -> pathlib.Path:
        """Return a participant's private folder."""
        return self.folder / "participants" / name

    def secret(self, participant: str, name: str) -> str:
        """Return a secret of a participant."""
        return (self.participant(participant) / "secrets" / name).read_text().strip()

    def change(self, participant: str, change: Callable[[Content], object]) -> None:
        """Will edit one tenant file."""
        path = self.tenants / f"{participant}.yaml"
        content = read(path)
        change(content)
        path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))

    def steward(self, *arguments: str, of: str = "", **changed: str) -> Answer:
        """Will call the command line, with the credentials that the named command may have and no others."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("STEWARD_")}
        printed, errors = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, {**mine, **self.environment(arguments[0], of), **changed}, clear=True),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(errors),
        ):
            code = __main__.main(arguments)
        return Answer(code, printed.getvalue().splitlines(), errors.getvalue())

    def environment(self, command: str, of: str = "") -> dict[str, str]:
        """Return the variables of one command."""
        known = self.components
        common = {"STEWARD_TENANTS": str(self.tenants)}
        servers = {
            "STEWARD_DATABASE_HOST": "127.0.0.1",
            "STEWARD_DATABASE_PORT": str(known.database_port),
            "STEWARD_KEYCLOAK_URL": known.keycloak,
            "STEWARD_TENANT_FOLDER": str(self.participant(of)),
        }
        administrators = {
            "STEWARD_DATABASE_ADMIN": known.database_admin,
            "STEWARD_DATABASE_ADMIN_PASSWORD_FILE": str(known.database_admin_password),
            "STEWARD_KEYCLOAK_ADMIN_CLIENT": known.keycloak_admin,
            "STEWARD_KEYCLOAK_ADMIN_SECRET_FILE": str(known.keycloak_admin_secret),
        }
        shared = {
            "STEWARD_KAFKA_SERVERS": known.servers,
            "STEWARD_KAFKA_CA_FILE": str(known.ca),
            "STEWARD_KAFKA_CERTIFICATE_FILE": str(known.steward),
            "STEWARD_FEDERATION_FOLDER": str(self.folder / "federation"),
            "STEWARD_BUS_CA_FILE": str(known.bus_ca),
            "STEWARD_BUS_CA_KEY_FILE": str(known.bus_ca_key),
            "STEWARD_PARTICIPANTS": str(self.folder / "participants"),
        }
        search = {
            "STEWARD_OPENSEARCH_URL": known.search,
            "STEWARD_OPENSEARCH_CA_FILE": str(known.search_ca),
            "STEWARD_OPENSEARCH_CERTIFICATE_FILE": str(known.search_steward),
        }
        own = {
            "check": {},
            "federation": shared,
            "search": search,
            "tenant": servers,
            "bootstrap": servers | administrators,
        }
        return common | own[command]


def read(path: pathlib.Path) -> Content:
    """Return a tenant file as text values, days included."""
    content: Content = yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 -- makes text, lists and mappings only
    return content


def make_town(folder: pathlib.Path, components: Components, names: Sequence[str] = ()) -> Town:
    """Return two towns of the repository and, for each of `names`, one more that both have a protocol with."""
    town = Town(components, folder)
    town.tenants.mkdir(parents=True)
    for name in TWO:
        shutil.copy(TENANTS / f"{name}.yaml", town.tenants)
        town.change(name, _know_each_other)
    for number, name in enumerate(names, 1):
        content = read(TENANTS / "vilvoorde.yaml")
        content |= {
            "id": name,
            "nis": f"9900{number}",
            "referencePrefix": f"T{chr(64 + number)}",
            "host": f"{name}.localhost",
            "issuer": f"https://login.localhost/realms/{name}",
            "protocols": [{"with": peer, "kinds": ["advice"], "since": "2026-01-01"} for peer in TWO],
        }
        (town.tenants / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True))
        for peer in TWO:
            town.change(peer, functools.partial(_know, name))
    for path in town.tenants.glob("*.yaml"):
        (town.participant(path.stem) / "public").mkdir(parents=True)
        (town.participant(path.stem) / "secrets").mkdir(mode=0o700)
    return town


def add_level(town: Town, name: str, level: str) -> None:
    """Will add a participant of another level than the municipal one."""
    content = read(TENANTS / "vilvoorde.yaml")
    keep = {"names", "officialLanguages", "calendar", "accent"}
    content = {key: value for key, value in content.items() if key in keep} | {
        "id": name,
        "level": level,
        "host": f"{name}.localhost",
        "issuer": f"https://login.localhost/realms/{name}",
    }
    (town.tenants / f"{name}.yaml").write_text(yaml.safe_dump(content))
    (town.participant(name) / "public").mkdir(parents=True)
    (town.participant(name) / "secrets").mkdir(mode=0o700)


def _know_each_other(content: Content) -> None:
    content["protocols"] = [protocol for protocol in content["protocols"] if protocol["with"] in TWO]


def _know(name: str, content: Content) -> None:
    content["protocols"].append({"with": name, "kinds": ["advice"], "since": "2026-01-01"})
