"""Whom we believe: two signatures, and a person who compared the fingerprint."""

import uuid

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bus_world import OWN, World, count, query
from federation import seals
from federation.bus import directory, local, own_record, topics
from federation.contracts.messages import ReferralOpened
from federation.seals import keys, records
from peer import KINDS, Federation, Peer


def _stranger(world: World, name: str = "kraainem") -> Peer:
    world.bus.make_topic(topics.inbox_of(name))
    return Peer(name, world.folder, world.federation, with_=(OWN,))


def test_a_first_record_is_stored_and_not_believed(world: World) -> None:
    stranger = _stranger(world)

    world.know(stranger)

    assert directory.newest_of("kraainem") is not None
    assert (directory.record_of("kraainem"), directory.trusted("kraainem")) == (None, False)
    assert directory.signing_keys("kraainem") == []


def test_a_person_s_confirmation_makes_it_believed(world: World) -> None:
    stranger = _stranger(world)
    world.know(stranger)

    directory.trust("kraainem", directory.fingerprint_of("kraainem") or "", by="els.manager", at=world.at)

    assert directory.trusted("kraainem")
    assert query("SELECT kid, how, by FROM peer_trust WHERE participant = 'kraainem'") == [
        (stranger.ring.signing_key.kid, "confirmed", "els.manager")
    ]


def test_another_fingerprint_confirms_nothing(world: World) -> None:
    world.know(_stranger(world))

    with pytest.raises(directory.FingerprintDiffers):
        directory.trust("kraainem", directory.fingerprint_of("molenbeek") or "", by="els.manager", at=world.at)
    with pytest.raises(directory.ParticipantUnknown):
        directory.trust("nobody", "AAAA", by="els.manager", at=world.at)

    assert not directory.trusted("kraainem")


def test_a_new_key_that_a_believed_key_announces_is_believed(world: World) -> None:
    old = world.peer.ring.signing_key
    world.peer.ring = keys.rotate(world.peer.folder, "sig", world.at)
    world.peer.version = 2

    directory.take(world.peer.published(old), world.at)

    assert {key.kid for key in directory.signing_keys("molenbeek")} == {old.kid, world.peer.ring.signing_key.kid}
    assert query("SELECT how, by FROM peer_trust WHERE kid = %s", world.peer.ring.signing_key.kid) == [
        ("announced", old.kid)
    ]


def test_a_new_key_that_announces_itself_waits_for_a_person_and_the_old_record_stays_in_use(world: World) -> None:
    world.peer.ring = keys.rotate(world.peer.folder, "sig", world.at)
    world.peer.version = 2

    directory.take(world.peer.published(), world.at)
    world.says(ReferralOpened(), referral_id=uuid.uuid4(), seq=1)
    world.work()

    record = directory.record_of("molenbeek")
    assert record is not None
    assert record.version == 1
    assert query("SELECT state, reason FROM inbox_work") == [("unknownKey", "signingKeyUnknown")]
    assert count("outbox_message") == 0

    world.trust(world.peer)
    world.work()

    assert world.effects() == ["handler ReferralOpened"]
    assert [message.type for message in world.heard()] == ["MessageReceived"]


def test_what_a_retired_key_signed_stays_said_and_what_a_compromised_one_signs_is_refused(world: World) -> None:
    old = world.peer.ring.signing_key
    world.peer.ring = keys.rotate(world.peer.folder, "sig", world.at)
    world.peer.version = 2
    directory.take(world.peer.published(old), world.at)

    world.arrives(
        world.peer.sealed(
            world.peer.statement(OWN, ReferralOpened(), old, referral_id=uuid.uuid4(), seq=1), world.own_key()
        )
    )
    world.work()
    assert world.effects() == ["handler ReferralOpened"]

    world.peer.ring = keys.mark_compromised(world.peer.folder, old.kid, world.at)
    world.peer.version = 3
    directory.take(world.peer.published(), world.at)
    world.arrives(
        world.peer.sealed(
            world.peer.statement(OWN, ReferralOpened(), old, referral_id=uuid.uuid4(), seq=1), world.own_key()
        )
    )
    world.work()

    assert world.effects() == ["handler ReferralOpened"]
    assert query("SELECT reason FROM inbox_work") == [("signingKeyCompromised",)]
    assert count("inbox_statement") == 1


def test_a_record_that_the_federation_has_not_signed_is_an_alarm(world: World) -> None:
    stranger = _stranger(world)
    stranger.federation = Federation(world.folder / OWN)

    assert directory.take(stranger.published(), world.at) is None
    assert directory.take(b"nonsense", world.at) is None

    assert query("SELECT kind FROM bus_alarm") == [("directoryRecordInvalid",)] * 2
    assert directory.newest_of("kraainem") is None


