"""The look: vendored files as they were published, drawings, the custody line in words, addresses of files."""

import hashlib
import pathlib
import re

import pytest
from django.utils import translation

from casework import CASEWORKER
from federation.custody.facts import Kind, State
from federation.portal import custody_line, drawings, static_files

PORTAL = pathlib.Path(drawings.__file__).parent
VENDORED = {
    "bootstrap-5.3.9.min.css": "9caac977a0af0c2229abd397eee3345899c4020da2a1a0b711c1cc543fe3719d",
    "htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
}
ENDED_AT_HOME = {State.REVOKED, State.DECLINED, State.WITHDRAWN, State.KEPT, State.REASSIGNED}


def test_what_others_wrote_is_as_they_published_it_and_has_its_licence():
    folder = PORTAL / "static/portal/vendor"
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}

    assert {name: digest for name, digest in found.items() if name in VENDORED} == VENDORED
    assert set(found) - set(VENDORED) == {"bootstrap.LICENSE.txt", "htmx.LICENSE.txt"}


def test_pages_hold_no_colour_no_style_and_no_code_of_their_own():
    pages = [*PORTAL.parents[1].glob("*/templates/**/*.html"), *PORTAL.parents[1].glob("*/*/templates/**/*.html")]
    wrong = [
        (str(path.relative_to(PORTAL.parents[1])), found[0])
        for path in pages
        for found in re.finditer(
            r"""\sstyle=|<style|<script(?![^>]+src=)|\son(?:click|submit|load|change|input|key\w+|focus|blur|mouse\w+|error)=|javascript:|hx-on|js:|from:(?:closest|find|next|previous)\s|(?<!&)#[0-9a-f]{6}\b""",
            path.read_text(encoding="utf-8"),
        )
    ]

    assert len(pages) > 20
    assert wrong == []


def test_the_address_of_a_file_changes_with_its_content():
    storage = static_files.Named()
    css = hashlib.sha256((PORTAL / "static/portal/zenne.css").read_bytes()).hexdigest()

    assert storage.url("portal/zenne.css") == f"/static/portal/zenne.css?v={css[:12]}"
    with pytest.raises(FileNotFoundError):
        storage.url("portal/nothing.css")


def test_files_are_served_by_the_process_itself_for_ever_and_only_ours(db, page_client):
    served = page_client(None).get("/static/portal/zenne.css")

    served.close()
    assert served.status_code == 200
    assert served["Cache-Control"] == "max-age=315360000, public, immutable"
    assert "Access-Control-Allow-Origin" not in served
    assert page_client(None).get("/static/rest_framework/css/bootstrap.min.css").status_code == 404


def test_a_page_is_kept_by_no_cache(page_client):
    assert page_client(CASEWORKER).get("/help")["Cache-Control"] == "no-store"


def test_every_drawing_that_a_template_asks_for_is_there():
    asked = {
        (tag, name)
        for path in PORTAL.parents[1].glob("**/templates/**/*.html")
        for tag, name in re.findall(r'{% (icon|small_line|reach) "([\w-]+)" %}', path.read_text(encoding="utf-8"))
    }

    assert len(asked) > 8
    for tag, name in asked:
        assert "<svg" in getattr(drawings, tag)(name)
    with pytest.raises(drawings.NoSuchDrawing):
        drawings.icon("nothing")


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
def test_every_state_has_a_line_and_words_that_name_who_answers(state, kind, language):
    with translation.override(language):
        line = custody_line.line(state=state, sender="Vilvoorde", recipient="Molenbeek", kind=kind)

    assert drawings.small_line(line.drawing).startswith("<svg")
    if state is not State.CLOSED:
        assert "Vilvoorde" in line.words or (line.drawing, line.words) == ("moved", "Molenbeek")
    if state in ENDED_AT_HOME:
        assert "Molenbeek" not in line.words


@pytest.mark.parametrize(
    ("kind", "state", "drawing", "words"),
    [
        ("handover", "offered", "offered", "Vilvoorde, nog niet gelezen"),
        ("handover", "accepted", "both", "In overdracht: Vilvoorde en Molenbeek"),
        ("handover", "released", "moved", "Molenbeek"),
        ("handover", "held", "moved", "Molenbeek"),
        ("share", "accepted", "share", "Vilvoorde, met Molenbeek"),
        ("advice", "accepted", "stay", "Vilvoorde"),
        ("handover", "undeliverable", "stuck", "Niet bezorgd, Vilvoorde is verantwoordelijk"),
        ("handover", "handedBack", "back", "Terug bij Vilvoorde"),
    ],
)
def test_what_is_drawn_is_what_is_said(kind, state, drawing, words):
    with translation.override("nl"):
        line = custody_line.line(state=state, sender="Vilvoorde", recipient="Molenbeek", kind=kind)

    assert (line.drawing, line.words) == (drawing, words)
