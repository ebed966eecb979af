"""The printed descriptions follow the Belgian REST guide; and the check itself finds what it should find."""

import copy
import functools
import pathlib
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

import belgif
import belgif_rules

FOLDER = pathlib.Path(__file__).parents[2] / "schemas" / "openapi"
FILES = sorted(FOLDER.glob("*.yaml"))
CASES, CASE, ENTRIES = "/cases", "/cases/{caseId}", "/cases/{caseId}/entries"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_printed_description_breaks_no_rule(path):
    assert [str(finding) for finding in belgif.findings(_read(path))] == []


def test_every_api_is_described():
    named = ["casework.v1.yaml", "counts.v1.yaml", "referral.v1.yaml", "statistics.v1.yaml"]
    assert [path.name for path in FILES] == named


def test_the_printed_descriptions_say_what_the_code_does(capsys):
    call_command("print_openapi", "--check")

    assert f"0 of {len(settings.DESCRIBED_APIS)}" in capsys.readouterr().out


def test_a_stale_description_is_named_with_the_way_out(tmp_path, capsys):
    call_command("print_openapi", folder=tmp_path)
    path = tmp_path / "casework.v1.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# edited by hand\n", encoding="utf-8")

    with pytest.raises(CommandError, match=r"casework\.v1\.yaml.*print_openapi"):
        call_command("print_openapi", "--check", folder=tmp_path)


def test_what_is_set_aside_has_a_reason():
    asides = [reason for path in FILES for _, reasons in belgif.asides(_read(path)) for reason in reasons.values()]

    assert len(asides) == len(FILES)
    assert all(len(reason) > 20 for reason in asides)


def rename(place: str, old: str, new: str) -> Callable[[Any], None]:
    """Return a mistake: something is called otherwise."""

    def make(content: Any) -> None:
        part = at(content, place)
        part[new] = part.pop(old)

    return make


def put(place: str, name: Any, value: Any) -> Callable[[Any], None]:
    """Return a mistake: something stands where it should not, or says something else."""

    def make(content: Any) -> None:
        at(content, place)[name] = value

    return make


def drop(place: str, name: str) -> Callable[[Any], None]:
    """Return a mistake: something is missing."""

    def make(content: Any) -> None:
        del at(content, place)[name]

    return make


def at(content: Any, place: str) -> Any:
    """Return what stands at a place, steps between `>`."""
    for step in [one.strip() for one in place.split(">") if one.strip()]:
        content = content[int(step) if step.isdigit() and isinstance(content, list) else step]
    return content


