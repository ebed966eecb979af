"""Languages and municipalities are chosen by name, in the reader's language; what is kept is their code."""

import re

import pytest

import casework
from casework import CASEWORKER
from municipal.cases import queries

PERSON = {
    "first_name": "Sami",
    "last_name": "Verzonnen",
    "birth_on": "12/04/2005",
    "contact_language": "rif",
    "municipality": "Vilvoorde",
    "stay_kind": "move",
}


def opened(answer):
    assert answer.status_code == 302, answer.content.decode()
    return queries.locked_case(answer["Location"].rpartition("/")[2]).person


def options(page, field):
    select = re.search(rf'<select name="{field}".*?</select>', page, flags=re.DOTALL)[0]
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', select)


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        ("nl", ["Nederlands", "Arabisch", "Vaak gesproken"]),
        ("fr", ["Néerlandais", "Arabe", "Souvent parlées"]),
        ("de", ["Niederländisch", "Arabisch", "Oft gesprochen"]),
    ],
)
def test_languages_are_offered_by_name_the_towns_own_first(page_client, db, reader, words):
    page = page_client(CASEWORKER, language=reader).get("/cases/new").content.decode()
    offered, (dutch, arabic, often) = options(page, "contact_language"), words

    assert [code for code, _ in offered[:2]] == ["", "nl"]
    assert offered[1][1] == dutch
    assert ("ar", arabic) in offered[:20]
    assert f'<optgroup label="{often}">' in page
    assert len({code for code, _ in offered}) == len(offered) > 150


def test_the_language_of_a_consent_is_chosen_by_name_and_is_first_that_of_the_person(page_client, db):
    case = casework.open_case(contact_language="ti")

    page = page_client(CASEWORKER, language="nl").get(f"/cases/{case}/consent/new").content.decode()

    assert '<option value="ti" selected>Tigrinya</option>' in page


def test_a_code_that_is_kept_and_not_listed_can_be_kept_on(page_client, db):
    case = casework.open_case(contact_language="xyz")
    browser = page_client(CASEWORKER)

    page = browser.get(f"/cases/{case}/identity").content.decode()
    saved = browser.post(f"/cases/{case}/identity", PERSON | {"contact_language": "xyz", "version": "1"})

    assert '<option value="xyz" selected>xyz</option>' in page
    assert saved.status_code == 302
    assert queries.locked_case(case).person.contact_language == "xyz"


def test_what_is_no_language_is_refused(page_client, db):
    answer = page_client(CASEWORKER).post("/cases/new", PERSON | {"contact_language": "Dutch"})

    assert answer.status_code == 422
    assert 'href="#id_contact_language"' in answer.content.decode()


@pytest.mark.parametrize(
    ("written", "kept"),
    [("Vilvoorde", "23088"), ("vilvorde", "23088"), ("Molenbeek-Saint-Jean", "21012"), ("23023", "23023"), ("", "")],
)
def test_a_municipality_is_written_by_its_name_and_kept_by_its_code(page_client, db, written, kept):
    person = opened(page_client(CASEWORKER).post("/cases/new", PERSON | {"municipality": written}))

    assert (person.municipality, person.contact_language) == (kept, "rif")


def test_municipalities_are_proposed_in_the_readers_language_without_a_script(page_client, db):
    page = page_client(CASEWORKER, language="fr").get("/cases/new").content.decode()

    assert 'list="id_municipality-names"' in page
    proposed = re.search(r'<datalist id="id_municipality-names">(.*?)</datalist>', page)[1]
    assert proposed.count("<option") == 565
    assert '<option value="Vilvorde">' in proposed
    assert "Vilvoorde" not in proposed


def test_a_municipality_that_does_not_exist_is_refused_and_stays_as_it_was_written(page_client, db):
    answer = page_client(CASEWORKER, language="nl").post("/cases/new", PERSON | {"municipality": "Vilvoord"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Kies een gemeente uit de lijst." in page
    assert 'value="Vilvoord"' in page


@pytest.mark.parametrize(("kept", "shown"), [("23088", "Vilvorde"), ("23023", "23023"), ("", None)])
def test_what_is_kept_is_shown_by_its_name(page_client, db, kept, shown):
    case = casework.open_case(municipality=kept)

    page = page_client(CASEWORKER, language="fr").get(f"/cases/{case}/identity").content.decode()

    field = re.search(r'<input [^>]*name="municipality"[^>]*>', page)[0]
    assert re.findall(r' value="([^"]*)"', field) == ([shown] if shown else [])


def test_a_colleagues_correction_in_between_is_told_by_name(page_client, db):
    case = casework.open_case()
    browser = page_client(CASEWORKER, language="fr")
    browser.post(f"/cases/{case}/identity", PERSON | {"municipality": "Bruxelles", "version": "1"})

    crossed = browser.post(f"/cases/{case}/identity", PERSON | {"contact_language": "tr", "version": "1"})

    page = crossed.content.decode()
    assert crossed.status_code == 412
    assert "<b>Rifain</b>" in page
    assert "<b>Bruxelles</b>" in page
