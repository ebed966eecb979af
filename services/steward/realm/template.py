"""The realm as it must be: `infra/keycloak/realm.yaml` with one tenant file's values and its level's roles in it."""

import copy
import pathlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from federation.contracts.tenant_file import TenantFile
from steward.changes import FilesContradict

FILE = pathlib.Path(__file__).parents[3] / "infra" / "keycloak" / "realm.yaml"
RECONCILE = "reconcile"
"""The client whose service account works on the realm."""

HTTPS = 443

PLACEHOLDER = re.compile(r"{{(\w+)}}")

NO_FLOW = {
    "enabled": True,
    "publicClient": False,
    "bearerOnly": False,
    "standardFlowEnabled": False,
    "implicitFlowEnabled": False,
    "directAccessGrantsEnabled": False,
    "serviceAccountsEnabled": False,
}
"""A client can do nothing until the file says so. Keycloak's own default is to open the browser's flow."""

OF_OURS = {
    "protocol": "openid-connect",
    "clientAuthenticatorType": "client-secret",
    "fullScopeAllowed": False,
    "consentRequired": False,
    "frontchannelLogout": False,
    "redirectUris": [],
    "webOrigins": [],
    "authenticationFlowBindingOverrides": {},
}

ATTRIBUTES_OF_OURS = {
    "oauth2.device.authorization.grant.enabled": "false",
    "oidc.ciba.grant.enabled": "false",
    "standard.token.exchange.enabled": "false",
    "access.token.signed.response.alg": "RS256",
    "id.token.signed.response.alg": "RS256",
}


@dataclass(frozen=True)
class Scope:
    """A client scope: which claims it puts into a token, and whose roles may travel with it."""

    name: str
    representation: Mapping[str, Any]
    mappers: Mapping[str, Mapping[str, Any]]
    role_scope: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Client:
    """A client, and what hangs on it."""

    name: str
    representation: Mapping[str, Any]
    ours: bool
    roles: Mapping[str, str]
    scopes: Sequence[str]
    role_scope: Mapping[str, Sequence[str]]
    service_account_roles: Mapping[str, Sequence[str]]
    secret_file: str | None
    """The file of the participant's folder that holds this client's secret; none where the server may make one up."""


@dataclass(frozen=True)
class Wanted:
    """A whole realm as it must be."""

    realm: str
    roles_of: str
    """The client that owns the roles of people: the level's API."""
    settings: Mapping[str, Any]
    profile: Mapping[str, Any]
    scopes: Mapping[str, Scope]
    clients: Mapping[str, Client]


def desired(tenant: TenantFile, public_port: int) -> Wanted:
    """Return the realm of one participant, whose pages browsers reach at `public_port`.

    Raises FilesContradict for a placeholder that means nothing.
    """
    language = tenant.official_languages[0]
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    level = raw["levels"][tenant.level]
    values = {
        "label": tenant.names[language],
        "locale": language,
        "level": tenant.level,
        "api": level["name"],
        "address": f"https://{tenant.host}" + ("" if public_port == HTTPS else f":{public_port}"),
    }
    content = _filled(raw, values)
    roles = {tenant.level: level["roles"]}
    return Wanted(
        realm=tenant.realm,
        roles_of=tenant.level,
        settings={"realm": tenant.realm, **content["realm"]},
        profile=content["userProfile"],
        scopes={scope["name"]: _scope(scope, roles) for scope in content["clientScopes"]},
        clients={client["clientId"]: _client(client, roles) for client in content["clients"]},
    )


def _filled(content: Any, values: Mapping[str, str]) -> Any:
    """Return `content` with its placeholders filled, in values only: a tenant file adds no structure."""
    if isinstance(content, dict):
        return {key: _filled(value, values) for key, value in content.items()}
    if isinstance(content, list):
        return [_filled(value, values) for value in content]
    if not isinstance(content, str):
        return content
    unknown = set(PLACEHOLDER.findall(content)) - set(values)
    if unknown:
        # Left in place it would become the literal setting.
        message = f"infra/keycloak/realm.yaml: there is no {', '.join(sorted(unknown))}"
        raise FilesContradict(message)
    return PLACEHOLDER.sub(lambda found: values[found[1]], content)


def _scope(content: dict[str, Any], of_level: Mapping[str, Mapping[str, str]]) -> Scope:
    return Scope(
        name=content["name"],
        representation={
            "name": content["name"],
            "protocol": "openid-connect",
            "attributes": {"include.in.token.scope": "false", "display.on.consent.screen": "false"},
        },
        mappers={
            mapper["name"]: {
                "name": mapper["name"],
                "protocol": "openid-connect",
                "protocolMapper": mapper["type"],
                "config": mapper["config"],
            }
            for mapper in content["mappers"]
        },
        role_scope={owner: list(roles) for owner, roles in of_level.items() if content.get("carriesRolesOfLevel")},
    )


def _client(content: dict[str, Any], of_level: Mapping[str, Mapping[str, str]]) -> Client:
    rest = copy.deepcopy(content)
    ours = not rest.pop("builtIn", False)
    roles = of_level[rest["clientId"]] if rest.pop("ownsRolesOfLevel", False) else {}
    scopes, secret_file = rest.pop("defaultClientScopes", []), rest.pop("secretFile", None)
    role_scope, service_account_roles = rest.pop("roleScope", {}), rest.pop("serviceAccountRoles", {})
    representation = {**NO_FLOW, **rest}
    if rest.get("bearerOnly"):
        # No flow of such a client works, whatever it says, and Keycloak lets nobody change its own ones.
        del representation["standardFlowEnabled"]
    if ours:
        attributes = {**ATTRIBUTES_OF_OURS, **rest.get("attributes", {})}
        representation = {**OF_OURS, **representation, "attributes": attributes}
    return Client(rest["clientId"], representation, ours, roles, scopes, role_scope, service_account_roles, secret_file)
