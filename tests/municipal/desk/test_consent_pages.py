"""A consent that ends soon: asked for again, and renewed from its end on."""

import datetime
import html

import casework
from casework import CASEWORKER, give_consent
from federation import clock
from federation.portal import dates

DAY = datetime.timedelta(days=1)


def written(answer):
    return html.unescape(answer.content.decode())


def test_a_consent_that_ends_soon_is_asked_for_again_and_the_new_one_follows_it(db, page_client):
    now = clock.now()
    today = clock.today_in_brussels(now)
    case, client = casework.open_case(at=now), page_client(CASEWORKER)
    give_consent(case, given_on=today, valid_until=today + 10 * DAY, at=now)
    assert "Ask again" in written(client.get("/"))
    given = {
        "recipient": "molenbeek", "purpose": "handover", "blocks": ["identity"], "giver": "person", "how": "spoken",
        "language": "nl", "given_on": f"{today:%d/%m/%Y}", "valid_until": f"{today + 100 * DAY:%d/%m/%Y}",
    }  # fmt: skip

    answer = client.post(f"/cases/{case}/consent/new", given, follow=True)

    assert "It follows the one that stands until then." in written(answer)
    assert f"from {dates.day(today + 10 * DAY)} until {dates.day(today + 100 * DAY)}" in written(answer)
    assert "Ask again" not in written(client.get("/"))
    shown = written(client.get(f"/cases/{case}/consent"))
    assert shown.count('name="consent"') == 2
    assert "Ended on" not in shown
