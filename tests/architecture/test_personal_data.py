"""Every table says which personal data it holds, on which ground and for how long."""

import enum
import importlib
import pathlib

import pytest
from django.conf import settings

from federation.audit import register
from federation.contracts import codes

ROOT = pathlib.Path(__file__).parents[2]
LEVEL = settings.ROOT_URLCONF.split(".")[0]
OURS = ("federation", LEVEL)


def test_every_table_states_its_personal_data() -> None:
    lines = [register.line_of(model) for model in register.tables(OURS)]

    assert len(lines) > 15
    sure = {"people_person", "cases_case"} if LEVEL == "municipal" else {"audit_entry"}
    sure |= {"identity_session", "identity_colleague"}
    assert {line.table for line in lines if line.what} >= sure


def test_the_register_of_processing_is_printed_as_the_tables_say() -> None:
    lines = [register.line_of(model) for model in register.tables(OURS)]

    kept = (ROOT / f"services/{LEVEL}/register-of-processing.md").read_text(encoding="utf-8")

    assert kept == register.printed(lines, title=f"Register of processing: {LEVEL}"), "make register"


def test_every_constraint_has_a_name_that_is_a_sentence() -> None:
    names = [constraint.name for model in register.tables(OURS) for constraint in model._meta.constraints]

    assert len(names) > 20
    assert [name for name in names if name.count("_") < 2] == []


@pytest.mark.parametrize(
    ("module", "name", "code_list"),
    [
        ("municipal.cases.rules", "StayKind", "stay-kind"),
        ("municipal.cases.rules", "Block", "block"),
        ("municipal.cases.rules", "LifeDomain", "life-domain"),
        ("municipal.cases.rules", "LinkKind", "link-kind"),
        ("municipal.consents.rules", "Giver", "consent-giver"),
        ("municipal.consents.rules", "How", "consent-how"),
        ("municipal.tables.rules", "Table", "table-kind"),
        ("municipal.tables.rules", "Organisation", "organisation"),
        ("municipal.tables.rules", "Secrecy", "secrecy"),
        ("municipal.tables.rules", "State", "agreement-state"),
        ("federation.custody.facts", "Kind", "referral-kind"),
        ("federation.identity.actor", "Role", "role"),
    ],
)
def test_codes_are_the_same_in_code_and_in_the_code_lists(module: str, name: str, code_list: str) -> None:
    listed: type[enum.StrEnum] = getattr(importlib.import_module(module), name)

    assert {str(member) for member in listed} == set(codes.codes(code_list))


@pytest.mark.parametrize(("name", "code_list"), [("PURPOSES", "reading-purpose"), ("POSTPONED", "postpone-reason")])
def test_reasons_are_the_same_in_code_and_in_the_code_lists(name: str, code_list: str) -> None:
    assert getattr(importlib.import_module("municipal.cases.rules"), name) == codes.codes(code_list)
