"""The chapter of the partner table: two cases on one agenda, three agreements, and one of them ticked."""

import datetime
import re

import httpx

from federation import clock
from page_reader import Reader
from stories.chapters import Cast, prepared_case
from stories.telling import StoryFalse, Teller
from stories.towns import CASEWORK, Town

SEATS = (("Sofie L.", "municipality"), ("Karen M.", "pupilGuidance"), ("Ines D.", "youthService"))
ITEM = re.compile(r'href="(/tables/[0-9a-f-]+/items/[0-9a-f-]+)"')
SEAT = re.compile(r'<option value="([0-9a-f-]{36})">([^<(]+) \(')
FURTHEST = 60
"""Days to look ahead for a day on which the table does not meet yet."""


def a_partner_table(told: Teller, cast: Cast) -> None:
    """Chapter 11: partners agree who does what by when, and tells whom."""
    v = cast.vilvoorde
    told.chapter("11. Partners meet in Vilvoorde, and agree who does what")
    meeting = held(v)
    first = meeting["discussed"]
    told.true("Vilvoorde", "reads the agreements of the case", "two were made", lambda: len(agreed(v, first)) == 2)
    agreement = f"{CASEWORK}/agreements/{agreed(v, first)[0]['id']}"
    told.act("tick", lambda: v.post(f"{agreement}/progress", {"state": "done"}, role="coordinator"))
    told.true(
        "Vilvoorde",
        "ticks one of them",
        "the other one is still to do",
        lambda: sorted(one["state"] for one in agreed(v, first)) == ["done", "open"],
    )


def agreed(town: Town, case: str) -> list[dict[str, str]]:
    """Return what was agreed about a case."""
    return list(town.get(f"{CASEWORK}/cases/{case}/agreements", role="coordinator")["items"])


def held(town: Town) -> dict[str, str]:
    """Will hold a meeting of the table for adults about two new cases; return the ids of what came of it."""
    cases = [prepared_case(town, name) for name in ("Yara", "Milan")]
    with town.reader("coordinator") as sofie:
        meeting, day = _planned(sofie)
        for name, organisation in SEATS:
            me = {"me": "on"} if organisation == "municipality" else {}
            sofie.send(sofie.form(to="/seats"), name=name, organisation=organisation, **me)
        for case in cases:
            reference = str(town.get(f"{CASEWORK}/cases/{case}", role="coordinator")["reference"])
            sofie.send(sofie.form(to="/items"), reference=reference, question="Wie gaat er mee naar de club?")
        points = list(dict.fromkeys(ITEM.findall(sofie.page.text)))
        seats = _agree(sofie, points, day)
    return {
        "discussed": cases[0],
        "meeting": meeting.rsplit("/", 1)[1],
        "item": points[0].rsplit("/", 1)[1],
        "seat": seats["Karen M."],
        "agreement": agreed(town, cases[1])[0]["id"],
    }


def _planned(sofie: Reader) -> tuple[str, datetime.date]:
    """Return the address of a new meeting on the first day that is free, and the day."""
    today = clock.today_in_brussels(clock.now())
    sofie.open("/tables")
    for ahead in range(1, FURTHEST):
        day = today + datetime.timedelta(days=ahead)
        answer = sofie.send(sofie.form(to="/tables"), table="adults", held_on=f"{day:%d/%m/%Y}", begins_at="14:00")
        if answer.status_code == httpx.codes.OK:
            return answer.url.path, day
    message = "It is not true that the table has a free day"
    raise StoryFalse(message)


def _agree(sofie: Reader, points: list[str], day: datetime.date) -> dict[str, str]:
    """Will say three agreements in one sentence each; return the seats by name."""
    seats = {name.strip(): key for key, name in SEAT.findall(sofie.open(points[0]).text)}
    for point, who, what, tells in (
        (points[0], "Karen M.", "vraagt het nieuwe nummer aan tante Els", seats["Sofie L."]),
        (points[0], "Ines D.", "houdt een plaats vrij in de vakantiewerking", "person"),
        (points[1], "Sofie L.", "belt de club", seats["Ines D."]),
    ):
        sofie.open(point)
        sofie.send(sofie.form(to=point), who=seats[who], what=what, due_on=f"{day:%d/%m/%Y}", tells=tells)
    return seats
