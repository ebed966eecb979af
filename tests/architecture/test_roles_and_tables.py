"""What `infra/postgres/roles.sql` protects by name must exist by that name: a renamed table would lose its lock."""

import pathlib
import re

from django.apps import apps

ROOT = pathlib.Path(__file__).parents[2]
LATER = {"django_migrations"}
"""Made by Django itself."""
LEVELS = ("municipal", "regional", "national")


def tables_of_every_level() -> set[str]:
    """Return the tables that migrations make: the roles' file serves all levels, a process knows its own alone."""
    found = set()
    for level in LEVELS:
        for path in (ROOT / "services" / level).glob("*/migrations/*.py"):
            text = path.read_text(encoding="utf-8")
            named = {f"{path.parents[1].name}_{name.lower()}" for name in re.findall(r"name='(\w+)',\n +fields", text)}
            found |= named | set(re.findall(r"'db_table': '(\w+)'", text))
    return found


def test_every_table_that_the_roles_name_exists() -> None:
    text = (ROOT / "infra/postgres/roles.sql").read_text(encoding="utf-8")
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    tables |= tables_of_every_level() | LATER

    lists = dict(
        re.findall(r"(append_only|never_deleted|read_only) text\[\] := ARRAY\[(.*?)\];", text, flags=re.DOTALL)
    )
    named = {name: set(re.findall(r"'([a-z_]+)'", body)) for name, body in lists.items()}

    assert set(named) == {"append_only", "never_deleted", "read_only"}
    assert {name: sorted(found - tables) for name, found in named.items() if found - tables} == {}
    assert named["append_only"] >= {"audit_entry", "inbox_message", "inbox_attempt", "referral_step"}
