"""The empty realm and its own account, made once by the administrator of a Keycloak server (see `steward.server`)."""

import pathlib

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakGetError

from steward import secret_files
from steward.changes import Journal, Refused
from steward.realm import clients
from steward.realm.difference import differences
from steward.realm.template import NO_FLOW, RECONCILE, Wanted
from steward.realm.work import Work

NOT_FOUND = 404
MASTER = "master"
OF_EVERY_REALM = ("account", "account-console", "admin-cli", "security-admin-console")


def bootstrap_realm(admin: KeycloakAdmin, wanted: Wanted, secret_file: pathlib.Path, journal: Journal) -> None:
    """Will make the realm empty, with the client `reconcile` alone, and close the password ways of the master realm."""
    _close_master(admin, journal)
    if not _exists(admin, wanted.realm):
        journal.make(f"realm {wanted.realm}", _make, admin, wanted)
        if journal.dry_run:
            return
    admin.change_current_realm(wanted.realm)
    work = Work(admin, wanted, journal, secret_file.parent)
    client = wanted.clients[RECONCILE]
    client_id = work.client_id(RECONCILE)
    if client_id is None:
        secret = "" if journal.dry_run else secret_files.secret_of(secret_file, journal)
        payload = {**client.representation, "defaultClientScopes": ["basic"], "secret": secret}
        journal.make(f"client {RECONCILE}", admin.create_client, payload)
        work.forget()
    else:
        clients.keep_secret(work, RECONCILE, secret_file)
    clients.give_rights(work, client)


def _make(admin: KeycloakAdmin, wanted: Wanted) -> None:
    """Will make a realm that can do nothing: not enabled for people until its file has been applied."""
    admin.create_realm(payload={"realm": wanted.realm, "enabled": True, "registrationAllowed": False})


def _close_master(admin: KeycloakAdmin, journal: Journal) -> None:
    """Will disable the clients of the master realm that people could use: administration is by service account."""
    if admin.get_current_realm() != MASTER:
        message = "bootstrap works from the master realm"
        raise Refused(message)
    for found in admin.get_clients():
        if found["clientId"] in OF_EVERY_REALM:
            wanted = {**NO_FLOW, "enabled": False, "publicClient": found["publicClient"]}
            if changed := differences(wanted, found):
                thing = f"client {MASTER}/{found['clientId']}"
                journal.change(thing, changed, admin.update_client, found["id"], {**found, **wanted})


def _exists(admin: KeycloakAdmin, realm: str) -> bool:
    try:
        admin.get_realm(realm)
    except KeycloakGetError as error:
        if error.response_code != NOT_FOUND:
            raise
        return False
    return True
