"""The environment in which suites run a level's code: that of a participant that exists on paper only.

ZENNE_TEST_LEVEL says which: `municipal` (Vilvoorde, where nothing is said), `regional` or `national`. A process is
of one level, as in the field: no suite runs the code of two.

Loaded by `tests/conftest.py` before Django reads its settings. The database server is the one that
`ZENNE_TEST_DATABASE` names (`user:password@host:port`; the user may create databases), else that of
the local instance `paper`. What is printed from the code needs none.
"""

import atexit
import os
import pathlib
import shutil
import sys
import tempfile
from typing import Any

from django.core import management

from local import instances, postgres

ROOT = pathlib.Path(__file__).parents[2]
ON_PAPER = {"municipal": "vilvoorde", "regional": "brussels", "national": "belgium"}
LEVEL = os.environ.get("ZENNE_TEST_LEVEL") or "municipal"
NO_SERVER = "nobody:nothing@127.0.0.1:9"
"""The port that discards: nothing answers there."""


def _server() -> str:
    """Return the database server of the suites."""
    instance = instances.find("paper")
    made = (instance.admin / "postgres_password").exists()
    return os.environ.get("ZENNE_TEST_DATABASE") or (postgres.administrator(instance) if made else NO_SERVER)


def commit_without_waiting_for_the_disk() -> None:
    """Let this process's own databases commit before the disk has it: nobody cuts the power under a test's database.

    What a crash of a process leaves behind is the same. Only a server that dies forgets more, and no suite ends the
    server that holds its own database. The instance's participants wait for the disk, in tests as anywhere.
    """
    from django.conf import settings  # noqa: PLC0415 -- the environment stands by then

    database: dict[str, Any] = settings.DATABASES["default"]
    database["OPTIONS"]["options"] += " -c synchronous_commit=off"


def set_environment() -> None:
    """Set every variable that the settings declare, where the caller has not set it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="zenne-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "secret_key").write_text("only-for-tests-" * 5, encoding="utf-8")
    (folder / "web_client_secret").write_text("a-secret-of-tests-only", encoding="utf-8")
    login, _, address = _server().rpartition("@")
    user, _, password = login.partition(":")
    host, _, port = address.rpartition(":")
    (folder / "database_password").write_text(password, encoding="utf-8")
    name = ON_PAPER[LEVEL]
    values = {
        "DJANGO_SETTINGS_MODULE": f"{LEVEL}.settings",
        "ZENNE_PARTICIPANT": name,
        "ZENNE_TENANT_FILE": str(ROOT / "infra" / "tenants" / f"{name}.yaml"),
        "ZENNE_HOSTS": f"{name}.localhost,testserver",
        "ZENNE_SECRET_KEY_FILE": str(folder / "secret_key"),
        "ZENNE_DATABASE_HOST": host,
        "ZENNE_DATABASE_PORT": port,
        # its own for each run, so that two runs at once do not take it from each other
        "ZENNE_DATABASE_NAME": f"{LEVEL}_{name}_{os.getpid()}",
        "ZENNE_DATABASE_USER": user,
        # a database is made and dropped over such connections too, and a busy disk takes its time for that
        "ZENNE_STATEMENT_TIMEOUT_MS": "60000",
        "ZENNE_DATABASE_PASSWORD_FILE": str(folder / "database_password"),
        "ZENNE_ISSUER": f"https://login.localhost/realms/{name}",
        "ZENNE_JWKS_URL": "http://127.0.0.1:9/certs",  # the port that discards: nothing answers there
        "ZENNE_HELP_PHONE": "02 000 00 10",
        "ZENNE_WEB_CLIENT_SECRET_FILE": str(folder / "web_client_secret"),
        "ZENNE_KAFKA_SERVERS": "127.0.0.1:9",
        "ZENNE_KAFKA_CA_FILE": str(folder / "ca.pem"),
        "ZENNE_KAFKA_CERTIFICATE_FILE": str(folder / "bus.pem"),
        "ZENNE_KEYS_FOLDER": str(folder / "keys"),
        "ZENNE_FEDERATION_JWKS_FILE": str(folder / "federation.jwks.json"),
        "ZENNE_GATEWAY": f"https://{name}.localhost:19000",
        "ZENNE_OPENSEARCH_URL": "https://127.0.0.1:9",
        "ZENNE_OPENSEARCH_CA_FILE": str(folder / "ca.pem"),
        "ZENNE_OPENSEARCH_CERTIFICATE_FILE": str(folder / "opensearch.pem"),
        "ZENNE_OPENSEARCH_ALIAS": f"zenne-referrals-{name}",
        "ZENNE_LOG_LEVEL": "WARNING",
    }
    for variable, value in values.items():
        os.environ.setdefault(variable, value)


def main() -> None:
    """Run a management command that needs no database: `python -m municipal_environment print_openapi`."""
    set_environment()
    management.execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
