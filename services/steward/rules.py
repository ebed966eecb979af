"""What follows from the tenant files: whether they fit together, which topics exist, and who may touch them."""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from federation.contracts.tenant_file import Finding, TenantFile

Tenants = Mapping[str, TenantFile]

RESERVED = frozenset({"broker", "controller", "node", "steward", "federation", "master", "login", "public", "postgres"})
"""Ids that would be somebody else: principals of broker and OpenSearch, the master realm, hosts, roles that exist."""


@dataclass(frozen=True, order=True)
class Access:
    """One literal access rule of the bus."""

    principal: str
    operation: str
    topic: str

    def __str__(self) -> str:
        """Return the rule as a line of a table."""
        return f"{self.principal} {self.operation} {self.topic}"


@dataclass(frozen=True, order=True)
class Topic:
    """One topic as it must be."""

    name: str
    partitions: int
    configs: tuple[tuple[str, str], ...]


def contradictions(tenants: Tenants) -> list[Finding]:
    """Return what the schema of one file cannot see: between its fields, and between files."""
    found = [finding for tenant in tenants.values() for finding in _within(tenant)]
    found += [finding for tenant in tenants.values() for finding in _protocols(tenant, tenants)]
    return sorted([*found, *_doubled(tenants)])


def one_sided(tenants: Tenants) -> list[Finding]:
    """Return the protocols that are not in force because the other file does not name this one."""
    return [
        Finding(f"{tenant.id}.yaml", f"protocols[{place}].with", f"not in force: {protocol.peer}.yaml does not name it")
        for tenant in tenants.values()
        for place, protocol in enumerate(tenant.protocols)
        if protocol.peer in tenants and tenants[protocol.peer].protocol_with(tenant.id) is None
    ]


def are_peers(one: TenantFile, other: TenantFile) -> bool:
    """Say whether two files name each other. `until` does not count: answers to old offers still travel."""
    return one.protocol_with(other.id) is not None and other.protocol_with(one.id) is not None


def topics(rules: Mapping[str, Any], tenants: Tenants) -> dict[str, Topic]:
    """Return by name the topics that must exist."""
    kinds = rules["topics"]
    wanted = [_topic(kinds["inbox"], participant) for participant in tenants]
    wanted.append(_topic(kinds["directory"], ""))
    return {topic.name: topic for topic in wanted}


def accesses(rules: Mapping[str, Any], tenants: Tenants) -> frozenset[Access]:
    """Return every access rule that must exist. What is not in here must not exist."""
    return frozenset(
        itertools.chain.from_iterable(_granted(rule, rules["topics"], tenants) for rule in rules["access"])
    )


def _granted(rule: Mapping[str, str], kinds: Mapping[str, Any], tenants: Tenants) -> Iterator[Access]:
    name = kinds[rule["topic"]]["name"]
    operation = rule["may"].upper()
    for principal, owner in _pairs(rule["who"], tenants):
        yield Access(principal, operation, name.format(participant=owner))


def _pairs(who: str, tenants: Tenants) -> Iterable[tuple[str, str]]:
    """Return who may touch whose topic."""
    if who in {"owner", "everyParticipant"}:
        return [(participant, participant) for participant in tenants]
    towns = [tenant for tenant in tenants.values() if tenant.level == "municipal"]
    met: Iterable[tuple[str, str]]
    if who == "peers":
        met = [(one.id, other.id) for one, other in itertools.permutations(towns, 2) if are_peers(one, other)]
    elif who == "ownRegion":
        met = [(town.id, town.region or "") for town in towns]
    elif who == "regionsOfPeers":
        met = [(one.id, other.region or "") for one, other in itertools.permutations(towns, 2) if are_peers(one, other)]
    elif who == "nation":
        nations = [tenant.id for tenant in tenants.values() if tenant.level == "national"]
        met = itertools.product((town.id for town in towns), nations)
    else:
        message = f"infra/kafka/topics.yaml: access: nobody is called {who}"
        raise ValueError(message)
    # Both ways, always: whoever is written to sends receipts. A region without a file is not there yet.
    return [pair for one, other in met if other in tenants for pair in ((one, other), (other, one))]


def _topic(kind: Mapping[str, Any], participant: str) -> Topic:
    configs = tuple(sorted((key, str(value)) for key, value in kind["configs"].items()))
    return Topic(kind["name"].format(participant=participant), kind["partitions"], configs)


def _within(tenant: TenantFile) -> Iterator[Finding]:
    file = f"{tenant.id}.yaml"
    if tenant.id in RESERVED:
        yield Finding(file, "id", f"{tenant.id} is the name of a part of the system")
    if tenant.id.endswith("-app"):
        yield Finding(file, "id", "may not end in -app: the database role would be another participant's application")
    if tenant.realm != tenant.id:
        yield Finding(file, "issuer", f"must end in /realms/{tenant.id}")
    for team in _repeated(team.id for team in tenant.teams):
        yield Finding(file, "teams", f"{team} stands twice")
    for one, other in itertools.combinations(tenant.grounds, 2):
        if one.code == other.code and _overlap(one.valid_from, one.valid_until, other.valid_from, other.valid_until):
            yield Finding(file, "grounds", f"{one.code} has two periods that overlap")
    for place, ground in enumerate(tenant.grounds):
        if ground.valid_until is not None and ground.valid_until <= ground.valid_from:
            yield Finding(file, f"grounds[{place}].validUntil", "must be later than validFrom")


def _protocols(tenant: TenantFile, tenants: Tenants) -> Iterator[Finding]:
    file = f"{tenant.id}.yaml"
    for place, protocol in enumerate(tenant.protocols):
        peer = tenants.get(protocol.peer)
        if protocol.peer == tenant.id:
            yield Finding(file, f"protocols[{place}].with", "names the municipality itself")
        elif peer is None:
            yield Finding(file, f"protocols[{place}].with", f"there is no {protocol.peer}.yaml")
        elif peer.level != "municipal":
            yield Finding(file, f"protocols[{place}].with", f"{protocol.peer} is not a municipality")
        if protocol.until is not None and protocol.until <= protocol.since:
            yield Finding(file, f"protocols[{place}].until", "must be later than since")
    for peer_id in _repeated(protocol.peer for protocol in tenant.protocols):
        yield Finding(file, "protocols", f"{peer_id} stands twice")


def _doubled(tenants: Tenants) -> Iterator[Finding]:
    """Yield the values by which two participants could be taken for each other."""
    owned: dict[str, dict[str, str | None]] = {
        "nis": {tenant.id: tenant.nis for tenant in tenants.values()},
        "host": {tenant.id: tenant.host for tenant in tenants.values()},
        "issuer": {tenant.id: tenant.issuer for tenant in tenants.values()},
        "referencePrefix": {tenant.id: tenant.reference_prefix for tenant in tenants.values()},
        "id": {tenant.id: tenant.database for tenant in tenants.values()},
    }
    for name, values in owned.items():
        for value in _repeated(value for value in values.values() if value is not None):
            owners = sorted(owner for owner, other in values.items() if other == value)
            for owner in owners[1:]:
                yield Finding(f"{owner}.yaml", name, f"{value} is also that of {owners[0]}")


def _repeated(values: Iterable[str]) -> list[str]:
    ordered = sorted(values)
    return sorted({one for one, other in itertools.pairwise(ordered) if one == other})


def _overlap(one_from: dt.date, one_until: dt.date | None, other_from: dt.date, other_until: dt.date | None) -> bool:
    return (one_until is None or other_from < one_until) and (other_until is None or one_from < other_until)
