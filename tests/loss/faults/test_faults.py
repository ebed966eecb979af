"""Processes are killed and the broker is wiped while cases are on their way: none is lost, none comes twice."""

import concurrent.futures
import dataclasses

import pytest

import waiting
from handovers import Handovers, count, parked, unreceipted

SENT = ["offered", "opened", "released"]
"""`received` may be skipped: R's next word can overtake its receipt."""
RECEIVED = ["received", "opened", "accepted", "held"]
MANY = 50


def hit(stack, fault) -> int:
    """Will wait until messages are in flight, make the fault, and return how many it hit."""
    hits = waiting.until(lambda: unreceipted(stack), "messages are in flight", seconds=120, every=0.02)
    fault()
    return hits


def report(capsys, what, told) -> None:
    with capsys.disabled():
        print(f"\n  {what}: " + ", ".join(f"{name} {value}" for name, value in dataclasses.asdict(told).items()))


def all_right(told, handovers, stack) -> None:
    told.parked = parked(stack) - handovers.parked_before
    assert dataclasses.replace(told, hits=0) == type(told)()
    assert told.hits > 0


def test_offers_wait_for_a_town_that_is_down(whole_stack, capsys) -> None:
    handovers = Handovers(whole_stack)
    whole_stack.stop("molenbeek-worker")
    whole_stack.stop("molenbeek-web")

    with concurrent.futures.ThreadPoolExecutor(6) as callers:
        offers = list(callers.map(handovers.offer, range(MANY)))
    # the region has word of each offer as well, and is not down
    hits = unreceipted(whole_stack, "ReferralOffered")
    whole_stack.start("molenbeek-web")
    whole_stack.start("molenbeek-worker")
    for offer in offers:
        waiting.until(
            lambda one=offer: handovers.recipient.state(one.referral) == "received", "the offer is there", seconds=120
        )
    whole_stack.wait_quiet()

    told = count(whole_stack, offers, sent=["offered", "received"], received=["received"], moved=False)
    told.hits = hits
    report(capsys, f"{MANY} offers to a town that was down", told)
    assert hits == MANY
    all_right(told, handovers, whole_stack)


def test_every_process_is_killed_while_cases_are_on_their_way(whole_stack, capsys) -> None:
    handovers = Handovers(whole_stack)
    victims = ["vilvoorde-worker", "molenbeek-worker", "vilvoorde-web", "molenbeek-web", "kafka", "postgres"]
    hits = 0

    with handovers.under_way(MANY) as done:
        for victim in victims:
            hits += hit(whole_stack, lambda one=victim: whole_stack.kill(one))
            whole_stack.wait_ready(victim)
    whole_stack.wait_quiet()

    told = count(whole_stack, done, sent=SENT, received=RECEIVED)
    told.hits = hits
    report(capsys, f"{MANY} handovers, {len(victims)} kinds of process killed", told)
    assert len(done) == MANY
    all_right(told, handovers, whole_stack)


@pytest.mark.parametrize("when", ["while it serves", "while it is down"])
def test_the_broker_forgets_everything_in_mid_flight(whole_stack, capsys, when) -> None:
    handovers = Handovers(whole_stack)
    number = 15

    with handovers.under_way(number) as done:
        if when == "while it is down":
            hits = hit(whole_stack, whole_stack.stop_and_wipe_broker)
            whole_stack.wipe_broker()
        else:
            hits = hit(whole_stack, whole_stack.wipe_broker)
    whole_stack.wait_quiet()

    told = count(whole_stack, done, sent=SENT, received=RECEIVED)
    told.hits = hits
    report(capsys, f"{number} handovers, the broker's data deleted {when}", told)
    assert len(done) == number
    all_right(told, handovers, whole_stack)
