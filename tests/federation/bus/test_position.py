"""The broker is no source of truth: its topics come anew, lose their start or their end, and nothing is lost."""

import uuid

import pytest

from bus_world import OWN, OWN_INBOX, World, count, query
from federation.bus import consumer, topics
from federation.contracts.messages import ReferralOpened


def _say(world: World) -> uuid.UUID:
    referral_id = uuid.uuid4()
    world.says(ReferralOpened(), referral_id=referral_id, seq=1)
    return referral_id


def _alarms() -> list[str]:
    return [row[0] for row in query("SELECT kind FROM bus_alarm ORDER BY id")]


def test_a_topic_made_anew_is_read_from_its_start_with_an_alarm(world: World) -> None:
    for _ in range(3):
        _say(world)
    world.work()
    world.bus.make_topic(OWN_INBOX)
    new = [_say(world), _say(world)]

    world.work()
    world.work()

    assert _alarms() == ["topicRecreated"]
    assert [len(world.effects(referral_id=one)) for one in new] == [1, 1]
    assert query('SELECT "offset" FROM inbox_position') == [(2,)]


def test_a_place_before_the_log_s_start_means_reading_from_there_with_an_alarm(world: World) -> None:
    _say(world)
    world.work()
    for _ in range(3):
        _say(world)
    world.bus.forget_before(OWN_INBOX, 3)

    world.work()
    world.work()

    assert _alarms() == ["positionLost"]
    assert len(world.effects()) == 2
    assert query('SELECT "offset" FROM inbox_position') == [(4,)]


def test_a_log_that_was_cut_is_read_again_and_what_is_known_is_recognised(world: World) -> None:
    known = [_say(world) for _ in range(3)]
    world.work()
    world.bus.cut(OWN_INBOX, 2)
    world.reader.continued = False

    world.work()
    world.work()

    assert _alarms() == ["positionLost"]
    assert [len(world.effects(referral_id=one)) for one in known] == [1, 1, 1]
    assert count("inbox_message") == 3


def test_a_log_that_was_cut_and_grew_again_is_noticed_by_its_last_record(world: World) -> None:
    for _ in range(3):
        _say(world)
    world.work()
    world.bus.cut(OWN_INBOX, 1)
    regrown = [_say(world) for _ in range(4)]
    fresh = world.bus.reader(OWN_INBOX)

    consumer.store_next(fresh, world.at)
    consumer.store_next(fresh, world.at)
    world.work()

    assert _alarms() == ["recordChanged"]
    assert [len(world.effects(referral_id=one)) for one in regrown] == [1, 1, 1, 1]


def test_the_wiped_broker_s_messages_come_again_from_their_senders(world: World) -> None:
    jws = world.peer.statement(OWN, ReferralOpened(), referral_id=uuid.uuid4(), seq=1)
    raw = world.peer.sealed(jws, world.own_key())
    world.arrives(raw)
    world.bus.make_topic(OWN_INBOX)
    world.work()
    assert world.effects() == []

    world.arrives(raw)
    world.work()

    assert world.effects() == ["handler ReferralOpened"]
    assert [message.type for message in world.heard()] == ["MessageReceived"]


def test_a_broker_that_is_away_changes_nothing(world: World) -> None:
    _say(world)
    world.work()
    before = query("SELECT * FROM inbox_position")
    world.bus.away = True

    with pytest.raises(topics.BusUnavailable):
        consumer.store_next(world.reader, world.at)
    world.bus.away = False

    assert query("SELECT * FROM inbox_position") == before
    assert consumer.store_next(world.reader, world.at) == 0
    assert _alarms() == []
