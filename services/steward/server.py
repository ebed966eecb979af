"""The one step with a server's administrator: an empty database and an empty realm, handed over at once.

Why it stands apart. Somebody must be able to make a database or a realm that does not exist yet, and whoever can do
that can open all of them. Where municipalities share a server, as on one developer's machine, that is the operator of
the server. So this step is kept as small as can be: it makes the empty vessel, gives its key (a password, a client's
secret) to a file in the participant's own folder, and never reads or writes what is inside. All that follows is done
by `tenant` with that key, which opens this participant and no other. A municipality with its own server does the same
once by hand and never gives anybody an administrator.
"""

import pathlib

import psycopg
from psycopg import sql

from federation.contracts.tenant_file import TenantFile
from steward.changes import Journal
from steward.secret_files import secret_of

OWNER_PASSWORD = "database_owner_password"  # noqa: S105 -- the name of a file
APPLICATION_PASSWORD = "database_password"  # noqa: S105 -- the name of a file
RECONCILE_SECRET = "keycloak_reconcile_secret"  # noqa: S105 -- the name of a file

PLAIN = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT")
ATTRIBUTES = """
SELECT array_remove(ARRAY[
    CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreatedb THEN 'createdb' END,
    CASE WHEN rolcreaterole THEN 'createrole' END, CASE WHEN rolreplication THEN 'replication' END,
    CASE WHEN rolbypassrls THEN 'bypassrls' END, CASE WHEN NOT rolcanlogin THEN 'nologin' END,
    CASE WHEN rolinherit THEN 'inherit' END
  ], NULL) FROM pg_roles WHERE rolname = %s
"""


def bootstrap_database(admin: psycopg.Connection, tenant: TenantFile, folder: pathlib.Path, journal: Journal) -> None:
    """Will make the participant's two roles and its empty database, which nobody else may connect to.

    `admin` is in autocommit mode: a database cannot be made inside a transaction.
    """
    _role(admin, tenant.database, folder / OWNER_PASSWORD, journal)
    _role(admin, tenant.application_role, folder / APPLICATION_PASSWORD, journal)
    for role, member in _memberships(admin, [tenant.database, tenant.application_role]):
        statement = sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(role), sql.Identifier(member))
        journal.remove(f"membership of {member} in {role}", admin.execute, statement)
    owner = admin.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [tenant.database]
    ).fetchone()
    if owner is None:
        journal.make(f"database {tenant.database}", _create_database, admin, tenant.database)
    elif owner[0] != tenant.database:
        statement = sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
            sql.Identifier(tenant.database), sql.Identifier(tenant.database)
        )
        journal.change(f"database {tenant.database}", ["owner"], admin.execute, statement)


def _create_database(admin: psycopg.Connection, name: str) -> None:
    database = sql.Identifier(name)
    # template0: nothing that somebody put into template1 comes along.
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0 ALLOW_CONNECTIONS false").format(
            database, database
        )
    )
    # Until here nobody could connect, so there was no moment in which everybody could.
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(database))


def _role(admin: psycopg.Connection, name: str, password_file: pathlib.Path, journal: Journal) -> None:
    found = admin.execute(ATTRIBUTES, [name]).fetchone()
    if found is None:
        journal.make(f"role {name}", _create_role, admin, name, password_file, journal)
        return
    if found[0]:
        statement = sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(name), PLAIN)
        journal.change(f"role {name}", found[0], admin.execute, statement)


def _create_role(admin: psycopg.Connection, name: str, password_file: pathlib.Path, journal: Journal) -> None:
    # The password is hashed here, so that it stands in no statement that the server could log.
    hashed = admin.pgconn.encrypt_password(secret_of(password_file, journal).encode(), name.encode(), b"scram-sha-256")
    admin.execute(
        sql.SQL("CREATE ROLE {} {} PASSWORD {}").format(sql.Identifier(name), PLAIN, sql.Literal(hashed.decode()))
    )


def _memberships(admin: psycopg.Connection, members: list[str]) -> list[tuple[str, str]]:
    rows = admin.execute(
        "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members "
        "WHERE pg_get_userbyid(member) = ANY (%s) ORDER BY 1, 2",
        [members],
    ).fetchall()
    return [(row[0], row[1]) for row in rows]
