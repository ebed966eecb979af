"""The walk over one realm, in the order in which things need each other. A dry run is the same walk without acts."""

import pathlib
from collections.abc import Sequence

from keycloak import KeycloakAdmin

from steward.changes import Journal
from steward.realm import claims, clients, strangers, users
from steward.realm.difference import differences, merged
from steward.realm.template import Wanted
from steward.realm.users import User
from steward.realm.work import Work


def reconcile(
    admin: KeycloakAdmin, wanted: Wanted, people: Sequence[User], secrets: pathlib.Path, journal: Journal
) -> None:
    """Will bring the realm in line with its file, and the named people with theirs."""
    work = Work(admin, wanted, journal, secrets)
    _settings(work)
    _profile(work)
    claims.reconcile(work)
    clients.reconcile(work)
    claims.role_scopes(work)
    clients.role_scopes(work)
    strangers.reconcile(work)
    users.reconcile(work, people)


def _settings(work: Work) -> None:
    found = work.admin.get_realm(work.wanted.realm)
    if changed := differences(work.wanted.settings, found):
        payload = merged(found, work.wanted.settings)
        work.journal.change("realm", changed, work.admin.update_realm, work.wanted.realm, payload)


def _profile(work: Work) -> None:
    """Will set what is known of a person and who may edit it; an attribute that nobody asked for goes."""
    found = work.admin.get_realm_users_profile()
    attributes = {attribute["name"]: attribute for attribute in found["attributes"]}
    wanted = {attribute["name"]: attribute for attribute in work.wanted.profile["attributes"]}
    changed = [name for name, attribute in wanted.items() if differences(attribute, attributes.get(name))]
    changed += [name for name in attributes if name not in wanted]
    if found.get("groups"):
        changed.append("groups")
    if found.get("unmanagedAttributePolicy", "DISABLED") != "DISABLED":
        # Otherwise an attribute `team` could be written past the rule that only administrators may.
        changed.append("unmanagedAttributePolicy")
    if changed:
        work.journal.change("user profile", changed, work.admin.update_realm_users_profile, dict(work.wanted.profile))