def test_the_same_version_with_other_content_is_an_alarm_and_the_same_record_again_is_nothing(world: World) -> None:
    assert directory.take(world.peer.published(), world.at) is None
    assert count("bus_alarm") == 0

    assert directory.take(world.peer.published(nis="99999"), world.at) is None

    assert query("SELECT kind, peer FROM bus_alarm") == [("directoryVersionReused", "molenbeek")]


def test_an_older_version_that_comes_later_is_not_used(world: World) -> None:
    directory.take(world.peer.published(version=3, nis="11111"), world.at)
    directory.take(world.peer.published(version=2, nis="22222"), world.at)

    record = directory.record_of("molenbeek")

    assert record is not None
    assert (record.version, record.nis) == (3, "11111")


def test_a_protocol_is_in_force_only_when_both_towns_name_each_other(world: World) -> None:
    lonely = Peer("kraainem", world.folder, world.federation, with_=(OWN,))
    world.know(lonely)
    world.trust(lonely)

    assert directory.protocol_with("molenbeek", world.at) == frozenset(KINDS)
    assert directory.protocol_with("kraainem", world.at) == frozenset()
    assert [peer.participant for peer in directory.peers(world.at)] == ["molenbeek"]

    directory.take(world.peer.published(version=2, protocols=()), world.at)
    assert directory.protocol_with("molenbeek", world.at) == frozenset()
    assert not directory.may_write_here("molenbeek", world.at)


def test_the_directory_is_read_from_its_topic(world: World) -> None:
    stranger = _stranger(world)
    world.bus.put(topics.DIRECTORY, stranger.published(), b"participant/kraainem")
    world.bus.put(topics.DIRECTORY, None, b"participant/gone")
    world.bus.put(topics.DIRECTORY, b"{}", b"decision/1")

    offset = directory.read_next(world.bus.reader(topics.DIRECTORY), 0, world.at)

    assert offset == 3
    assert directory.newest_of("kraainem") is not None
    assert count("bus_alarm") == 0


def test_our_own_record_says_what_our_file_says_and_keeps_its_version(world: World) -> None:
    first = records.read_signed(own_record.print_record(world.at))
    again = records.read_signed(own_record.print_record(world.at))

    tenant = local.tenant()
    assert first == again
    assert (first.participant, first.version, first.nis, first.region) == (OWN, 1, tenant.nis, tenant.region)
    assert {team.id for team in first.teams} == {team.id for team in tenant.teams}
    assert first.current_encryption_key.kid == local.keyring().encryption_key.kid
    assert first.protocol_with("molenbeek", world.at.date()) == frozenset(KINDS)


def test_after_a_rotation_our_record_has_the_next_version_and_the_signature_that_peers_know(world: World) -> None:
    before = own_record.print_record(world.at)
    directory.take(seals.countersign(before, world.federation.key).encode(), world.at)
    old = local.keyring().signing_key

    keys.rotate(world.settings.KEYS_FOLDER, "sig", world.at)
    after = own_record.print_record(world.at)

    published = seals.countersign(after, world.federation.key)
    verified = records.verify_record(
        published, federation_keys=[world.federation.key.public], known=records.read_signed(before)
    )
    assert (verified.record.version, verified.signed_by.kid, verified.known) == (2, old.kid, True)
    assert verified.record.current_signing_key.kid == local.keyring().signing_key.kid != old.kid


def test_keys_are_made_once_and_never_leave_their_folder(world: World) -> None:
    folder = world.settings.KEYS_FOLDER
    before = sorted(path.name for path in folder.iterdir())

    assert own_record.make_keys(world.at) is False

    assert sorted(path.name for path in folder.iterdir()) == before
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}
    assert sorted(path.name for path in (folder.parent / "public").iterdir()) == ["bus.csr.pem"]


def test_the_command_shows_the_fingerprint_and_believes_only_what_was_compared(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.know(_stranger(world))
    shown = directory.fingerprint_of("kraainem") or ""

    call_command("trust_peer", "kraainem")
    assert shown in capsys.readouterr().out
    assert not directory.trusted("kraainem")

    with pytest.raises(CommandError):
        call_command("trust_peer", "kraainem", "--fingerprint", "0000 0000")
    with pytest.raises(CommandError):
        call_command("trust_peer", "nobody")
    assert not directory.trusted("kraainem")

    call_command("trust_peer", "kraainem", "--fingerprint", shown.replace(" ", "").lower(), "--by", "els.manager")
    assert directory.trusted("kraainem")


def test_a_region_may_write_to_its_town_and_to_its_town_s_peers(world: World) -> None:
    own_region = local.tenant().region or ""
    levels = {own_region: "regional", "brussels": "regional", "belgium": "national", "luik": "regional"}
    for name, level in levels.items():
        region = _stranger(world, name)
        directory.take(region.published(level=level, region=None, protocols=()), world.at)
        world.trust(region)

    allowed = [name for name in levels if directory.may_write_here(name, world.at)]
    assert allowed == [own_region, "brussels", "belgium"]
