"""Client scopes: what stands in a token. A mapper that nobody asked for could claim roles, so it is removed."""

import functools
from collections.abc import Mapping

from steward.realm.difference import differences, merged
from steward.realm.template import Scope
from steward.realm.work import Found, Work, by_owner


def reconcile(work: Work) -> None:
    """Will bring the client scopes with their mappers in line and remove every other."""
    found = work.scopes()
    for name, scope in work.wanted.scopes.items():
        there = found.get(name)
        if there is None:
            work.journal.make(f"scope {name}", work.admin.create_client_scope, dict(scope.representation))
            work.forget()
        elif changed := differences(scope.representation, there):
            payload = merged(there, scope.representation)
            work.journal.change(f"scope {name}", changed, work.admin.update_client_scope, there["id"], payload)
        _mappers(work, scope, {mapper["name"]: mapper for mapper in (there or {}).get("protocolMappers", ())})
    _realm_defaults(work)
    for name in sorted(set(found) - set(work.wanted.scopes)):
        work.journal.remove(f"scope {name}", work.admin.delete_client_scope, found[name]["id"])
    work.forget()


def role_scopes(work: Work) -> None:
    """Will set whose roles may travel with a scope. Runs after the clients, which own the roles."""
    for name, scope in work.wanted.scopes.items():
        scope_id = work.scope_id(name)
        found = by_owner(work.admin.get_all_roles_of_client_scope(scope_id)) if scope_id else {}
        for owner in sorted({*found, *scope.role_scope} - {""}):
            work.line_up(
                f"scope {name} carries {owner}/",
                scope.role_scope.get(owner, ()),
                found.get(owner, {}),
                functools.partial(_add_role, work, name, owner),
                functools.partial(_remove_role, work, name, owner),
            )


def _add_role(work: Work, scope: str, owner: str, role: str) -> None:
    work.admin.add_client_specific_roles_to_client_scope(
        work.the_scope(scope), work.the_client(owner), work.named(owner, role)
    )


def _remove_role(work: Work, scope: str, owner: str, role: Found) -> None:
    work.admin.remove_client_specific_roles_of_client_scope(work.the_scope(scope), work.the_client(owner), [role])


def _mappers(work: Work, scope: Scope, found: Mapping[str, Found]) -> None:
    for name, mapper in scope.mappers.items():
        there, thing = found.get(name), f"mapper {scope.name}/{name}"
        if there is None:
            work.journal.make(thing, _add_mapper, work, scope.name, dict(mapper))
        elif changed := [*differences(mapper, there), *_extra_claims(mapper, there)]:
            payload = {**there, **mapper}
            update = functools.partial(work.admin.update_mapper_in_client_scope, work.the_scope(scope.name))
            work.journal.change(thing, changed, update, there["id"], payload)
    for name in sorted(set(found) - set(scope.mappers)):
        remove = functools.partial(work.admin.delete_mapper_from_client_scope, work.the_scope(scope.name))
        work.journal.remove(f"mapper {scope.name}/{name}", remove, found[name]["id"])


def _extra_claims(wanted: Mapping[str, Mapping[str, str]], found: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return settings that the file does not have: they could put a claim where it does not belong."""
    extra = {key: value for key, value in found.get("config", {}).items() if key not in wanted["config"]}
    return sorted(f"config.{key}" for key, value in extra.items() if value not in {"", "false", None})


def _add_mapper(work: Work, scope: str, mapper: Found) -> None:
    work.admin.add_mapper_to_client_scope(work.the_scope(scope), mapper)


def _realm_defaults(work: Work) -> None:
    """Will see to it that a client gets no scope that the file does not give it."""
    for kind, found, remove in (
        ("default", work.admin.get_default_default_client_scopes, work.admin.delete_default_default_client_scope),
        ("optional", work.admin.get_default_optional_client_scopes, work.admin.delete_default_optional_client_scope),
    ):
        for scope in sorted(found(), key=lambda scope: scope["name"]):
            work.journal.remove(f"{kind} scope of the realm {scope['name']}", remove, scope["id"])
