"""The lists behind two fields about a person: languages and municipalities, by code, in the reader's language."""

import re

import babel
import pytest

from federation.contracts import codes
from municipal.people import languages, municipalities, rules

OWN_NAMES = {"ber", "prs", "sfb", "vgt"}
"""Languages that CLDR does not name."""


@pytest.mark.parametrize("reader", codes.LANGUAGES)
def test_languages_are_called_as_cldr_calls_them(reader):
    cldr = babel.Locale.parse(reader).languages
    here = {code: language.names[reader] for code, language in languages.listed().items() if code not in OWN_NAMES}

    assert {code: name for code, name in here.items() if cldr.get(code) != name} == {}


def test_a_language_has_a_code_that_a_file_may_hold_and_a_name_in_every_language():
    listed = languages.listed()

    assert len(listed) > 150
    assert list(listed) == sorted(listed)
    assert [code for code in listed if not rules.LANGUAGE.fullmatch(code)] == []
    assert [one for one in listed.values() if not all(one.names[reader].strip() for reader in codes.LANGUAGES)] == []


@pytest.mark.parametrize("reader", codes.LANGUAGES)
def test_no_two_languages_have_one_name(reader):
    names = [languages.name(code, reader=reader) for code in languages.listed()]

    assert len(set(names)) == len(names)


def test_the_towns_own_languages_come_first_and_no_language_stands_twice():
    first, others = (part(["fr", "nl"], reader="nl") for part in (languages.usual, languages.others))

    assert first[:2] == [("fr", "Frans"), ("nl", "Nederlands")]
    assert [name for _, name in first[2:5]] == ["Afaan Oromo", "Albanees", "Amhaars"]
    assert {"de", "ar", "rif", "tr", "uk", "ps"} < {code for code, _ in first}
    assert sorted(code for code, _ in first + others) == sorted(languages.listed())


def test_names_stand_in_the_order_of_the_readers_alphabet():
    names = [name for _, name in languages.others([], reader="fr")]

    assert names.index("Estonien") < names.index("Éwé") < names.index("Féroïen")


def test_a_language_that_is_not_listed_reads_as_its_code():
    assert languages.name("xyz", reader="nl") == "xyz"


def test_the_municipalities_are_those_of_belgium_since_2025():
    listed = municipalities.listed()

    assert len(listed) == 565
    assert [code for code in listed if not re.fullmatch(r"[1-9][0-9]{4}", code)] == []
    assert [
        row for row in listed.values() if not all(row[language].strip() for language in municipalities.LANGUAGES)
    ] == []
    assert {"23106", "46030", "82039"} < set(listed)
    assert {"23023", "46003", "82003", "11007"} & set(listed) == set()


@pytest.mark.parametrize(
    ("code", "reader", "name"),
    [
        ("23088", "nl", "Vilvoorde"),
        ("23088", "fr", "Vilvorde"),
        ("21012", "fr", "Molenbeek-Saint-Jean"),
        ("21004", "de", "Brüssel"),
        ("21004", "en", "Brussel"),
        ("23023", "nl", "23023"),
    ],
)
def test_a_municipality_is_called_as_its_reader_calls_it(code, reader, name):
    assert municipalities.name(code, reader=reader) == name


@pytest.mark.parametrize("language", municipalities.LANGUAGES)
def test_every_name_leads_to_its_municipality(language):
    for code, row in municipalities.listed().items():
        assert municipalities.find(row[language]) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (" molenbeek saint jean ", "21012"),
        ("SINT-JANS-MOLENBEEK", "21012"),
        ("liege", "62063"),
        ("Braine-l'Alleud", "25014"),
        ("Vilvord", None),
        ("", None),
    ],
)
def test_a_name_is_found_however_it_is_spelled(written, code):
    assert municipalities.find(written) == code
