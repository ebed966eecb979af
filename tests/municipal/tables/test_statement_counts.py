"""What each page of partner tables costs the database, exactly; and that none costs more for being longer."""

import pytest
from django.urls import reverse

import casework
from casework import CASEWORKER, COORDINATOR, hand_over, link
from federation import clock
from municipal.tables import actions
from partner_tables import DAY, agree, meet, put, seat


@pytest.fixture(params=[1, 9])
def town(db, request):
    """A town with meetings, cases, brothers, agreements, and cases handed over: one of each, or nine."""
    at = clock.now()
    today = clock.today_in_brussels(at)
    first, here = meet(held_on=today - 28 * DAY, at=at), meet(held_on=today, at=at)
    seats = {}
    for meeting in (first, here):
        seats[meeting] = [seat(meeting, f"Karen {number}") for number in range(request.param)]
        seat(meeting, "Els", "municipality", me=True)
    made, item = None, None
    for number in range(request.param):
        meet(held_on=today + (number + 1) * DAY, at=at)
        case, brother, gone = (casework.open_case() for _ in range(3))
        link(case, brother)
        for one in (case, gone):
            agree(put(first, one), due_on=today + DAY, who=seats[first][0], at=at)
        item = put(here, case)
        put(here, brother)
        made = agree(item, due_on=today + DAY, who=seats[here][0], at=at)
        hand_over(gone, at=at)
    return {"meeting": here, "item": item, "agreement": made.id, "seat": seats[here][0]}


@pytest.mark.parametrize(
    ("name", "address", "parts"),
    [
        ("tablesPage", "tables", ()),
        ("meetingPage", "table-meeting", ("meeting",)),
        ("pointPage", "table-item", ("meeting", "item")),
        ("minutesPage", "table-minutes", ("meeting",)),
        ("minutesCopyPage", "table-minutes-of", ("meeting", "seat")),
    ],
)
def test_a_page_of_any_length(page_client, counted, town, name, address, parts):  # noqa: PLR0917 -- the columns
    browser = page_client(COORDINATOR)

    with counted(name):
        answer = browser.get(reverse(address, args=[town[part] for part in parts]))

    assert answer.status_code == 200


def test_ticking_an_agreement(counted, town):
    with counted("tickAgreement"):
        actions.tick_agreement(agreement_id=town["agreement"], by=CASEWORKER, at=clock.now())