QUERY = {"in": "query", "name": "q", "schema": {"type": "string"}}
TEXT = {"type": "string"}
MISTAKES = [
    ("oas-contra", put("", "openapi", "3.1.0")),
    ("uri-format", put("servers > 0", "url", "/api/casework")),
    ("uri-format", put("", "servers", [])),
    ("hlth-res", rename("paths", "/health", "/alive")),
    ("hlth-res", drop("paths > /health > get > responses", "503")),
    ("oas-comp", rename("components > schemas", "Person", "person_schema")),
    ("oas-unused", put("components > schemas", "Orphan", {"type": "object"})),
    ("uri-notat", rename("paths", CASES, "/cases/")),
    ("uri-notat", rename("paths", CASES, "/all_cases")),
    ("uri-notat", put("paths > /cases > get > parameters", 1, {**QUERY, "name": "page_size"})),
    ("uri-extens", rename("paths", CASES, "/cases.json")),
    ("path-param", rename("paths", CASE, "/cases/{case}")),
    ("id-name", put("paths > /cases/{caseId} > get > parameters > 1", "name", "id")),
    ("child-ent", rename("paths", ENTRIES, "/cases/{a}/entries/{b}/versions/{c}")),
    ("sens-dat", put("paths > /cases > get > parameters", 1, {**QUERY, "name": "lastName"})),
    (
        "qry-multi",
        put("paths > /cases > get > parameters", 1, {**QUERY, "schema": {"type": "array"}, "explode": False}),
    ),
    ("oas-descr", drop("paths > /cases > get", "summary")),
    ("oas-descr", put("components > schemas > Person > properties", "inner", {"type": "object"})),
    ("openapi-opid", put("paths > /cases > get", "operationId", "createCase")),
    ("openapi-opid", put("paths > /cases > get", "operationId", "api_cases_list")),
    ("oas-tags", put("paths > /cases > get", "tags", ["Cases", "Consents"])),
    ("oas-tags", put("paths > /cases > get", "tags", ["Unknown"])),
    ("reqBodyReq", drop("paths > /cases > post > requestBody", "required")),
    ("meth-http", put("paths > /cases > get", "requestBody", {"required": True})),
    ("doc-patch", rename("paths > /cases", "post", "patch")),
    ("prf-lstmod", drop("paths > /cases/{caseId} > patch", "parameters")),
    ("stat-codes", rename("paths > /cases > get > responses", "200", "204")),
    ("crea-location", drop("paths > /cases > post > responses > 201", "headers")),
    ("trc-header", drop("paths > /cases > get > responses > 200", "headers")),
    ("hdr-case", put("paths > /cases > get > responses > 200 > headers", "X-Count", {})),
    ("hdr-case", put("paths > /cases > get > parameters", 1, {"in": "header", "name": "zenne_purpose"})),
    ("prb-defaul", drop("paths > /cases > get > responses", "default")),
    ("err-problem", put("paths > /cases > get > responses", "404", {"description": "no"})),
    ("err-sanit", put("components > schemas > InputValidationIssue > properties", "value", TEXT)),
    ("sec-declared", drop("paths > /cases > get", "security")),
    (
        "evo-object",
        put("paths > /cases > get > responses > 200 > content > application/json", "schema", {"type": "array"}),
    ),
    ("col-repres", drop("components > schemas > CasePage > properties", "items")),
    ("col-repres", drop("components > schemas > CaseItem > properties", "href")),
    ("col-name", rename("paths", "/consents", "/consentRegister")),
    ("col-paging", drop("components > schemas > CasePage > properties", "pageSize")),
    ("jsn-naming", rename("components > schemas > Person > properties", "firstName", "first_name")),
    ("jsn-null", put("components > schemas > Person > properties > phone", "nullable", True)),
    ("cod-design", put("components > schemas > Person > properties > phone", "enum", ["NOT_CAMEL"])),
    ("date-format", drop("components > schemas > Person > properties > birthOn", "format")),
    ("date-format", put("components > schemas > Case > properties > openedAt", "format", "date")),
    ("prop-req", put("components > schemas > Person", "required", ["nickname"])),
    ("prop-req", put("components > schemas > Person > properties > firstName", "readOnly", True)),
    ("oas-exampl", put("components > schemas > Person > properties > birthOn", "example", 7)),
    ("sch-discr", put("components > schemas > Person > properties > phone", "oneOf", [TEXT])),
    ("x-ignore-rules", put("components > schemas > Person", "x-ignore-rules", {"jsn-null": "it is not even there"})),
    (
        "cod-design",
        put("components > schemas > HealthStatus > properties > status > x-ignore-rules", "cod-design", "  "),
    ),
]


@pytest.mark.parametrize(("rule", "make"), MISTAKES, ids=[f"{n}-{name}" for n, (name, _) in enumerate(MISTAKES)])
def test_the_check_finds_a_planted_mistake(rule, make):
    content = copy.deepcopy(_read(FOLDER / "casework.v1.yaml"))

    make(content)

    assert rule in {finding.rule for finding in belgif.findings(content)}


def test_every_rule_has_a_mistake_that_it_finds():
    assert belgif_rules.rule is belgif.rule
    assert {name for name, _ in MISTAKES} == {*belgif.RULES, "x-ignore-rules"}


@functools.cache
def _read(path: pathlib.Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
