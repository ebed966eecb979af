"""Who reads large text, or colours of his own, reads every kind of page all the same."""

import pytest

import chromium
from browser import looking, visitor
from browser.visitor import DESK

TWICE = "--blink-settings=defaultFontSize=32,minimumFontSize=0"
"""The reader's own size of text, twice the usual one (WCAG 1.4.4)."""
PAGES = {
    "my work": ("els.caseworker", "vilvoorde", "/"),
    "a case": ("els.caseworker", "vilvoorde", "/cases/{case}"),
    "a referral": ("els.caseworker", "molenbeek", "/referrals/{considered}"),
    "a partner table": ("els.caseworker", "vilvoorde", "/tables/{tableMeeting}/items/{item}"),
    "an operator's page": ("olivier.operator", "vilvoorde", "/operator"),
    "what fell silent": ("rania.coordinator", "brussels", "/"),
    "figures": ("hugo.statistics", "belgium", "/"),
}


@pytest.fixture(scope="module")
def large(playwright, stack, tmp_path_factory):
    with chromium.running(playwright, stack.ca, tmp_path_factory.mktemp("large") / "home", TWICE) as running:
        yield running


def opened(browser, stack, made, name):
    user, participant, path = PAGES[name]
    who = visitor.arrives(browser, stack, user, participant)
    who.log_in()
    who.open(path.format(**made.ids))
    return who


@pytest.mark.parametrize("name", PAGES)
def test_text_twice_as_large_needs_no_scrolling_sideways(large, stack, made, name):
    who = opened(large, stack, made, name)

    assert who.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert looking.too_wide(who, DESK) == []
    who.shot(f"large text {name}", DESK)
    who.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_forced_colours_hide_nothing(browser, stack, made, name):
    who = opened(browser, stack, made, name)

    who.page.emulate_media(forced_colors="active")

    who.shot(f"forced colours {name}", DESK)
    unseen = who.page.evaluate(UNSEEN)
    assert unseen == []
    who.context.close()


UNSEEN = """() => [...document.querySelectorAll('.btn:not(.btn-text), .form-control, .form-select, .form-check-input')]
  .filter(one => one.checkVisibility() && getComputedStyle(one).borderTopWidth === '0px')
  .map(one => one.outerHTML.slice(0, 120))"""
"""Controls without an edge: where backgrounds are taken away, nothing says that they can be pressed."""
