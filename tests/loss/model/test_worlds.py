"""The custody protocol keeps its promises in every order of everything that can happen."""

import functools

import pytest
from tests.loss.model import worlds
from tests.loss.model.search import Result, Search, World

from federation.custody.facts import RECEIVED_STEPS, SENT_STEPS, State

BEFORE_OPENED = (State.OFFERED, State.RECEIVED, State.UNDELIVERABLE)
NEVER_AMONG_HONEST_TOWNS = {
    # R's first word is that a person opened the offer, and what comes before its turn is held back
    *((a, b) for a in BEFORE_OPENED for b in (State.ACCEPTED, State.CLOSED, State.DECLINED, State.KEPT)),
    # RevocationConfirmed for a sender that forgot in a restore that it had asked
    *((a, State.REVOKED) for a in (*BEFORE_OPENED, State.OPENED, State.RELEASED, State.FIRST_CONTACT, State.CLOSED)),
}


@functools.cache
def searched(world: World) -> Result:
    return Search(world).run()


@pytest.mark.parametrize("world", worlds.WORLDS, ids=lambda world: world.name)
def test_every_promise_holds_in_every_state(world: World) -> None:
    result = searched(world)

    assert result.violations == []
    assert result.quiet > 0
    assert result.states > 100


def test_the_worlds_go_every_way_that_honest_towns_can_go() -> None:
    results = [searched(world) for world in worlds.WORLDS]

    sent = set().union(*(result.sent for result in results))
    received = set().union(*(result.received for result in results))

    assert set(SENT_STEPS) - sent == NEVER_AMONG_HONEST_TOWNS
    assert sent <= SENT_STEPS
    assert received == RECEIVED_STEPS


@pytest.mark.parametrize(
    "step",
    [
        "cannot open the dossier for the old key: MessageRefused(kid) [referral 1]",
        "hears MessageRefused(kid), seals the release anew after gate 2 [referral 1]",
        "stores DossierReleased (dossier for the new key), with the receipt [referral 1]",
        "stores DossierReleased (statement alone), with the receipt [referral 1]",
        "stores ReferralAccepted and holds it back behind a gap [referral 1]",
        "applies ReferralAccepted of referral 1, held back till now",
        "the operator retries ReferralOffered of referral 1",
        "a person looks at the consent and so answers referral 1",
    ],
)
def test_what_is_hard_to_meet_is_met(step: str) -> None:
    told = set().union(*(searched(world).told for world in worlds.WORLDS))

    assert step in told
