"""The chapter of the region: its coordinator finds the question that nobody answers, and sees both sides' clocks."""

import functools
import hashlib
import pathlib

from stories.chapters import Cast, offered
from stories.telling import Teller
from stories.towns import Json, Town

DOCUMENTS = pathlib.Path(__file__).parents[2] / "schemas" / "graphql" / "regional"
PURPOSE = "followUpOfSilence"
COORDINATOR = "regionalCoordinator"


def the_silent_one_is_found(told: Teller, cast: Cast) -> None:
    """Chapter 10: nobody answers; the region sees who was asked and when, and nothing of the person."""
    v, m, region = cast.vilvoorde, cast.molenbeek, cast.vilvoorde.neighbour("brussels")
    told.chapter("10. The coordinator of the region finds the question that nobody answers")
    _, _, referral = offered(cast, "Ilias")
    told.true(
        "Brussels",
        "searches what waits for an answer of Molenbeek",
        "the new question is found among them",
        lambda: referral in _found(region, phases=["waitsForAnswer"], recipients=["molenbeek"]),
    )
    told.true(
        "Brussels",
        "opens its life line",
        "both sides say when it arrived, each by its own clock",
        lambda: {"senderAt", "recipientAt"} <= _clocks(region, referral).get("received", {}).keys(),
    )
    told.true(
        "Brussels",
        "reads the life line",
        "every word of both towns is receipted",
        lambda: {word["side"] for word in _line(region, referral)["statements"]} == {"sender", "recipient"},
    )
    told.true(
        "Brussels", "looks for who it is about", "nothing of it is there", lambda: _names_nobody(region, referral)
    )
    told.true(
        "Vilvoorde",
        "sends its caseworker to the region's search",
        "no other town's token opens it",
        functools.partial(_closed_to, v, region),
    )
    told.act("open", lambda: m.open_offer(referral))
    told.true(
        "Brussels",
        "looks again",
        "somebody in Molenbeek has read it, and Vilvoorde knows",
        lambda: {"senderAt", "recipientAt"} <= _clocks(region, referral).get("opened", {}).keys(),
    )


def _ask(region: Town, document: str, variables: Json) -> Json:
    digest = hashlib.sha256((DOCUMENTS / f"{document}.graphql").read_bytes()).hexdigest()
    answer = region.call("POST", "/graphql", role=COORDINATOR, body={"hash": digest, "variables": variables})
    found: Json = answer.json().get("data") or {}
    return found


def _found(region: Town, **criteria: list[str]) -> list[str]:
    asked = {"criteria": criteria, "purpose": PURPOSE, "first": 50}
    ids: list[str] = []
    while True:
        page = _ask(region, "search", asked).get("referrals")
        if page is None:
            return []
        ids += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return ids
        asked = {**asked, "after": page["pageInfo"]["endCursor"]}


def _line(region: Town, referral: str) -> Json:
    found: Json = _ask(region, "life-line", {"id": referral, "purpose": PURPOSE}).get("lifeLine") or {"statements": []}
    return found


def _clocks(region: Town, referral: str) -> dict[str, Json]:
    marks = _line(region, referral).get("marks", [])
    return {mark["state"]: {name: at for name, at in mark.items() if at is not None} for mark in marks}


def _names_nobody(region: Town, referral: str) -> bool:
    told = str(_line(region, referral))
    return "statements" in told and not any(word in told for word in ("Ilias", "Verzonnen", "school", "from18To25"))


def _closed_to(town: Town, region: Town) -> bool:
    return region.call_as(town, "POST", "/graphql", role="coordinator", body={}).status_code == 401
