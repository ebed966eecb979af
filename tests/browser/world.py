"""What the pages are opened with: cases and referrals in every state that a page speaks of, made by the public APIs.

Everything is invented. The names are those that no title and no address may hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import waiting
from stack import Stack
from stories import chapters
from stories.towns import CASEWORK, Town

NAMES = ("Verzonnen", "Bilal", "Noor", "Idris", "Ayoub")


@dataclass(frozen=True)
class World:
    """The towns, and the ids of what they hold, by the names that `visits` uses."""

    vilvoorde: Town
    molenbeek: Town
    ids: Mapping[str, str]


def make(stack: Stack) -> World:
    """Will make the world; it is left behind as it is."""
    v, m = Town(stack.demo, "vilvoorde"), Town(stack.demo, "molenbeek")
    case, consent, ids = *_prepared(v, "Bilal"), {}
    ids |= {"case": case, "consent": consent} | _entries(v, case)
    ids |= {"waiting": _offered(v, "Noor")[1], "considered": _offered(v, "Idris")[1]}
    ids["handedOver"], ids["moved"] = _offered(v, "Ayoub")
    ids["advice"] = str(v.offer(case, to="molenbeek", kind="advice", blocks=[])["id"])
    for name in ("waiting", "considered", "moved", "advice"):
        waiting.until(lambda: m.state(ids[name]) == "received", "the question has arrived")  # noqa: B023 -- called at once
    for name in ("considered", "moved", "advice"):
        m.open_offer(ids[name])
    m.decide(ids["moved"], "accepted")
    waiting.until(lambda: m.state(ids["moved"]) == "held", "the file has come")
    ids["movedThere"] = str((m.referral(ids["moved"]) or {})["caseId"])
    return World(v, m, ids)


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
