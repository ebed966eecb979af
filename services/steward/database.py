"""One participant's rights in its own database, brought in line with `infra/postgres/roles.sql`.

Works as the database's owner. That role opens this database and no other; it cannot change a role's attributes
either, so a role that has become more than it may be is refused here and mended by `bootstrap`.
"""

import contextlib
import pathlib
from collections.abc import Iterator

import psycopg
from psycopg import sql

from federation.contracts.tenant_file import TenantFile
from steward.changes import Journal, Refused

ROLES = pathlib.Path(__file__).parents[2] / "infra" / "postgres" / "roles.sql"

# Everything that roles.sql decides, as lines: the difference between before and after is what a run changes.
SNAPSHOT = """
WITH holders AS (
  SELECT 'database' AS thing, coalesce(datacl, acldefault('d', datdba)) AS acl
    FROM pg_database WHERE datname = current_database()
  UNION ALL SELECT 'schema ' || nspname, coalesce(nspacl, acldefault('n', nspowner))
    FROM pg_namespace WHERE nspname = 'public'
  UNION ALL SELECT CASE relkind WHEN 'S' THEN 'sequence ' ELSE 'table ' END || relname,
      coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL SELECT 'column ' || attrelid::regclass || '.' || attname, attacl FROM pg_attribute
      JOIN pg_class c ON c.oid = attrelid WHERE attacl IS NOT NULL AND c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'routine ' || oid::regprocedure, coalesce(proacl, acldefault('f', proowner))
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
  UNION ALL SELECT 'new ' || CASE defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
      WHEN 'f' THEN 'routines' ELSE 'things' END, defaclacl FROM pg_default_acl WHERE defaclrole = current_user::regrole
)
SELECT format('%s: %s may %s', thing, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END,
              lower(privilege_type))
FROM holders, aclexplode(acl)
WHERE grantee <> current_user::regrole
UNION ALL SELECT format('database setting %s', unnest(setconfig)) FROM pg_db_role_setting
  WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND setrole = 0
ORDER BY 1
"""

TOO_MUCH = """
SELECT rolname, array_remove(ARRAY[
    CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreatedb THEN 'createdb' END,
    CASE WHEN rolcreaterole THEN 'createrole' END, CASE WHEN rolreplication THEN 'replication' END,
    CASE WHEN rolbypassrls THEN 'bypassrls' END,
    (SELECT 'member of ' || string_agg(roleid::regrole::text, ', ') FROM pg_auth_members WHERE member = pg_roles.oid)
  ], NULL)
FROM pg_roles WHERE rolname = ANY (%s) ORDER BY rolname
"""


@contextlib.contextmanager
def connected(
    *, host: str, port: int, name: str, user: str, password: str, autocommit: bool = False
) -> Iterator[psycopg.Connection]:
    """Yield a connection to one database."""
    try:
        connection = psycopg.connect(
            host=host,
            port=port,
            dbname=name,
            user=user,
            password=password,
            connect_timeout=10,
            autocommit=autocommit,
            application_name="steward",
        )
    except psycopg.OperationalError as error:
        # The library's text names host, role and database, never the password.
        message = f"PostgreSQL at {host}:{port} does not let {user} in: {str(error).strip().splitlines()[-1]}"
        raise Refused(message) from None
    with connection:
        yield connection


def reconcile(connection: psycopg.Connection, tenant: TenantFile, journal: Journal) -> None:
    """Will give the application role what roles.sql says and nobody anything else, in one transaction."""
    _refuse_roles_with_too_much(connection, tenant)
    before = _snapshot(connection)
    connection.execute("SELECT set_config('zenne.application_role', %s, true)", [tenant.application_role])
    # The file is ours and holds no value from outside.
    connection.execute(sql.SQL(ROLES.read_text(encoding="utf-8")))
    after = _snapshot(connection)
    if journal.dry_run:
        connection.rollback()
    else:
        connection.commit()
    for line in sorted(before - after):
        journal.note(f"- {line}")
    for line in sorted(after - before):
        journal.note(f"+ {line}")


def _refuse_roles_with_too_much(connection: psycopg.Connection, tenant: TenantFile) -> None:
    roles = connection.execute(TOO_MUCH, [[tenant.database, tenant.application_role]]).fetchall()
    if len(roles) != len({tenant.database, tenant.application_role}):
        message = f"the roles of {tenant.id} are not there: run steward bootstrap {tenant.id}"
        raise Refused(message)
    for role, attributes in roles:
        if attributes:
            message = f"role {role} is {', '.join(attributes)}: run steward bootstrap {tenant.id}"
            raise Refused(message)


def _snapshot(connection: psycopg.Connection) -> set[str]:
    return {row[0] for row in connection.execute(SNAPSHOT).fetchall()}
