"""A shared computer keeps no page: after work nothing of a person stands in the files of the browser.

The same scan finds the style sheet, which may be kept: it reads what the browser keeps.
"""

import pytest

import chromium
from browser import story, visitor
from privacy.scanner import found

FIRST_NAME = "Kwikstaartje"
TYPED = "Belde over zijn grootmoeder Filomena."
MAY_BE_KEPT = ".wordmark"


@pytest.fixture
def left_behind(playwright, stack, tmp_path):
    """Work on a case in a browser that keeps its files, leave without logging out, and return all bytes it kept."""
    home = tmp_path / "home"
    with chromium.kept(playwright, stack.ca, home) as context:
        els = visitor.Visitor(stack, context, "nl", "vilvoorde", "els.caseworker")
        els.log_in()
        story.opens_a_case(els, FIRST_NAME)
        els.hands.write(els.words("Quick note"), TYPED)
        assert els.page.get_by_text(FIRST_NAME).first.is_visible()
    return b"\n".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_browser_keeps_the_style_sheet_and_no_word_about_a_person(left_behind):
    assert found(left_behind, [MAY_BE_KEPT]) == {MAY_BE_KEPT}
    assert found(left_behind, [FIRST_NAME, story.LAST_NAME, TYPED]) == set()
