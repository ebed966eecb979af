"""Clients, their scopes and their roles. One that the file does not name is removed with its tokens."""

import functools
import pathlib
from collections.abc import Callable

from steward import secret_files
from steward.realm.difference import differences, merged
from steward.realm.template import Client
from steward.realm.work import Found, Work, by_owner

GIVEN_BY_THE_SERVER = frozenset(
    {
        "realm_client",
        "client.secret.creation.time",
        "backchannel.logout.revoke.offline.tokens",
        "backchannel.logout.session.required",
    }
)
"""Attributes that Keycloak writes by itself; they open nothing."""


def reconcile(work: Work) -> None:
    """Will bring the clients in line and remove every other."""
    found = work.clients()
    for name, client in work.wanted.clients.items():
        there = found.get(name)
        if there is None:
            work.journal.make(f"client {name}", _create, work, client)
            work.forget()
        elif changed := _changed(client, there):
            payload = merged(there, client.representation)
            payload["attributes"] = {**payload.get("attributes", {}), **dict.fromkeys(_extra(client, there), "")}
            work.journal.change(f"client {name}", changed, work.admin.update_client, there["id"], payload)
        if client.secret_file and there is not None:
            keep_secret(work, name, work.secrets / client.secret_file)
        if there is not None and client.ours:
            for mapper in there.get("protocolMappers") or ():
                # Claims come from scopes; a mapper on a client is how a forged role would get into its tokens.
                thing = f"mapper {name}/{mapper['name']}"
                work.journal.remove(thing, work.admin.remove_client_mapper, there["id"], mapper["id"])
    for name in sorted(set(found) - set(work.wanted.clients)):
        work.journal.remove(f"client {name}", work.admin.delete_client, found[name]["id"])
    work.forget()
    for client in work.wanted.clients.values():
        if client.ours:
            _roles(work, client)
            _scopes(work, client)


def keep_secret(work: Work, name: str, file: pathlib.Path) -> None:
    """Will give a client that is there the secret in `file`, which is made up when there is none."""
    client_id = work.the_client(name)
    if not file.exists() or work.admin.get_client_secrets(client_id).get("value") != secret_files.read(file):
        work.journal.change(f"client {name}", ["secret"], _new_secret, work, name, file)


def _new_secret(work: Work, name: str, file: pathlib.Path) -> None:
    secret = secret_files.secret_of(file, work.journal)
    work.admin.update_client(work.the_client(name), {**work.clients()[name], "secret": secret})


def _create(work: Work, client: Client) -> None:
    payload = dict(client.representation)
    if client.secret_file:
        payload["secret"] = secret_files.secret_of(work.secrets / client.secret_file, work.journal)
    work.admin.create_client(payload)


def role_scopes(work: Work) -> None:
    """Will set whose roles may stand in a client's tokens, and what its service account may do."""
    for client in work.wanted.clients.values():
        if client.ours:
            give_rights(work, client)


def give_rights(work: Work, client: Client) -> None:
    """Will do so for one client."""
    _role_scope(work, client)
    if client.service_account_roles:
        _service_account(work, client)


def _changed(client: Client, there: Found) -> list[str]:
    return [*differences(client.representation, there), *(f"attributes.{name}" for name in _extra(client, there))]


def _extra(client: Client, there: Found) -> list[str]:
    """Return attributes of ours that the file does not have: a longer life of tokens, another grant."""
    if not client.ours:
        return []
    known = {*client.representation["attributes"], *GIVEN_BY_THE_SERVER}
    return sorted(name for name, value in (there.get("attributes") or {}).items() if name not in known and value)


def _roles(work: Work, client: Client) -> None:
    found = work.roles_of(client.name)
    work.line_up(
        f"role {client.name}/",
        client.roles,
        found,
        lambda name: work.admin.create_client_role(
            work.the_client(client.name), {"name": name, "description": client.roles[name]}
        ),
        lambda role: work.admin.delete_client_role(role["containerId"], role["name"]),
    )
    for name in sorted(set(found) & set(client.roles)):
        thing, there = f"role {client.name}/{name}", found[name]
        wanted = {"description": client.roles[name], "attributes": {}}
        if changed := differences(wanted, there):
            update = functools.partial(work.admin.update_client_role, there["containerId"], name)
            work.journal.change(thing, changed, update, {**there, **wanted})
        if there.get("composite"):
            work.journal.change(thing, ["composites"], _take_apart, work, there)


def _take_apart(work: Work, role: Found) -> None:
    """Will make a role be only itself: a role inside a role is a right that nobody sees."""
    inside = work.admin.get_role_composites_by_id(role["id"])
    work.admin.remove_composite_client_roles_from_role(role["containerId"], role["name"], inside)


def _scopes(work: Work, client: Client) -> None:
    client_id, admin = work.client_id(client.name), work.admin
    for kind, wanted, get, add, remove in (
        (
            "default",
            client.scopes,
            admin.get_client_default_client_scopes,
            admin.add_client_default_client_scope,
            admin.delete_client_default_client_scope,
        ),
        (
            "optional",
            (),
            admin.get_client_optional_client_scopes,
            admin.add_client_optional_client_scope,
            admin.delete_client_optional_client_scope,
        ),
    ):
        found = {scope["name"]: scope for scope in get(client_id)} if client_id else {}
        work.line_up(
            f"{kind} scope {client.name}/",
            wanted,
            found,
            functools.partial(_with_scope, work, add, client.name),
            functools.partial(_without_scope, work, remove, client.name),
        )


def _with_scope(work: Work, add: Callable[..., object], client: str, scope: str) -> None:
    add(work.the_client(client), work.the_scope(scope), {})


def _without_scope(work: Work, remove: Callable[..., object], client: str, scope: Found) -> None:
    remove(work.the_client(client), scope["id"])


def _role_scope(work: Work, client: Client) -> None:
    found = work.scope_mappings(client.name)
    for owner in sorted({*found, *client.role_scope} - {""}):
        work.line_up(
            f"client {client.name} carries {owner}/",
            client.role_scope.get(owner, ()),
            found.get(owner, {}),
            functools.partial(_carry, work, client.name, owner),
            functools.partial(_drop, work, client.name, owner),
        )


def _carry(work: Work, client: str, owner: str, role: str) -> None:
    work.admin.assign_client_roles_to_client_scope(
        work.the_client(client), work.the_client(owner), work.named(owner, role)
    )


def _drop(work: Work, client: str, owner: str, role: Found) -> None:
    work.admin.delete_client_roles_of_client_scope(work.the_client(client), work.the_client(owner), [role])


def _service_account(work: Work, client: Client) -> None:
    client_id = work.client_id(client.name)
    account = work.admin.get_client_service_account_user(client_id)["id"] if client_id else None
    found = by_owner(work.admin.get_all_roles_of_user(account)) if account else {}
    for owner in sorted({*found, *client.service_account_roles} - {""}):
        work.line_up(
            f"service account {client.name}: {owner}/",
            client.service_account_roles.get(owner, ()),
            found.get(owner, {}),
            functools.partial(_give, work, client.name, owner),
            functools.partial(_take, work, client.name, owner),
        )


def _give(work: Work, client: str, owner: str, role: str) -> None:
    account = work.admin.get_client_service_account_user(work.the_client(client))["id"]
    work.admin.assign_client_role(account, work.the_client(owner), work.named(owner, role))


def _take(work: Work, client: str, owner: str, role: Found) -> None:
    account = work.admin.get_client_service_account_user(work.the_client(client))["id"]
    work.admin.delete_client_roles_of_user(account, work.the_client(owner), [role])
