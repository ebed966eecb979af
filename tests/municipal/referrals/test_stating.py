"""What the regions are told: each change of each side, once, in full, and nothing of the person."""

import json
import uuid

import pytest
from django.db import transaction

from federation.bus import directory, local, topics
from federation.contracts import digests
from federation.contracts.messages import MessageRefused
from federation.seals import signatures
from municipal.referrals import actions, timers
from peer import AT, Peer
from people_at_work import actor

V, M = "vilvoorde", "molenbeek"
REGION = {"level": "regional", "nis": None, "region": None, "teams": ()}


@pytest.fixture
def region_of(towns, tmp_path):
    """Give a function that lets a region join: its record is published, and people in both towns confirm its key."""

    def join(name: str, *, trusted: bool = True) -> Peer:
        region = Peer(name, tmp_path, towns.federation)
        towns.bus.make_topic(topics.inbox_of(name))
        for town in (V, M):
            with towns.at(town):
                directory.take(region.published(**REGION), AT)
                if trusted:
                    directory.trust(name, directory.fingerprint_of(name) or "", by="test", at=AT)
        return region

    return join


def stated(towns, town: str) -> list[dict]:
    """Return what a town stated to regions, in order, as it was signed."""
    found = towns[town].query("SELECT jws FROM outbox_message WHERE type = 'ProgressStated' ORDER BY created_at, id")
    said = [json.loads(signatures.payload_of(jws)) for (jws,) in found]
    return sorted(said, key=lambda one: (one["referralId"], one["body"]["version"], one["recipient"]))


def course(towns, town: str) -> list[tuple[str, int, str]]:
    return [(one["recipient"], one["body"]["version"], one["body"]["state"]) for one in stated(towns, town)]


def test_each_side_states_every_change_once_with_all_its_clocks(desk, towns, region_of) -> None:
    region_of("brussels")
    offered = desk.offered()
    towns.settle()
    desk.open(M, offered.referral)
    towns.later(minutes=5)
    desk.accept(M, offered.referral)
    towns.settle()

    assert course(towns, V) == [
        ("brussels", 1, "offered"),
        ("brussels", 2, "received"),
        ("brussels", 3, "opened"),
        ("brussels", 4, "released"),
        ("brussels", 5, "released"),
    ]
    assert course(towns, M) == [
        ("brussels", 1, "received"),
        ("brussels", 2, "opened"),
        ("brussels", 3, "accepted"),
        ("brussels", 4, "held"),
    ]
    last = stated(towns, V)[-1]
    assert last["referralId"] == str(offered.referral)
    assert set(last) == {"type", "sender", "recipient", "epoch", "referralId", "time", "body"}
    assert {name: value for name, value in last["body"].items() if name != "clocks"} == {
        "from": V,
        "to": M,
        "kind": "handover",
        "state": "released",
        "version": 5,
    }
    assert set(last["body"]["clocks"]) == {"offeredAt", "receivedAt", "openedAt", "releasedAt", "heldAt"}


def test_a_statement_says_nothing_of_the_person_and_names_nobody(desk, towns, region_of) -> None:
    region_of("brussels")
    offered = desk.offered()
    towns.settle()
    desk.open(M, offered.referral)
    desk.decline(M, offered.referral)
    towns.settle()

    said = stated(towns, V) + stated(towns, M)
    assert len(said) == 7
    text = json.dumps(said)
    for forbidden in (
        "Sami",
        "Verzonnen",
        "prevention",
        "from18To25",
        "school",
        "thisMonth",
        "case",
        "nl",
        actor(M).subject,
    ):
        assert f'"{forbidden}"' not in text
    assert said[-1]["body"]["declineReason"] == "noCapacity"


def test_each_region_of_the_two_is_told_and_the_same_one_only_once(desk, towns, region_of) -> None:
    region_of("brussels")
    region_of("halle-vilvoorde")
    desk.offered()
    assert course(towns, V) == [("brussels", 1, "offered"), ("halle-vilvoorde", 1, "offered")]

    with towns.at(V), transaction.atomic():
        assert directory.regions_between("molenbeek") == ("brussels", "halle-vilvoorde")
    with towns.at(M), transaction.atomic():
        assert directory.regions_between("molenbeek") == ("brussels",)


def test_nothing_is_stated_to_a_region_whose_key_nobody_has_confirmed(desk, towns, region_of) -> None:
    region_of("brussels", trusted=False)
    desk.offered()
    towns.settle()

    assert stated(towns, V) == []
    assert stated(towns, M) == []


def test_a_region_that_joins_later_is_told_of_every_open_referral_once(desk, towns, region_of) -> None:
    open_one, declined = desk.offered(), desk.offered()
    towns.settle()
    desk.open(M, declined.referral)
    desk.decline(M, declined.referral)
    towns.settle()
    region_of("brussels")

    told = []
    for town in (V, M, V, M):
        with towns.at(town):
            told.append(timers.tell_regions_that_join(at=towns.now))

    assert told == [1, 1, 0, 0]
    assert [one["referralId"] for one in stated(towns, V) + stated(towns, M)] == [str(open_one.referral)] * 2
    assert course(towns, V) == [("brussels", 2, "received")]
    assert towns[V].query("SELECT act, facts->>'region' FROM audit_entry WHERE act = 'progressStated'") == [
        ("progressStated", "brussels")
    ]


def test_a_change_that_a_region_may_not_see_is_no_new_version(desk, towns, region_of) -> None:
    region_of("brussels")
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    before = course(towns, V), course(towns, M)

    desk.progress(M, offered.referral, "noShow")
    towns.settle()

    assert (course(towns, V), course(towns, M)) == before


def test_a_code_that_our_lists_do_not_have_is_not_passed_on(desk, towns, region_of) -> None:
    region_of("brussels")
    offered = desk.offered()
    towns.settle()
    towns[M].query("UPDATE referral SET revocation_reason = 'aNewerTownsCode' RETURNING id")
    desk.open(M, offered.referral)

    assert "revocationReason" not in stated(towns, M)[-1]["body"]
    assert stated(towns, M)[-1]["body"]["state"] == "opened"


def test_a_refusal_of_a_region_is_the_operators_and_burdens_no_team(desk, towns, region_of) -> None:
    region = region_of("brussels")
    desk.offered()
    towns.settle()
    items = towns[V].count("team_item")
    raw = towns.bus.records(topics.inbox_of("brussels"))[0].value or b""
    event = json.loads(raw)
    refusal = MessageRefused("noHandler", uuid.UUID(event["id"]), digests.digest(raw))
    with towns.at(V):
        key = local.keyring().encryption_key.public

    towns.bus.put(topics.inbox_of(V), region.sealed(region.statement(V, refusal), key))
    towns.settle()

    refused = towns[V].query("SELECT type, refused_reason FROM outbox_message WHERE refused_at IS NOT NULL")
    assert refused == [("ProgressStated", "noHandler")]
    assert towns[V].count("team_item") == items
    assert towns.parked(V) == []


def test_one_region_costs_three_statements_and_one_message_a_change(desk, towns, region_of) -> None:
    first = desk.offered()
    second = desk.offered()
    towns.settle()
    with towns.statements(M) as without:
        actions.open_referral(referral_id=first.referral, by=actor(M), at=desk.now)
    region_of("brussels")
    messages = towns[M].count("outbox_message")
    with towns.statements(M) as with_it:
        actions.open_referral(referral_id=second.referral, by=actor(M), at=desk.now)

    assert len(with_it) - len(without) == 3
    assert towns[M].count("outbox_message") - messages == 2
