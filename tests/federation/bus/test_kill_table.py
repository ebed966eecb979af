"""The kill table: the process dies at every single point of receiving, applying and answering, and nothing is lost.

Every statement, both sides of every commit and of every publication is a point (F2, F3, F6, F7, F10).
"""

import collections
import uuid

from bus_world import World, count, query
from crashing import Death, DyingPublisher, dying
from federation import seals
from federation.bus import consumer, relay, topics
from federation.contracts.messages import Message, MessageReceived

PEER_INBOX = topics.inbox_of("molenbeek")


def _work(world: World, death: Death) -> None:
    while consumer.store_next(world.reader, world.at):
        pass
    while consumer.apply_one(world.at):
        pass
    relay.send_due(DyingPublisher(world.publisher, death), world.at)


def _one_life(world: World, at: int | None) -> Death:
    """Let an offer come in while the process dies at point `at`; start it again; return where it died."""
    before = len(world.bus.records(PEER_INBOX))
    referral_id, jws = world.offers()
    with dying(at) as death:
        _work(world, death)
    with dying() as again:
        _work(world, again)
        world.later(minutes=5)
        _work(world, again)
    heard = world.heard(since=before)
    _nothing_is_lost_or_doubled(world, referral_id, seals.digest(jws), heard)
    ((answer,),) = query(
        "SELECT digest FROM outbox_message WHERE type = 'ReferralOpened' AND referral_id = %s", referral_id
    )
    world.says(MessageReceived(answer))
    world.work()
    return death


def _nothing_is_lost_or_doubled(world: World, referral_id: uuid.UUID, digest: str, heard: list[Message]) -> None:
    """One effect, one answer of ours, one receipt; each of the latter two as often as it takes."""
    assert world.effects(referral_id=referral_id, what="handler") == ["handler ReferralOffered"]
    assert query("SELECT outcome FROM inbox_attempt WHERE referral_id = %s", referral_id) == [("applied",)]
    assert query("SELECT applied_seq, sent_seq FROM conversation WHERE referral_id = %s", referral_id) == [(1, 1)]
    assert query("SELECT count(*) FROM outbox_message WHERE answers = %s", digest) == [(1,)]
    assert {message.referral_id for message in heard if message.type == "ReferralOpened"} == {referral_id}
    assert {message.seq for message in heard if message.type == "ReferralOpened"} == {1}
    assert {message.body for message in heard if message.type == "MessageReceived"} == {MessageReceived(digest)}


def test_the_process_may_die_at_every_point(committed_world: World) -> None:
    world = committed_world
    world.settings.BUS_HANDLERS = {"ReferralOffered": "bus_world.on_message_with_answer"}
    _one_life(world, None)
    whole = _one_life(world, None)

    deaths = [_one_life(world, at) for at in range(1, len(whole.points) + 1)]

    struck = collections.Counter(death.points[-1] for death in deaths)
    assert [death.came for death in deaths] == [True] * len(whole.points)
    assert (struck["before commit"], struck["after commit"]) == (6, 6)
    assert (struck["before publish"], struck["after publish"]) == (2, 2)
    assert len(deaths) > 40
    assert (count("inbox_work"), count("bus_alarm")) == (0, 0)
