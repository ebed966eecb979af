"""How long after a town's commit a coordinator of the region finds a referral, through worker, bus, inbox and index."""

import hashlib
import os
import pathlib
import time

import measuring
import waiting
from stories.chapters import BLOCKS, prepared_case
from stories.towns import Town

MOST = 2.0
"""Seconds: the index's refresh interval, and one more for everything else."""
REFERRALS = 20
FOLDER = pathlib.Path(__file__).parents[2] / "schemas" / "graphql" / "regional"
SEARCH = hashlib.sha256((FOLDER / "search.graphql").read_bytes()).hexdigest()


def test_a_referral_is_found_by_the_region_soon_after_it_was_offered(stack, record_property):
    town, region = Town(stack.demo, "schaarbeek"), Town(stack.demo, "brussels")
    load, times = os.getloadavg()[0], []
    for number in range(REFERRALS):
        case = prepared_case(town, f"Sami{chr(97 + number)}")
        town.consent(case, to="molenbeek", purpose="handover", blocks=BLOCKS)
        referral = town.offer(case, to="molenbeek", kind="handover", blocks=BLOCKS)["id"]
        committed = time.perf_counter()
        waiting.until(lambda referral=referral: found(region, referral), "the region finds it", seconds=60, every=0.05)
        times.append(time.perf_counter() - committed)

    slowest = measuring.p95(times)
    told = f"freshness p95 {slowest:.2f} s, load {load:.1f} to {os.getloadavg()[0]:.1f}"
    print(f"\n{told}")
    record_property("measured", told)
    assert slowest <= MOST


def found(region: Town, referral: str) -> bool:
    """Say whether the newest page of a search holds the referral."""
    variables = {"purpose": "followUpOfSilence", "first": 50, "criteria": {"senders": ["schaarbeek"]}}
    after = None
    while True:
        body = {"hash": SEARCH, "variables": variables | ({"after": after} if after else {})}
        answer = region.call("POST", "/graphql", role="regionalCoordinator", body=body)
        page = answer.json()["data"]["referrals"]
        if any(edge["node"]["id"] == referral for edge in page["edges"]):
            return True
        if not page["pageInfo"]["hasNextPage"]:
            return False
        after = page["pageInfo"]["endCursor"]
