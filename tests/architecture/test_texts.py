"""Every text of a page is there in all four languages; a page that is half English is a page nobody checked."""

import pathlib
import re

import pytest
from babel.messages import Catalog

import texts
from federation.contracts import codes


def test_every_text_stands_in_every_language() -> None:
    assert len(texts.texts([texts.SERVICES / "federation"])) > 30
    assert texts.faults() == []


def test_english_stands_in_the_code_alone() -> None:
    assert list(texts.SERVICES.glob("**/locale/en*")) == []


def test_every_code_reads_in_every_language() -> None:
    unread = [
        (name, code, language)
        for name in sorted(codes.names())
        for code in codes.ordered(name)
        for language in codes.LANGUAGES
        if not codes.label(name, code, language).strip()
    ]

    assert unread == []


def test_french_keeps_its_high_signs_on_the_line_of_their_word() -> None:
    """A colon, a semicolon, a mark of question or exclamation stand after a space at which no line breaks."""
    catalogs = [texts.catalog(locale, "fr") for locale in texts.places()]
    translated = [one.string for found in catalogs for one in found if one.id]
    said = [part for one in translated for part in (one if isinstance(one, tuple | list) else (one,))]
    said += [codes.label(name, code, "fr") for name in codes.names() for code in codes.ordered(name)]
    wrong = re.compile(r" [:;!?»]|« |[^\s\d][:;!?»](?:\s|$)")

    assert len(said) > 1000
    assert [one for one in said if wrong.search(one)] == []


def _of(string: object = "", *, words: object = "A %(kind)s", fuzzy: bool = False) -> Catalog:
    made = Catalog(locale="nl")
    if string is not None:
        made.add(words, string, flags={"fuzzy"} if fuzzy else set())
    return made


@pytest.mark.parametrize(
    ("known", "fault"),
    [
        (_of(None), "missing (make messages): 'A %(kind)s'"),
        (_of(""), "empty: 'A %(kind)s'"),
        (_of("Een %(soort)s"), "other placeholders: 'A %(kind)s'"),
        (_of("Een %(kind)s", fuzzy=True), "fuzzy: 'A %(kind)s'"),
    ],
)
def test_a_text_that_is_not_right_is_found(known: Catalog, fault: str) -> None:
    assert list(texts.faults_of({("", "A %(kind)s", ""): None}, known)) == [fault]


def test_a_text_that_nobody_uses_is_found() -> None:
    assert list(texts.faults_of({}, _of("Een %(kind)s"))) == ["left over (make messages): 'A %(kind)s'"]


def test_a_right_text_has_no_fault() -> None:
    assert list(texts.faults_of({("", "A %(kind)s", ""): None}, _of("Een %(kind)s"))) == []


def test_texts_are_found_in_code_in_templates_and_in_refusals(tmp_path: pathlib.Path, monkeypatch) -> None:
    app = tmp_path / "municipal" / "letters"
    (app / "templates").mkdir(parents=True)
    (app / "rules.py").write_text(
        'class LetterLost(DomainError):\n    """The letter is lost."""\n\n    kind = Kind.CONFLICT\n\n'
        'class StampLost(rules.LetterLost):\n    """Its stamp is lost too."""\n\n'
        "a = _('One')\nb = ngettext('%(n)d letter', '%(n)d letters', n)\n"
    )
    (app / "templates" / "letter.html").write_text(
        '{% load i18n %}{% if x %}{% translate "Two" %}{% endif %}'
        "{% blocktranslate %}By {{ who }}{% endblocktranslate %}"
    )
    monkeypatch.setattr(texts, "SERVICES", tmp_path)

    assert set(texts.texts([app])) == {
        ("", "One", ""),
        ("", "%(n)d letter", "%(n)d letters"),
        ("", "The letter is lost", ""),
        ("", "Its stamp is lost too", ""),
        ("", "Two", ""),
        ("", "By %(who)s", ""),
    }
