"""What the pages are opened with: cases, referrals and a partner table, made through the public doors.

Everything is invented. The names are those that no title and no address may hold.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import forging
import waiting
from federation import clock
from federation.contracts import messages
from page_reader import Reader
from stack import Stack
from stories import chapters
from stories.towns import CASEWORK, Town

NAMES = ("Verzonnen", "Bilal", "Noor", "Idris", "Ayoub")
UUID = r"[0-9a-f-]{36}"
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class World:
    """The towns, and the ids of what they hold, by the names that `visits` uses."""

    vilvoorde: Town
    molenbeek: Town
    ids: Mapping[str, str]


def make(stack: Stack) -> World:
    """Will make the world; it is left behind as it is."""
    v, m = Town(stack.demo, "vilvoorde"), Town(stack.demo, "molenbeek")
    case, consent = _prepared(v, "Bilal")
    ids = {"case": case, "consentGiven": consent, **_entries(v, case), **_table(stack, v, case)}
    ids |= {"offerable": _prepared(v, "Noor")[0], "answerable": _offered(v, "Idris")[1]}
    ids |= {"waiting": _offered(v, "Noor")[1], "considered": _offered(v, "Idris")[1]}
    ids["handedOver"], ids["moved"] = _offered(v, "Ayoub")
    ids["advice"] = str(v.offer(case, to="molenbeek", kind="advice", blocks=[])["id"])
    for name in ("answerable", "waiting", "considered", "moved", "advice"):
        waiting.until(lambda: m.state(ids[name]) == "received", "the question has arrived")  # noqa: B023 -- called at once
    for name in ("considered", "moved", "advice"):
        m.open_offer(ids[name])
    m.decide(ids["moved"], "accepted")
    waiting.until(lambda: m.state(ids["moved"]) == "held", "the file has come")
    ids["parked"] = _parked(stack)
    return World(v, m, ids)


def _parked(stack: Stack) -> str:
    """Let a statement come to Molenbeek that no rule allows there; return its number, once it waits for a person."""
    body = messages.DossierReleased(custody="stays", dossier_digest="sha256:" + "0" * 64)
    event = forging.publish(stack, forging.signed(stack, "vilvoorde", type="DossierReleased", body=body))
    waiting.until(lambda: forging.fate(stack, event), "the message is refused, and waits for a person")
    with stack.database("molenbeek") as connection:
        row = connection.execute("SELECT id FROM inbox_message WHERE event_id = %s", [event]).fetchone()
    return str(row[0])


def _prepared(town: Town, first_name: str) -> tuple[str, str]:
    case = chapters.prepared_case(town, first_name)
    consent = town.consent(case, to="molenbeek", purpose="handover", blocks=chapters.BLOCKS)
    return case, str(consent["id"])


def _offered(town: Town, first_name: str) -> tuple[str, str]:
    case, _ = _prepared(town, first_name)
    return case, str(town.offer(case, to="molenbeek", kind="handover", blocks=chapters.BLOCKS)["id"])


def _entries(town: Town, case: str) -> dict[str, str]:
    note: dict[str, Any] = {"contactKind": "homeVisit", "text": "Thuis geweest; de broer kookte mee."}
    town.write(case, "contactNotes", note)
    found = town.get(f"{CASEWORK}/cases/{case}/entries")["items"]
    return {one["block"]: str(one["id"]) for one in found}


def _table(stack: Stack, town: Town, case: str) -> dict[str, str]:
    """Hold a partner table about the case, with an agreement to do and one that is done, through its pages' forms."""
    password = next(one for one in stack.demo["participants"] if one["id"] == town.id)["users"]
    with Reader(stack.url(town.id), stack.ca) as els:
        els.log_in("els.caseworker", next(one["password"] for one in password if one["name"] == "els.caseworker"))
        meeting = _meeting(els)
        path = f"/tables/{meeting}"
        els.send(els.form(to=f"{path}/seats"), name="Els W.", organisation="municipality", me="on")
        reference = str(town.get(f"{CASEWORK}/cases/{case}")["reference"])
        question = "Hoe vindt hij weer een club?"
        els.send(els.form(to=f"{path}/items"), reference=reference, question=question)
        item = _found(els, rf"{path}/items/({UUID})")
        seat = _found(els, rf"{path}/seats/({UUID})/")
        ticked = f"belt club {item[:8]}"
        for what in ("gaat mee naar de intake", "vraagt het attest", ticked):
            els.open(f"{path}/items/{item}")
            day = f"{clock.today_in_brussels(clock.now()) + DAY:%d/%m/%Y}"
            els.send(els.form(to=f"{path}/items/{item}"), who=seat, what=what, due_on=day, tells="person")
        to_do, done = list(dict.fromkeys(re.findall(rf"/agreements/({UUID})/done", els.page.text)))[:2]
        els.send(els.form(to=f"/agreements/{done}/done"))
    return {
        "tableMeeting": meeting,
        "item": item,
        "seat": seat,
        "agreement": to_do,
        "agreementDone": done,
        "ticked": ticked,
    }


def _meeting(els: Reader) -> str:
    """Return a meeting on the first day on which the table does not meet yet."""
    for days in range(1, 90):
        els.open("/tables")
        day = clock.today_in_brussels(clock.now()) + days * DAY
        els.send(els.form(to="/tables"), table="adults", held_on=f"{day:%d/%m/%Y}", begins_at="14:00")
        made = re.search(rf"/tables/({UUID})$", str(els.page.url))
        if made:
            return made[1]
    message = "the table meets every day"
    raise AssertionError(message)


def _found(els: Reader, pattern: str) -> str:
    found = re.search(pattern, els.page.text)
    assert found is not None, f"no {pattern} on {els.page.url}"
    return found[1]
