"""What five daily tasks cost: clicks, counted exactly, and the seconds that the program takes for its part.

A click is whatever the hand does with the mouse: into a field, on a button, two for a list that opens. Writing is none.
"""

import re
import time

import pytest

from browser import story
from browser.hands import Mouse
from browser.story import VILVOORDE


@pytest.fixture
def sits_down_at(sits_down):
    """Give a function that seats somebody who is logged in, with a counter that stands at nothing."""

    def seat(user, participant, path):
        who = sits_down(user, participant)
        who.log_in()
        who.open(path)
        who.hands = Mouse(who.page)
        return who

    return seat


def cost(capsys, task, who, began):
    with capsys.disabled():
        print(f"\n| {task} | {who.hands.clicks} | {time.monotonic() - began:.1f} |", end="")
    return who.hands.clicks


def test_noting_a_home_visit_costs_three_clicks(sits_down_at, made, capsys):
    els = sits_down_at("els.caseworker", "vilvoorde", f"/cases/{made.ids['case']}")
    began = time.monotonic()

    els.hands.write(els.words("Quick note"), "Thuis geweest; de broer kookte mee.")
    els.hands.choose(els.words("Kind of contact"), els.words.code("contact-kind", "homeVisit"))
    els.hands.press("button", els.words("Save"))

    assert els.page.get_by_text(els.words("Your note is saved.")).is_visible()
    assert cost(capsys, "note a home visit", els, began) <= 3


def test_ticking_an_agreement_costs_one_click(sits_down_at, made, capsys):
    els = sits_down_at("els.caseworker", "vilvoorde", "/")
    began = time.monotonic()

    els.hands.press("button", re.compile(made.ids["ticked"]))

    assert els.page.get_by_text(els.words.begins("Marked as done.")).is_visible()
    assert cost(capsys, "tick an agreement", els, began) == 1


def test_offering_a_prepared_case_costs_twelve_clicks_at_most(sits_down_at, made, capsys):
    els = sits_down_at("els.caseworker", "vilvoorde", f"/cases/{made.ids['offerable']}")
    began = time.monotonic()

    story.answers_the_steps(els)
    story.sends_it(els)

    heading = els.words("%(sender)s is responsible", sender=VILVOORDE.names["nl"])
    assert els.page.get_by_role("heading", level=1, name=heading).is_visible()
    assert cost(capsys, "offer a prepared case", els, began) <= 12


def test_answering_an_offer_costs_four_clicks_at_most(sits_down_at, made, capsys):
    samira = sits_down_at("els.caseworker", "molenbeek", "/")
    row = samira.page.get_by_role("listitem").filter(
        has=samira.page.locator(f"a[href='/referrals/{made.ids['answerable']}']")
    )
    began = time.monotonic()

    offer = samira.words.begins("Answer the offer of %(name)s", name=VILVOORDE.names["nl"])
    samira.hands.press("link", offer, within=row)
    samira.hands.press("button", samira.words("Read and consider"))
    samira.hands.press("button", samira.words("Accept"))

    said = "Accepted. The other municipality is told, and releases the file by itself."
    assert samira.page.get_by_text(samira.words(said)).is_visible()
    assert cost(capsys, "answer an offer", samira, began) <= 4


def test_finding_the_oldest_silence_costs_one_click(sits_down_at, made, capsys):
    rania = sits_down_at("rania.coordinator", "brussels", "/")
    oldest = rania.page.get_by_role("main").get_by_role("listitem").first
    story.comes(rania, lambda: oldest.count() > 0, "the region has heard of a referral")
    began = time.monotonic()

    rania.hands.press("button", re.compile("."), within=oldest)

    heading = rania.words.begins("Life line of %(reference)s", reference="")
    assert rania.page.get_by_role("heading", level=1, name=heading).is_visible()
    assert cost(capsys, "find the oldest silence", rania, began) == 1
