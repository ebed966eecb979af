"""The code lists: one form, four languages, and nothing that judges a person."""

import re
from typing import Any

import pytest
import yaml

from federation.contracts import codes, schemas

NAMES = sorted(codes.names())
FORBIDDEN = re.compile(
    r"score|risk|risico|risque|risiko|ideolog|idéolog|religi|geloof|godsdienst|glaube|islam|muslim|moslim|origin"
    r"|herkomst|afkomst|herkunft|ethni|race\b|nationali|extremis|radical|radikal|terror|threat|dreiging|menace",
    re.IGNORECASE,
)


def listed(name: str) -> list[dict[str, Any]]:
    found = yaml.safe_load((schemas.FOLDER / "codes" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert set(found) == {"codes"}
    entries: list[dict[str, Any]] = found["codes"]
    return entries


def used_in(schema: Any) -> list[dict[str, Any]]:
    """Return the parts of a schema that are tied to a code list."""
    if isinstance(schema, list):
        return [part for item in schema for part in used_in(item)]
    if not isinstance(schema, dict):
        return []
    here = [schema] if "x-codes" in schema else []
    return here + [part for value in schema.values() for part in used_in(value)]


def schemas_of_messages() -> list[str]:
    return sorted(path.name.removesuffix(".v1.json") for path in (schemas.FOLDER / "messages").glob("*.v1.json"))


def test_all_agreed_lists_are_there():
    assert set(NAMES) == {
        *("referral-kind", "age-band", "need", "urgency", "wished-help", "decline-reason", "revocation-reason"),
        *("hand-back-reason", "kept-reason", "outcome", "progress", "stay-kind", "block", "life-domain", "ground"),
        *("consent-giver", "withdrawal-handling", "refusal-reason", "role", "contact-kind", "visibility"),
        *("indicator", "counted-age-band", "counted-year-state", "reporting-state"),
        *("consent-how", "postpone-reason", "reading-purpose", "act", "team-item"),
        *("referral-state", "referral-phase", "search-purpose"),
        *("link-kind", "table-kind", "organisation", "secrecy", "agreement-state", "alarm", "attempt-outcome"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_code_is_lower_camel_case_and_stands_once(name):
    found = [entry["code"] for entry in listed(name)]

    assert found
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]{0,40}", code) for code in found)
    assert codes.codes(name) == frozenset(found)
    assert codes.ordered(name) == tuple(found)


@pytest.mark.parametrize("name", NAMES)
def test_a_code_reads_in_four_languages_and_differs_from_its_neighbours(name):
    for entry in listed(name):
        assert set(entry) == {"code", "labels"}
        assert set(entry["labels"]) == set(codes.LANGUAGES)
        assert all(label == label.strip() and 2 <= len(label) <= 80 for label in entry["labels"].values())
        assert all(codes.label(name, entry["code"], lang) == entry["labels"][lang] for lang in codes.LANGUAGES)
    for language in codes.LANGUAGES:
        labels = [entry["labels"][language] for entry in listed(name)]
        assert len(set(labels)) == len(labels)


def test_a_code_of_a_newer_town_reads_as_itself():
    assert codes.label("need", "somethingOfTomorrow", "nl") == "somethingOfTomorrow"


@pytest.mark.parametrize("name", NAMES)
def test_no_list_judges_a_person_or_names_faith_or_origin(name):
    text = (schemas.FOLDER / "codes" / f"{name}.yaml").read_text(encoding="utf-8")

    assert FORBIDDEN.findall(text) == []


@pytest.mark.parametrize("name", schemas_of_messages())
def test_no_field_judges_a_person_or_names_faith_or_origin(name):
    text = (schemas.FOLDER / "messages" / f"{name}.v1.json").read_text(encoding="utf-8")

    assert FORBIDDEN.findall(text) == []


@pytest.mark.parametrize("word", ["riskLevel", "Religion", "country of origin", "radicalised", "ideology", "score"])
def test_the_check_for_judging_words_finds_them(word):
    assert FORBIDDEN.search(word)


@pytest.mark.parametrize("name", schemas_of_messages())
def test_a_schema_names_lists_that_exist_and_repeats_closed_ones_exactly(name):
    for part in used_in(schemas.load(name)):
        assert part["x-codes"] in codes.names()
        if "enum" in part and part["x-codes"] != "visibility":
            assert tuple(part["enum"]) == codes.ordered(part["x-codes"])


def test_what_a_person_noted_for_himself_is_the_one_visibility_that_never_travels():
    (part,) = [part for part in used_in(schemas.load("dossier")) if part["x-codes"] == "visibility"]

    assert codes.codes("visibility") - set(part["enum"]) == {"me"}
