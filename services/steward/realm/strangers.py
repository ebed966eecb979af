"""Ways into a realm that no file asks for: they are closed.

Who can log in through another identity provider or a user store, who gets rights by a group or a default role, and
who may administer the realm beside its own account: each would open every case of the municipality without a trace in
its files.
"""

import functools

from steward.realm.template import RECONCILE
from steward.realm.work import Found, Work

USER_STORE = "org.keycloak.storage.UserStorageProvider"
ADMINISTRATION = "realm-management"


def reconcile(work: Work) -> None:
    """Will close every such way."""
    admin, journal = work.admin, work.journal
    for provider in admin.get_idps():
        journal.remove(f"identity provider {provider['alias']}", admin.delete_idp, provider["alias"])
    for store in admin.get_components(query={"type": USER_STORE}):
        journal.remove(f"user store {store['name']}", admin.delete_component, store["id"])
    for group in admin.get_groups():
        journal.remove(f"group {group['name']}", admin.delete_group, group["id"])
    _realm_roles(work)
    _administrators(work)


def _realm_roles(work: Work) -> None:
    """Will leave the roles that the server itself needs, and let the default role give nothing."""
    default = work.admin.get_realm(work.wanted.realm)["defaultRole"]
    inside = work.admin.get_role_composites_by_id(default["id"])
    for role in sorted(inside, key=lambda role: role["name"]):
        work.journal.remove(f"default role gives {role['name']}", _out_of_default, work, default, role)
    needed = {default["name"], "offline_access", "uma_authorization"}
    for role in work.admin.get_realm_roles():
        if role["name"] not in needed:
            work.journal.remove(f"realm role {role['name']}", work.admin.delete_realm_role, role["name"])


def _out_of_default(work: Work, default: Found, role: Found) -> None:
    work.admin.remove_composite_realm_roles_to_role(default["name"], [role])


def _administrators(work: Work) -> None:
    """Will take every right over the realm from everybody but its own account."""
    client_id = work.the_client(ADMINISTRATION)
    for role in work.roles_of(ADMINISTRATION).values():
        for user in work.admin.get_client_role_members(client_id, role["name"]):
            if user["username"] == f"service-account-{RECONCILE}":
                continue
            # By its id, not by its name: the line may end in a log.
            take = functools.partial(work.admin.delete_client_roles_of_user, user["id"], client_id)
            work.journal.remove(f"administrator {user['id']}: {role['name']}", take, [role])
