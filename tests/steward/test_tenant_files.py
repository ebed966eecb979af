"""A tenant file that is wrong is refused before anything is touched, with the file and the field."""

import datetime as dt

import pytest
import yaml

from federation.contracts import tenant_file
from steward import rules
from steward_at_work import TENANTS


def test_the_tenant_files_of_the_repository_are_in_order(paper):
    answer = paper.steward("check", STEWARD_TENANTS=str(TENANTS))

    assert answer.code == 0
    assert answer.lines == ["check: 5 tenant files in order"]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("(file)", {"secret": "hunter2"}),
        ("id", {"id": "V"}),
        ("id", {"id": "vilvoorde_1"}),
        ("level", {"level": "provincial"}),
        ("nis", {"nis": "2308"}),
        ("names", {"names": {"nl": "Vilvoorde"}}),
        ("officialLanguages", {"officialLanguages": []}),
        ("officialLanguages[0]", {"officialLanguages": ["en"]}),
        ("calendar.closures[0]", {"calendar": {"holidays": "BE", "closures": ["2026-02-30"]}}),
        ("host", {"host": "vilvoorde.localhost:8000"}),
        ("issuer", {"issuer": "http://login.localhost/realms/vilvoorde"}),
        ("accent", {"accent": "red"}),
        ("teams", {"teams": []}),
        ("protocols[0].kinds[0]", {"protocols": [{"with": "molenbeek", "kinds": ["steal"], "since": "2026-01-01"}]}),
        ("protocols[0]", {"protocols": [{"with": "molenbeek", "kinds": ["share"]}]}),
        ("statutoryWay.phone", {"statutoryWay": {"nl": "bel de burgemeester", "fr": "le bourgmestre", "phone": "112"}}),
    ],
)
def test_a_field_that_the_schema_refuses_is_named(paper, field, change):
    paper.change("vilvoorde", lambda content: content.update(change))

    answer = paper.steward("check")

    assert answer.code == 1
    assert answer.lines == []
    assert any(line.startswith(f"vilvoorde.yaml: {field}: ") for line in answer.errors.splitlines()), answer.errors


@pytest.mark.parametrize("missing", ["id", "nis", "region", "referencePrefix", "teams", "grounds", "statutoryWay"])
def test_a_municipality_without_one_of_its_parts_is_refused(paper, missing):
    paper.change("vilvoorde", lambda content: content.pop(missing))

    answer = paper.steward("check")

    assert answer.code == 1
    assert f"'{missing}' is a required property" in answer.errors


def test_a_region_needs_no_teams_and_no_grounds(paper):
    keep = {"id", "level", "names", "officialLanguages", "calendar", "host", "issuer", "accent"}
    content = yaml.safe_load((paper.tenants / "vilvoorde.yaml").read_text())
    region = {key: value for key, value in content.items() if key in keep} | {
        "id": "brussels",
        "level": "regional",
        "host": "brussels.localhost",
        "issuer": "https://login.localhost/realms/brussels",
    }
    (paper.tenants / "brussels.yaml").write_text(yaml.safe_dump(region))

    answer = paper.steward("check")

    assert answer.code == 0, answer.errors


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id: vilvoorde\nid: molenbeek\n", "line 1: id stands twice"),
        ("id: [", "line 1: "),
        ("- vilvoorde\n", "is not of type 'object'"),
        ("", "is not of type 'object'"),
        ("id: !!python/object:os.system x\n", "line 1: "),
    ],
)
def test_what_is_no_tenant_file_at_all_is_refused_in_one_line(paper, text, reason):
    (paper.tenants / "vilvoorde.yaml").write_text(text)

    answer = paper.steward("check")

    assert answer.code == 1
    assert reason in answer.errors
    assert "Traceback" not in answer.errors


@pytest.mark.parametrize(
    ("finding", "change"),
    [
        ("vilvoorde.yaml: protocols[0].with: names the municipality itself", {"with": "vilvoorde"}),
        ("vilvoorde.yaml: protocols[0].with: there is no gent.yaml", {"with": "gent"}),
        ("vilvoorde.yaml: protocols: tervuren stands twice", {"with": "tervuren"}),
        ("vilvoorde.yaml: protocols[0].until: must be later than since", {"until": "2026-01-01"}),
    ],
)
def test_a_protocol_that_makes_no_sense_is_refused(paper, finding, change):
    paper.change("vilvoorde", lambda content: content["protocols"][0].update(change))

    answer = paper.steward("check")

    assert answer.code == 1
    assert finding in answer.errors.splitlines()


