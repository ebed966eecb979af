"""The participants of an instance: the tenant files in infra/tenants."""

import os
import pathlib
from dataclasses import dataclass
from typing import Any

import yaml

from local import instances


@dataclass(frozen=True)
class Tenant:
    """What the local stack needs to know of one tenant file."""

    id: str
    level: str
    host: str
    issuer: str
    teams: tuple[str, ...]
    peers: tuple[str, ...]
    file: pathlib.Path

    @property
    def database(self) -> str:
        """The name of the participant's database and of the role that owns it."""
        return f"{self.level}_{self.id.replace('-', '_')}"


def folder() -> pathlib.Path:
    """Return the folder of tenant files; ZENNE_TENANTS names another for a try."""
    return pathlib.Path(os.environ.get("ZENNE_TENANTS") or instances.ROOT / "infra" / "tenants").absolute()


def load() -> list[Tenant]:
    """Return every tenant, by id. `steward check` says what is wrong with a file; this takes it as it is."""
    return [_tenant(path, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted(folder().glob("*.yaml"))]


def _tenant(path: pathlib.Path, content: dict[str, Any]) -> Tenant:
    return Tenant(
        id=content["id"],
        level=content["level"],
        host=content["host"],
        issuer=content["issuer"],
        teams=tuple(team["id"] for team in content.get("teams", ())),
        peers=tuple(protocol["with"] for protocol in content.get("protocols", [])),
        file=path,
    )
