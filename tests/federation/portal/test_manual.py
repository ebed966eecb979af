"""The manual within the program: understood as little Markdown as our own files use, and nothing else let through."""

import re

import pytest

from casework import CASEWORKER
from federation.portal import manual

TABLE = (
    '<table class="table-z"><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
    "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
)
EVERYBODY = ["accessibility", "privacy", "reading-log"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\nline", "<p>One line</p>"),
        ("## Two\n\nText", "<h2>Two</h2>\n<p>Text</p>"),
        ("### Three\nText", "<h3>Three</h3>\n<p>Text</p>"),
        ("- a\n- b\n  goes on", "<ul><li>a</li><li>b goes on</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("**much**", "<p><b>much</b></p>"),
        ("[here](/help/privacy)", '<p><a href="/help/privacy">here</a></p>'),
        ("[bad](javascript:alert)", "<p>[bad](javascript:alert)</p>"),
        ('[bad](/"onclick="x)', '<p><a href="/&quot;onclick=&quot;x">bad</a></p>'),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |",
            TABLE,
        ),
    ],
)
def test_a_text_becomes_a_page(text, html):
    assert manual.html(text) == html


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_what_everybody_may_know_is_there_in_every_language_for_strangers_too(page_client, name, language):
    answer = page_client(None, language=language).get(f"/help/{name}")

    assert answer.status_code == 200
    assert "is not there in your language" not in answer.content.decode()
    assert manual.find(name, languages=(language,)).language == language


@pytest.mark.parametrize("name", ["nothing", "..%2Fsettings", "a", "accessibility.nl"])
def test_a_page_that_is_not_there_is_not_found(page_client, name):
    assert page_client(CASEWORKER).get(f"/help/{name}").status_code == 404


def test_the_contents_name_every_page_by_its_role_or_else_by_its_title(page_client):
    text = page_client(None, language="nl").get("/help").content.decode()

    found = re.findall(r'href="/help/([\w-]+)"[^>]*>([^<]+)</a>', text[text.index("<main") : text.index("</main")])
    assert {name for name, _ in found} == manual.names()
    assert dict(found)["table-chair"] == "Voorzitter van een partnertafel"
    titles = {name: manual.find(name, languages=("nl",)).title for name, _ in found}
    assert len(set(titles.values())) == len(titles), "no two pages are called the same"


def test_the_contents_name_the_pages_for_everybody(page_client):
    text = page_client(None).get("/help").content.decode()

    assert all(f'href="/help/{name}"' in text for name in EVERYBODY)