@pytest.mark.parametrize(
    ("finding", "change"),
    [
        ("vilvoorde.yaml: nis: 21012 is also that of molenbeek", {"nis": "21012"}),
        ("vilvoorde.yaml: host: molenbeek.localhost is also that of molenbeek", {"host": "molenbeek.localhost"}),
        ("vilvoorde.yaml: referencePrefix: MB is also that of molenbeek", {"referencePrefix": "MB"}),
        (
            "vilvoorde.yaml: issuer: must end in /realms/vilvoorde",
            {"issuer": "https://login.localhost/realms/molenbeek"},
        ),
    ],
)
def test_two_municipalities_that_could_be_taken_for_each_other_are_refused(paper, finding, change):
    paper.change("vilvoorde", lambda content: content.update(change))

    answer = paper.steward("check")

    assert answer.code == 1
    assert finding in answer.errors.splitlines()


@pytest.mark.parametrize("name", sorted(rules.RESERVED))
def test_no_municipality_takes_the_name_of_a_part_of_the_system(paper, name):
    paper.change("tervuren", lambda content: content.update(id=name, issuer=f"https://login.localhost/realms/{name}"))
    (paper.tenants / "tervuren.yaml").rename(paper.tenants / f"{name}.yaml")

    answer = paper.steward("check")

    assert f"{name}.yaml: id: {name} is the name of a part of the system" in answer.errors.splitlines()


def test_a_file_bears_the_name_of_its_id(paper):
    (paper.tenants / "tervuren.yaml").rename(paper.tenants / "overijse.yaml")

    answer = paper.steward("check")

    assert "overijse.yaml: id: must be overijse, as the file is called" in answer.errors.splitlines()


def test_a_protocol_that_only_one_side_names_is_noted_and_no_mistake(paper):
    paper.change("molenbeek", lambda content: content["protocols"].pop(0))

    answer = paper.steward("check")

    assert answer.code == 0
    assert answer.lines[0] == "note: vilvoorde.yaml: protocols[0].with: not in force: molenbeek.yaml does not name it"


def test_no_command_runs_on_files_that_are_wrong(paper):
    paper.change("vilvoorde", lambda content: content.update(accent="red"))

    for call in (("federation",), ("bootstrap", "molenbeek"), ("tenant", "molenbeek")):
        answer = paper.steward(*call, of="molenbeek")

        assert answer.code == 1
        assert answer.lines == []
        assert answer.errors.startswith("vilvoorde.yaml: accent: ")


def test_an_empty_folder_is_taken_for_a_wrong_path_not_for_a_federation_of_nobody(paper, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()

    answer = paper.steward("federation", STEWARD_TENANTS=str(empty))

    assert answer.code == 1
    assert answer.errors == f"federation: {empty} holds no tenant file\n"


def test_a_variable_that_is_not_set_is_named_with_its_help(paper):
    answer = paper.steward("tenant", "vilvoorde", of="vilvoorde", STEWARD_DATABASE_PORT="many")

    assert answer.code == 2
    assert answer.errors == "STEWARD_DATABASE_PORT is not a whole number. It is: port of PostgreSQL\n"


def test_an_article_that_was_renumbered_is_two_entries_of_one_ground(paper):
    tenant = tenant_file.load(paper.tenants / "vilvoorde.yaml")

    before = tenant.grounds_on(dt.date(2026, 4, 7))["caseConsultation"].article
    after = tenant.grounds_on(dt.date(2026, 4, 8))["caseConsultation"].article

    assert before["nl"] == "Strafwetboek van 1867, artikel 458ter"
    assert before["fr"] == "Code pénal de 1867, article 458ter"
    assert [language for language in ("nl", "fr", "de", "en") if before[language] == after[language]] == []


@pytest.mark.parametrize("left_out", ["nl", "fr", "de", "en"])
def test_an_article_is_cited_in_every_language(paper, left_out):
    paper.change("vilvoorde", lambda content: content["grounds"][0]["article"].pop(left_out))

    assert paper.steward("check").code != 0


def test_two_periods_of_one_ground_do_not_overlap(paper):
    paper.change("vilvoorde", lambda content: content["grounds"][1].pop("validUntil"))

    answer = paper.steward("check")

    assert "vilvoorde.yaml: grounds: caseConsultation has two periods that overlap" in answer.errors.splitlines()


def test_nothing_new_is_offered_from_the_day_a_protocol_ends():
    protocol = tenant_file.Protocol("molenbeek", frozenset({"share"}), dt.date(2026, 1, 1), dt.date(2026, 6, 1))

    verdicts = [protocol.allows_offers_on(dt.date(2026, month, day)) for month, day in ((1, 1), (5, 31), (6, 1))]

    assert verdicts == [True, True, False]
    assert not protocol.allows_offers_on(dt.date(2025, 12, 31))
