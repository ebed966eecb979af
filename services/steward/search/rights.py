"""Who may do what in OpenSearch: one role for each region's certificate, and nothing that no file asks for."""

from collections.abc import Iterable, Mapping
from typing import Any

from opensearchpy import OpenSearch

from steward.changes import Journal, Refused
from steward.realm.difference import differences
from steward.search.wanted import Json, Wanted

API = "/_plugins/_security/api"
OF_ROLES = ("cluster_permissions", "index_permissions", "tenant_permissions")
OF_INDICES = ("index_patterns", "allowed_actions", "dls", "fls", "masked_fields")
OF_MAPPINGS = ("users", "backend_roles", "hosts", "and_backend_roles")


def reconcile(client: OpenSearch, wanted: Wanted, journal: Journal) -> None:
    """Will bring roles and their mappings in line and remove every other, with users, groups and tenants."""
    roles = {region.role: _role(wanted.role(region)) for region in wanted.regions}
    mappings = {region.role: _mapping({"users": [region.id]}) for region in wanted.regions}
    found = {name: _role(one) for name, one in _ours(client, "roles").items()}
    _line_up(client, journal, ("role", "roles"), wanted=roles, found=found)
    found = {name: _mapping(one) for name, one in _ours(client, "rolesmapping").items()}
    _line_up(client, journal, ("holders of role", "rolesmapping"), wanted=mappings, found=found)
    # There are no people in OpenSearch, so there is nobody for the rest.
    for thing, kind in (("user", "internalusers"), ("action group", "actiongroups"), ("tenant", "tenants")):
        _line_up(client, journal, (thing, kind), wanted={}, found=_ours(client, kind))
    there = client.transport.perform_request("GET", f"{API}/audit")["config"]
    if changed := differences(wanted.audit, there):
        journal.change("audit", changed, _put, client, "audit/config", wanted.audit)
    _known(client, wanted)


def _known(client: OpenSearch, wanted: Wanted) -> None:
    """Raise Refused when others than programs with certificates are known: the server lets nobody change that."""
    there = client.transport.perform_request("GET", f"{API}/securityconfig")["config"]["dynamic"]
    changed = differences(wanted.known, there) + [
        f"authc.{name}" for name in sorted(set(there["authc"]) - set(wanted.known["authc"]))
    ]
    if changed:
        message = (
            f"who is known to OpenSearch is not as infra/opensearch/security/config.yml says ({', '.join(changed)}): "
            "stop it, delete its data, start it, and rebuild the regions' indices"
        )
        raise Refused(message)


def _line_up(
    client: OpenSearch,
    journal: Journal,
    kinds: tuple[str, str],
    *,
    wanted: Mapping[str, Json],
    found: Mapping[str, Json],
) -> None:
    """Will make, change and remove what has a name: `kinds` is what a person and what the server's API calls it."""
    thing, kind = kinds
    for name, content in sorted(wanted.items()):
        if name not in found:
            journal.make(f"{thing} {name}", _put, client, f"{kind}/{name}", content)
        elif changed := sorted(part for part in content if content[part] != found[name][part]):
            journal.change(f"{thing} {name}", changed, _put, client, f"{kind}/{name}", content)
    for name in sorted(set(found) - set(wanted)):
        journal.remove(f"{thing} {name}", client.transport.perform_request, "DELETE", f"{API}/{kind}/{name}")


def _ours(client: OpenSearch, kind: str) -> dict[str, Json]:
    """Return by name what is not built into the plugin: that can be neither changed nor removed."""
    found: Mapping[str, Json] = client.transport.perform_request("GET", f"{API}/{kind}")
    return {name: one for name, one in found.items() if not (one.get("static") or one.get("hidden"))}


def _put(client: OpenSearch, place: str, content: Json) -> None:
    client.transport.perform_request("PUT", f"{API}/{place}", body=content)


def _role(content: Json) -> Json:
    """Return a role in one form, so that two can be compared."""
    whole = {name: _sorted(content.get(name)) for name in OF_ROLES}
    whole["index_permissions"] = [_index_rights(one) for one in content.get("index_permissions") or ()]
    return whole


def _index_rights(content: Json) -> Json:
    rights = {name: _sorted(content.get(name)) for name in OF_INDICES if name != "dls"}
    return {**rights, "dls": content.get("dls") or None}


def _mapping(content: Json) -> Json:
    return {name: _sorted(content.get(name)) for name in OF_MAPPINGS}


def _sorted(values: Iterable[Any] | None) -> list[Any]:
    return sorted(values or (), key=str)
