"""The story of the thread, played by people in two towns: with a mouse, with the keyboard alone, without scripts."""

import pytest

from browser import story
from browser.hands import Keyboard, Mouse
from browser.story import MOLENBEEK, VILVOORDE

PLAYED = [
    ("nl", Mouse, True),
    ("fr", Keyboard, True),
    ("fr", Mouse, False),
]
NAMES = ["in Dutch with a mouse", "in French with the keyboard alone", "in French without scripts"]


@pytest.mark.parametrize(("language", "hands", "scripts"), PLAYED, ids=NAMES)
def test_a_case_moves_from_town_to_town_through_the_pages(sits_down, language, hands, scripts):
    els = sits_down("els.caseworker", "vilvoorde", language=language, scripts=scripts)
    samira = sits_down("els.caseworker", "molenbeek", language=language, scripts=scripts)
    towns = {"sender": VILVOORDE.names[language], "recipient": MOLENBEEK.names[language]}
    for one in (els, samira):
        one.hands = hands(one.page)
        one.log_in()

    story.opens_a_case(els, "Sami")
    story.does_the_work_in_its_order(els)
    referral = story.asks_another_town(els)
    story.stands(els, referral, "%(sender)s is responsible", **towns)
    story.takes_it_over(samira, referral)
    story.stands(els, referral, "%(recipient)s is responsible", **towns)
    story.stands(samira, referral, "%(recipient)s is responsible", **towns)
    story.closes_it(samira, referral)

    story.stands(els, referral, "Closed: %(recipient)s is responsible", **towns)
    story.stands(samira, referral, "Closed: %(recipient)s is responsible", **towns)
