"""Pages that no address leads to: what a search found, a form that was refused, a life line that was opened."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from browser import looking
from browser.visitor import Visitor


@dataclass(frozen=True)
class Press:
    """Somebody opens a page and presses."""

    user: str
    participant: str
    path: str
    act: Callable[[Visitor], None]
    shows: str
    """A text of the page that comes, as English says it; it starts there, or stands whole."""


def presses(name: str) -> Callable[[Visitor], None]:
    """Return the act of pressing one button."""
    return lambda who: who.hands.press("button", who.words(name))


def looks_for(words: str) -> Callable[[Visitor], None]:
    """Return the act of looking for a case."""

    def act(who: Visitor) -> None:
        who.hands.write(who.words("Search"), words)
        who.hands.press("button", who.words("Search"))

    return act


PRESSES = {
    "an empty new case": Press(
        "els.caseworker", "vilvoorde", "/cases/new", presses("Open the case"), "This is not saved yet"
    ),
    "cases found": Press("els.caseworker", "vilvoorde", "/cases", looks_for("Bilal"), "All cases"),
    "no case found": Press("els.caseworker", "vilvoorde", "/cases", looks_for("Qqqq"), "Nothing found"),
    "a life line": Press(
        "rania.coordinator",
        "brussels",
        "/referrals/{waiting}",
        presses("Open the life line"),
        "The clocks of both sides",
    ),
    "referrals found": Press("rania.coordinator", "brussels", "/search", presses("Search"), "Clear"),
}


@pytest.mark.parametrize("language", ["nl", "fr"])
@pytest.mark.parametrize("name", PRESSES)
def test_what_comes_of_a_press_can_be_read_by_everybody(sits_down, made, name, language):
    press = PRESSES[name]
    who = sits_down(press.user, press.participant, language=language)
    who.log_in()
    who.open(press.path.format(**made.ids))

    press.act(who)

    assert who.page.get_by_text(who.words(press.shows)).first.is_visible()
    wrong = looking.around(who, f"{press.participant} {name}", language, axe=True)
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
