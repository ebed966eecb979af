"""One participant's own components: what `bootstrap` makes empty and `tenant` brings in line."""

import pathlib
from collections.abc import Sequence

from federation.contracts.tenant_file import TenantFile
from steward import database, server, settings
from steward.changes import Journal
from steward.realm import connection, first, reconcile as realm, template, users


def bootstrap(tenant: TenantFile, steps: Sequence[str], journal: Journal) -> None:
    """Will make the participant's empty database and realm, and leave their keys in the participant's folder."""
    folder = settings.secrets_folder()
    if "database" in steps:
        place, login = settings.database_server(), settings.database_admin()
        with database.connected(
            host=place.host, port=place.port, name="postgres", user=login.name, password=login.secret, autocommit=True
        ) as admin:
            server.bootstrap_database(admin, tenant, folder, journal)
    if "realm" in steps:
        login = settings.keycloak_admin()
        with connection.connected(settings.keycloak_url(), "master", login.name, login.secret) as admin:
            first.bootstrap_realm(
                admin, template.desired(tenant, settings.public_port()), folder / server.RECONCILE_SECRET, journal
            )


def reconcile(tenant: TenantFile, steps: Sequence[str], people: pathlib.Path | None, journal: Journal) -> None:
    """Will bring the participant's database and realm in line, each with the participant's own key to it."""
    if "database" in steps:
        place = settings.database_server()
        with database.connected(
            host=place.host,
            port=place.port,
            name=tenant.database,
            user=tenant.database,
            password=settings.tenant_secret(server.OWNER_PASSWORD),
        ) as owner:
            database.reconcile(owner, tenant, journal)
    if "realm" in steps:
        secret = settings.tenant_secret(server.RECONCILE_SECRET)
        wanted = template.desired(tenant, settings.public_port())
        asked = users.load(people) if people else []
        with connection.connected(settings.keycloak_url(), tenant.realm, template.RECONCILE, secret) as admin:
            realm.reconcile(admin, wanted, asked, settings.secrets_folder(), journal)
