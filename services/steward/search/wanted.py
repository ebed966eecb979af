"""What OpenSearch must hold, as plain data: `infra/opensearch/*.yaml` for each region that has a tenant file."""

import pathlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

FILES = pathlib.Path(__file__).parents[3] / "infra" / "opensearch"
TEMPLATE = "zenne-referrals"

Json = dict[str, Any]


@dataclass(frozen=True)
class Region:
    """What one region has in OpenSearch."""

    id: str
    alias: str
    stem: str
    """The beginning of every name of its indices; nothing of another region begins so."""

    @property
    def role(self) -> str:
        """The role that its certificate has."""
        return f"region-{self.id}"

    @property
    def pattern(self) -> str:
        """The names that its role opens."""
        return f"{self.stem}*"

    def number(self, index: str) -> int:
        """Return the number in the name of one of its indices, higher for a later one; 0 for a stranger's name."""
        number = index.removeprefix(self.stem)
        return int(number) if number.isdigit() else 0

    def owns(self, index: str) -> bool:
        """Say whether an index is this region's."""
        return index.startswith(self.stem)


@dataclass(frozen=True)
class Wanted:
    """All of it."""

    regions: Sequence[Region]
    settings: Mapping[str, str]
    """Of every index, as the server gives them back: text."""
    mappings: Json
    cluster_rights: Sequence[str]
    index_rights: Sequence[str]
    known: Json
    """Who is known to the server at all."""
    audit: Json

    @property
    def template(self) -> Json:
        """The index template that every region's indices come from."""
        return {
            "index_patterns": [f"{TEMPLATE}-*"],
            "priority": 500,
            "template": {"settings": {"index": dict(self.settings)}, "mappings": self.mappings},
        }

    def role(self, region: Region) -> Json:
        """Return the role of a region: its own indices and nothing else."""
        own = {"index_patterns": [region.pattern], "allowed_actions": list(self.index_rights)}
        return {"cluster_permissions": list(self.cluster_rights), "index_permissions": [own]}

    def owner(self, index: str) -> Region | None:
        """Return the region that an index belongs to."""
        return next((region for region in self.regions if region.owns(index)), None)


def load(regions: Iterable[str]) -> Wanted:
    """Return what must be for the regions with these ids."""
    referral, rights = _read("referral.yaml"), _read("rights.yaml")
    return Wanted(
        regions=[_region(referral, one) for one in sorted(regions)],
        settings={name: str(value) for name, value in referral["settings"].items()},
        mappings=referral["mappings"],
        cluster_rights=rights["cluster"],
        index_rights=rights["index"],
        known=_read("security/config.yml")["config"]["dynamic"],
        audit=_read("security/audit.yml")["config"],
    )


def _region(referral: Json, region: str) -> Region:
    return Region(region, referral["alias"].format(region=region), referral["index"].format(region=region, number=""))


def _read(name: str) -> Json:
    content: Json = yaml.safe_load((FILES / name).read_text(encoding="utf-8"))
    return content
