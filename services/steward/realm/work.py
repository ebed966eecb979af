"""What one run over a realm carries along: the connection, the wish, the journal, and names turned into ids."""

import pathlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keycloak import KeycloakAdmin, urls_patterns

from steward.changes import Journal
from steward.realm.template import Wanted

Found = dict[str, Any]


@dataclass
class Work:
    """One run over one realm. What is not there yet has no id: in a dry run its parts are then all missing."""

    admin: KeycloakAdmin
    wanted: Wanted
    journal: Journal
    secrets: pathlib.Path
    """The participant's folder of secrets."""
    _clients: dict[str, Found] = field(default_factory=dict)
    _scopes: dict[str, Found] = field(default_factory=dict)

    def clients(self) -> dict[str, Found]:
        """Return the realm's clients by name, as they were when first asked for."""
        if not self._clients:
            self._clients = {client["clientId"]: client for client in self.admin.get_clients()}
        return self._clients

    def scopes(self) -> dict[str, Found]:
        """Return the realm's client scopes by name, as they were when first asked for."""
        if not self._scopes:
            self._scopes = {scope["name"]: scope for scope in self.admin.get_client_scopes()}
        return self._scopes

    def forget(self) -> None:
        """Will ask the server again next time: something was made or removed."""
        self._clients, self._scopes = {}, {}

    def client_id(self, name: str) -> str | None:
        """Return the server's id of a client."""
        found = self.clients().get(name)
        return found["id"] if found else None

    def scope_id(self, name: str) -> str | None:
        """Return the server's id of a client scope."""
        found = self.scopes().get(name)
        return found["id"] if found else None

    def the_client(self, name: str) -> str:
        """Return the server's id of a client that is there by now."""
        return str(self.clients()[name]["id"])

    def the_scope(self, name: str) -> str:
        """Return the server's id of a client scope that is there by now."""
        return str(self.scopes()[name]["id"])

    def roles_of(self, client: str) -> dict[str, Found]:
        """Return a client's roles by name."""
        client_id = self.client_id(client)
        if client_id is None:
            return {}
        return {role["name"]: role for role in self.admin.get_client_roles(client_id, brief_representation=False)}

    def line_up(
        self,
        thing: str,
        wanted: Iterable[str],
        found: Mapping[str, Found],
        add: Callable[[str], object],
        remove: Callable[[Found], object],
    ) -> None:
        """Will add by name what is missing and remove what is too much."""
        wanted = set(wanted)
        for name in sorted(wanted - set(found)):
            self.journal.make(f"{thing}{name}", add, name)
        for name in sorted(set(found) - wanted):
            self.journal.remove(f"{thing}{name}", remove, found[name])

    def named(self, owner: str, role: str) -> list[Found]:
        """Return one role of a client, as the calls that give it want it."""
        return [self.admin.get_client_role(self.the_client(owner), role)]

    def scope_mappings(self, client: str) -> Mapping[str, dict[str, Found]]:
        """Return by owning client the roles that may stand in a client's tokens."""
        client_id = self.client_id(client)
        if client_id is None:
            return {}
        place = urls_patterns.URL_ADMIN_CLIENT.format(**{"realm-name": self.wanted.realm, "id": client_id})
        return by_owner(self.admin.connection.raw_get(f"{place}/scope-mappings").json())


def by_owner(mappings: Mapping[str, Any]) -> dict[str, dict[str, Found]]:
    """Return by owning client the roles of an answer about role mappings; the realm's own under ""."""
    found = {
        owner: {role["name"]: role for role in mapping["mappings"]}
        for owner, mapping in mappings.get("clientMappings", {}).items()
    }
    found[""] = {role["name"]: role for role in mappings.get("realmMappings", ())}
    return found
