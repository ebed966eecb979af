"""The story of the thread through the pages: a case is prepared in Vilvoorde, taken over by Molenbeek, and closed.

Written once, for any language and any pair of hands. What is pressed bears the words that people read.
"""

import pathlib
import re
from collections.abc import Callable

import waiting
from browser.visitor import Visitor
from federation import clock
from federation.contracts import tenant_file
from municipal.people import languages

TENANTS = pathlib.Path(__file__).parents[2] / "infra" / "tenants"
VILVOORDE, MOLENBEEK = (tenant_file.load(TENANTS / f"{name}.yaml") for name in ("vilvoorde", "molenbeek"))
GROUND = "caseConsultation"
GOAL = "Ik wil mijn school afmaken en terug gaan voetballen."
KEPT_AT_HOME = "Belde zelf; wil dit alleen met Els bespreken."
LAST_NAME = "Verzonnen"
AGREED = ("identity", "situationPicture", "goals", "ways")


def opens_a_case(els: Visitor, first_name: str) -> str:
    """Will open a case from the list of one's work, and return its address."""
    words, hands = els.words, els.hands
    hands.press("link", words("New case"))
    hands.write(words("First name"), first_name)
    hands.write(words("Last name"), LAST_NAME)
    hands.write(words("Birth date"), "12/04/2005")
    hands.choose(words("Language to speak with the person"), languages.name("nl", reader=els.language))
    hands.choose(words("Stay"), words.code("stay-kind", "move"))
    hands.press("button", words("Open the case"))
    return path_of(els)


def does_the_work_in_its_order(els: Visitor) -> None:
    """Will write a side of the picture, a goal, a way, and a note that stays at home."""
    words, hands = els.words, els.hands
    hands.press("link", words("Picture, goals, ways"))
    hands.press("link", words("Add a side"))
    hands.choose(words("About"), words.code("life-domain", "family"))
    hands.write(words("How it is now"), "Het gezin verhuist naar de Graafstraat.")
    hands.press("button", words("Save"))
    hands.press("link", words("Add a goal"))
    hands.write(words("The goal, as the person says it"), GOAL)
    hands.write(words("How you will both see progress"), "Twee trainingen per week.")
    hands.press("button", words("Save"))
    hands.press("link", words.begins("Add a way"))
    hands.write(words("What will be done"), "Samen naar de nieuwe club")
    hands.write(words("Who does it"), "Els")
    hands.write(words("Until when"), "31/03/2027")
    hands.press("button", words("Save"))
    hands.press("link", words("Timeline"))
    hands.write(words("Quick note"), KEPT_AT_HOME)
    hands.press("button", words("Save"))
    assert els.page.get_by_text(KEPT_AT_HOME).is_visible()


def asks_another_town(els: Visitor) -> str:
    """Will go through the six steps from the page of a case, and send; return the address of the referral."""
    els.hands.press("link", els.words("Overview"))
    answers_the_steps(els)
    assert sees_nobody(els)
    sends_it(els)
    return path_of(els)


def sends_it(els: Visitor) -> None:
    """Will send what was checked."""
    els.hands.press("button", els.words("Send to %(town)s", town=MOLENBEEK.names[els.language]))


def answers_the_steps(els: Visitor) -> None:
    """Will answer five steps, with the person's consent on the way where there is none yet."""
    words, hands = els.words, els.hands
    town, team = (one.names[els.language] for one in (MOLENBEEK, MOLENBEEK.teams[0]))
    ground = VILVOORDE.grounds_on(clock.today_in_brussels(clock.now()))[GROUND]
    hands.press("link", words("Refer"))
    hands.pick(words.code("referral-kind", "handover"))
    hands.tick(words.code("need", "school"))
    hands.press("button", words("Keep and go on"))
    hands.pick(words.begins("%(town)s: %(team)s", town=town, team=team))
    hands.press("button", words("Keep and go on"))
    if els.page.get_by_role("button", name=words("Record the consent")).count():
        agrees(els)
    hands.pick(re.compile(f"^{re.escape(ground.labels[els.language])}"))
    hands.press("button", words("Keep and go on"))
    assert sees_nobody(els)
    hands.press("button", words("Keep and go on"))
    hands.press("button", words("Keep and go on"))


def agrees(els: Visitor) -> None:
    """Will write down to what the person agreed: everything but the notes."""
    words, hands = els.words, els.hands
    for block in AGREED:
        hands.tick(words.code("block", block))
    hands.pick(words.code("consent-how", "written"))
    hands.press("button", words("Record the consent"))


def sees_nobody(els: Visitor) -> bool:
    """Return whether the preview of what the other town sees names nobody."""
    title = els.words("This is what %(town)s sees", town=MOLENBEEK.names[els.language])
    preview = els.page.get_by_role("region", name=title)
    text = preview.inner_text()
    return bool(text) and LAST_NAME not in text and GOAL not in text


def takes_it_over(samira: Visitor, referral: str) -> None:
    """Will find the question in the inbox, read it, accept, and read the file that comes along."""
    words, hands = samira.words, samira.hands
    samira.open("/referrals/inbox")
    offers = samira.page.get_by_role("listitem")
    offer = offers.filter(has=samira.page.locator(f"a[href='{referral}']"))
    comes(samira, lambda: offer.count() > 0, "the question is in the inbox")
    assert LAST_NAME not in samira.page.content(), "an offer names nobody"
    hands.press("button", words("Read and consider"), within=offer)
    if path_of(samira) != referral:
        samira.open(referral)
    assert LAST_NAME not in samira.page.content()
    hands.press("button", words("Accept"))
    file = samira.page.get_by_role("link", name=words("Read the file that came along"))
    comes(samira, lambda: file.count() > 0, "the file has come")
    hands.press("link", words("Read the file that came along"))
    content = samira.page.get_by_role("main").inner_text()
    assert GOAL in content
    assert LAST_NAME in content
    assert KEPT_AT_HOME not in content, "only that to which the person agreed came along"


def closes_it(samira: Visitor, referral: str) -> None:
    """Will report the first contact, and close with an outcome."""
    words, hands = samira.words, samira.hands
    samira.open(referral)
    hands.press("link", words("Report a step"))
    hands.press("button", words("Report"))
    hands.press("link", words("Close with an outcome"))
    hands.pick(words.code("outcome", "supportBegan"))
    hands.press("button", words("Close"))


def stands(who: Visitor, referral: str, sentence: str, **towns: str) -> None:
    """Will look at the tracker until its heading says `sentence`."""
    who.open(referral)
    heading = who.page.get_by_role("heading", level=1, name=who.words(sentence, **towns))
    comes(who, lambda: heading.count() > 0, sentence)


def comes(who: Visitor, condition: Callable[[], bool], what: str) -> None:
    """Will open the page again and again until `condition` holds, as somebody who waits for it does."""

    def holds() -> bool:
        who.page.reload()
        return condition()

    if not condition():
        waiting.until(holds, what, every=0.5)


def path_of(who: Visitor) -> str:
    """Return the path of the page that somebody has before him."""
    return who.page.url.removeprefix(who.address("")).partition("#")[0]
