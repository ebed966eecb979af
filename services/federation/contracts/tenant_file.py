"""The tenant file: what the federation agrees to know about one participant (`infra/tenants/<id>.yaml`).

The only module that reads these files. It refuses what the schema does not describe, names the file and the
field, and gives frozen values to everybody else: the services, steward, the gateway and the local stack.
"""

import datetime as dt
import functools
import json
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import jsonschema
import yaml

from federation.errors import DomainError, Kind

SCHEMA = pathlib.Path(__file__).parents[3] / "schemas" / "infra" / "tenant.v1.json"
LARGEST = 256 * 1024
"""Bytes. A tenant file has a few kilobytes; a larger one is a mistake or an attack by aliases."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong in one tenant file: where it stands and what would be right."""

    file: str
    field: str
    text: str

    def __str__(self) -> str:
        """Return the finding as one line for a terminal."""
        return f"{self.file}: {self.field}: {self.text}"


class TenantFileInvalid(DomainError):
    """The tenant file does not follow its schema."""

    kind = Kind.INVALID

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Will carry every finding, not the first alone: a file is mended in one go."""
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Team:
    """A team that people work in and that referrals are addressed to."""

    id: str
    names: Mapping[str, str]
    phone: str


@dataclass(frozen=True)
class Protocol:
    """One side's statement that a data-exchange protocol with another municipality exists.

    From `until` on nothing new may be offered; answers still travel until the entry is dropped.
    """

    peer: str
    kinds: frozenset[str]
    since: dt.date
    until: dt.date | None

    def allows_offers_on(self, day: dt.date) -> bool:
        """Say whether something new may be offered on `day`, as far as this side is concerned."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Ground:
    """A legal ground of a referral, for a period: `valid_until` is the first day on which it is valid no more."""

    code: str
    labels: Mapping[str, str]
    article: Mapping[str, str]
    """What law, decree or protocol it is, as each language cites it: read by people, carried by no message."""
    valid_from: dt.date
    valid_until: dt.date | None

    def is_valid_on(self, day: dt.date) -> bool:
        """Say whether a referral may name this ground on `day`."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True)
class StatutoryWay:
    """What to do when there is danger and no consent: outside Zenne."""

    texts: Mapping[str, str]
    phone: str


@dataclass(frozen=True)
class TenantFile:
    """One participant of the federation, as its file describes it."""

    id: str
    level: str
    nis: str | None
    region: str | None
    reference_prefix: str | None
    names: Mapping[str, str]
    official_languages: tuple[str, ...]
    holidays: str
    closures: tuple[dt.date, ...]
    host: str
    issuer: str
    accent: str
    teams: tuple[Team, ...]
    protocols: tuple[Protocol, ...]
    grounds: tuple[Ground, ...]
    statutory_way: StatutoryWay | None

    @property
    def database(self) -> str:
        """The name of the participant's database and of the role that owns it."""
        return f"{self.level}_{self.id.replace('-', '_')}"

    @property
    def application_role(self) -> str:
        """The database role of the web and worker processes."""
        return f"{self.database}_app"

    @property
    def realm(self) -> str:
        """The name of the participant's Keycloak realm."""
        return self.issuer.rsplit("/", 1)[1]

    def team(self, team_id: str) -> Team | None:
        """Return the team with this id."""
        return next((team for team in self.teams if team.id == team_id), None)

    def protocol_with(self, participant: str) -> Protocol | None:
        """Return this side's protocol with another participant."""
        return next((protocol for protocol in self.protocols if protocol.peer == participant), None)

    def grounds_on(self, day: dt.date) -> dict[str, Ground]:
        """Return by code the grounds that a referral may name on `day`."""
        return {ground.code: ground for ground in self.grounds if ground.is_valid_on(day)}

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Return the tenant file of a content that follows the schema."""
        way = content.get("statutoryWay")
        return cls(
            id=content["id"],
            level=content["level"],
            nis=content.get("nis"),
            region=content.get("region"),
            reference_prefix=content.get("referencePrefix"),
            names=_frozen(content["names"]),
            official_languages=tuple(content["officialLanguages"]),
            holidays=content["calendar"]["holidays"],
            closures=tuple(sorted(_day(day) for day in content["calendar"]["closures"])),
            host=content["host"],
            issuer=content["issuer"],
            accent=content["accent"],
            teams=tuple(Team(team["id"], _frozen(team["names"]), team["phone"]) for team in content.get("teams", ())),
            protocols=tuple(_protocol(protocol) for protocol in content.get("protocols", ())),
            grounds=tuple(_ground(ground) for ground in content.get("grounds", ())),
            statutory_way=way and StatutoryWay(_frozen({"nl": way["nl"], "fr": way["fr"]}), way["phone"]),
        )


def load(path: pathlib.Path) -> TenantFile:
    """Return the participant that the file at `path` describes.

    Raises TenantFileInvalid with every finding: not YAML, a doubled key, or not as the schema says.
    """
    content = _read(path)
    findings = [
        Finding(path.name, _field(error), _advice(error))
        for error in sorted(_validator().iter_errors(content), key=lambda error: list(map(str, error.absolute_path)))
    ]
    if findings:
        raise TenantFileInvalid(findings)
    return TenantFile.of(content)


def load_folder(folder: pathlib.Path) -> dict[str, TenantFile]:
    """Return every participant described in `folder`, by id.

    Raises TenantFileInvalid with the findings of all files; a file must bear the name of its id.
    """
    findings: list[Finding] = []
    tenants: dict[str, TenantFile] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            tenant = load(path)
        except TenantFileInvalid as invalid:
            findings += invalid.findings
            continue
        if tenant.id != path.stem:
            findings.append(Finding(path.name, "id", f"must be {path.stem}, as the file is called"))
        tenants[tenant.id] = tenant
    if findings:
        raise TenantFileInvalid(findings)
    return tenants


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML in which a day stays text, as in JSON, and a key that stands twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 -- PyYAML's signature
        """Return the mapping; a doubled key would silently hide the first one."""
        keys = [key.value for key, _ in node.value]
        doubled = {key for key in keys if keys.count(key) > 1}
        if doubled:
            raise yaml.constructor.ConstructorError(
                None, None, f"{', '.join(sorted(doubled))} stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep=deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(path: pathlib.Path) -> Any:
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST:
            raise TenantFileInvalid([Finding(path.name, "(file)", f"is larger than {LARGEST} bytes")])
        return yaml.load(raw.decode("utf-8"), Loader=_StrictLoader)  # noqa: S506 -- a SafeLoader
    except OSError as error:
        raise TenantFileInvalid([Finding(path.name, "(file)", error.strerror or "cannot be read")]) from None
    except UnicodeDecodeError:
        raise TenantFileInvalid([Finding(path.name, "(file)", "is not UTF-8")]) from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "(file)"
        raise TenantFileInvalid([Finding(path.name, line, error.problem or "is not YAML")]) from None
    except yaml.YAMLError:
        raise TenantFileInvalid([Finding(path.name, "(file)", "is not YAML")]) from None


@functools.cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def _field(error: jsonschema.ValidationError) -> str:
    """Return the place of an error as people write it: `teams[0].phone`."""
    place = ""
    for step in error.absolute_path:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    return place.lstrip(".") or "(file)"


def _advice(error: jsonschema.ValidationError) -> str:
    """Return what is wrong. A tenant file is public, so its values may be shown, unlike a message's."""
    described = error.schema.get("description", "") if error.absolute_path and isinstance(error.schema, Mapping) else ""
    return f"{error.message}. {described}".rstrip(". ").replace("\n", " ")


def _frozen(labels: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(labels))


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _until(content: Mapping[str, Any], name: str) -> dt.date | None:
    return _day(content[name]) if name in content else None


def _protocol(content: Mapping[str, Any]) -> Protocol:
    return Protocol(content["with"], frozenset(content["kinds"]), _day(content["since"]), _until(content, "until"))


def _ground(content: Mapping[str, Any]) -> Ground:
    return Ground(
        content["code"],
        _frozen(content["labels"]),
        _frozen(content["article"]),
        _day(content["validFrom"]),
        _until(content, "validUntil"),
    )
