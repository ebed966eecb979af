"""Every address of every level's resolver, opened by somebody who may: at a desk, on a phone, in two languages."""

import pytest

import addresses
from browser import looking, story, visitor, visits


@pytest.fixture(scope="module")
def seats(browser, stack):
    """Give a function that returns somebody who is logged in; he stays for the next visit."""
    seated = {}

    def seat(user, participant, language):
        key = (user, participant, language)
        if key not in seated:
            seated[key] = visitor.arrives(browser, stack, user, participant, language=language)
            seated[key].log_in()
        return seated[key]

    yield seat
    for one in seated.values():
        one.context.close()


@pytest.fixture
def _wizard_filled(seats, made):
    """Answer the steps of the wizard for the prepared case, so that each of its steps can be looked at."""
    els = seats("els.caseworker", "vilvoorde", "nl")
    els.open(f"/cases/{made.ids['case']}")
    story.answers_the_steps(els)


@pytest.mark.usefixtures("_wizard_filled")
@pytest.mark.parametrize("level", addresses.LEVELS)
def test_every_page_can_be_read_by_everybody(seats, made, level):
    listed = addresses.of_level(level)
    found = list(visits.of(level, listed, made.ids))
    wrong = []

    for visit in found:
        for language in ("nl", "fr"):
            who = seats(visit.user, visit.participant, language)
            seen = looking.at(who, visit, axe=language == "nl")
            wrong += [f"{visit.name} in {language}: {one}" for one in seen]
    opened = {one.address.route for one in found}
    forgotten = [one.route for one in listed if one.route not in opened and not visits.why_not(one)]

    print(f"\n{level}: {len(listed)} addresses, {len(opened)} of them pages, opened in {len(found)} visits")
    assert forgotten == []
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
