"""The federation countersigns what a participant says of itself when its tenant file says so too, and publishes it."""

import dataclasses
import datetime as dt
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass

import kafka
import pytest

import waiting
from federation.contracts import directory as contract, tenant_file
from federation.contracts.directory import DirectoryRecord
from federation.seals import KeyRing, keys, records
from steward import broker, directory
from steward.changes import FilesContradict, Journal, Refused
from steward_at_work import Town, make_town

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TOPIC = "steward-tests.directory"


@dataclass
class Federation:
    """Three participants with keys, the federation's key, and a directory of these tests alone."""

    town: Town
    place: directory.Place

    @property
    def folder(self) -> pathlib.Path:
        """The federation's private folder."""
        return self.town.folder / "federation"

    def publish(self, *, dry_run: bool = False, without: str = "") -> list[str]:
        """Will publish what the participants put in their folders; return what changed."""
        tenants = tenant_file.load_folder(self.town.tenants)
        tenants.pop(without, None)
        journal = Journal(dry_run)
        directory.publish(self.place, tenants, directory.published(self.place), journal)
        return journal.lines

    def ring(self, participant: str) -> KeyRing:
        """Return a participant's own keys, made when first asked for."""
        folder = self.town.participant(participant) / "keys"
        return KeyRing.load(folder) if folder.exists() else keys.make_first_keys(folder, NOW)

    def say(self, participant: str, version: int = 1, /, *, signer: str = "", **changed: object) -> None:
        """Will put a participant's signed record into its public folder."""
        ring = self.ring(participant)
        record = dataclasses.replace(record_of(tenant_file.load(self.file(participant)), ring, version), **changed)
        signed = records.sign_record(record, self.ring(signer or participant).signing_key)
        (self.town.participant(participant) / "public" / "record.jws").write_text(signed + "\n")

    def file(self, participant: str) -> pathlib.Path:
        """Return a participant's tenant file."""
        return self.town.tenants / f"{participant}.yaml"

    def read(self) -> dict[str, DirectoryRecord]:
        """Return what a participant finds in the directory, both signatures checked."""
        anchor = keys.from_jwks((self.folder / "federation.jwks.json").read_text())
        return {
            key: records.verify_record(value, federation_keys=anchor).record
            for key, value in directory.published(self.place).items()
        }


def names(labels: object) -> contract.Names:
    return contract.Names(**dict(labels))


def record_of(tenant: tenant_file.TenantFile, ring: KeyRing, version: int) -> DirectoryRecord:
    return DirectoryRecord(
        participant=tenant.id,
        version=version,
        level=tenant.level,
        names=names(tenant.names),
        official_languages=tenant.official_languages,
        holidays=tenant.holidays,
        closures=tenant.closures,
        teams=tuple(contract.Team(team.id, names(team.names), team.phone) for team in tenant.teams),
        signing_keys=ring.public_signing_keys,
        encryption_keys=ring.public_encryption_keys,
        protocols=tuple(
            contract.Protocol(with_=one.peer, kinds=tuple(sorted(one.kinds)), since=one.since, until=one.until)
            for one in tenant.protocols
        ),
        nis=tenant.nis,
        region=tenant.region,
    )


@pytest.fixture
def federation(components, tmp_path, monkeypatch) -> Iterator[Federation]:
    town = make_town(tmp_path, components, ["tervuren"])
    context = broker.tls_context(components.ca, components.steward)
    for name, value in town.environment("federation").items():
        monkeypatch.setenv(name, value)
    directory.make_key(tmp_path / "federation", Journal(dry_run=False), NOW)
    with broker.connected(components.servers, context) as admin:
        if TOPIC in admin.list_topics():
            admin.delete_topics([TOPIC])
            waiting.until(lambda: TOPIC not in admin.list_topics(), "the topic of an earlier run is gone")
        admin.create_topics(
            {TOPIC: {"num_partitions": 1, "configs": {"cleanup.policy": "compact"}}}, wait_for_metadata=True
        )
        yield Federation(town, directory.Place(components.servers, context, TOPIC))
        admin.delete_topics([TOPIC])


def test_a_record_is_countersigned_and_published_once(federation):
    federation.say("vilvoorde")
    federation.say("molenbeek")

    assert federation.publish(dry_run=True) == ["+ directory molenbeek", "+ directory vilvoorde"]
    assert federation.read() == {}
    assert federation.publish() == ["+ directory molenbeek", "+ directory vilvoorde"]
    assert federation.publish() == []
    assert {key: record.version for key, record in federation.read().items()} == {
        "participant/molenbeek": 1,
        "participant/vilvoorde": 1,
    }


def test_a_newer_record_takes_the_place_of_the_older_and_never_the_other_way(federation):
    federation.say("vilvoorde", 1)
    federation.publish()
    federation.say("vilvoorde", 2)

    assert federation.publish() == ["~ directory vilvoorde record"]
    federation.say("vilvoorde", 1)
    with pytest.raises(Refused, match="version 1 is not newer than the published 2"):
        federation.publish()
    assert federation.read()["participant/vilvoorde"].version == 2


def test_the_same_version_with_another_content_is_refused(federation):
    federation.say("vilvoorde")
    federation.publish()
    federation.say("vilvoorde", closures=(dt.date(2027, 1, 1),))

    with pytest.raises(Refused, match="version 1 is not newer"):
        federation.publish()
    assert dt.date(2027, 1, 1) not in federation.read()["participant/vilvoorde"].closures


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"participant": "molenbeek", "protocols": ()}, "participant"),
        ({"level": "regional"}, "level"),
        ({"nis": "21012"}, "nis"),
        ({"region": "brussels"}, "region"),
        ({"official_languages": ("fr",)}, "officialLanguages"),
        ({"names": contract.Names("Vilvoorde", "Bruxelles", "Vilvoorde", "Vilvoorde")}, "names.fr"),
        ({"teams": ()}, "teams"),
        ({"protocols": ()}, "protocols"),
    ],
)
def test_a_record_that_says_something_else_than_the_file_is_not_countersigned(federation, changed, field):
    federation.say("molenbeek")
    federation.say("vilvoorde", **changed)

    with pytest.raises(Refused, match=rf"vilvoorde: record.jws: .*\b{field}\b"):
        federation.publish()
    # The others are published all the same.
    assert list(federation.read()) == ["participant/molenbeek"]


def test_a_record_signed_with_another_participant_s_key_is_not_countersigned(federation):
    federation.say("vilvoorde", signer="tervuren")

    with pytest.raises(Refused, match=r"vilvoorde: record.jws: .* rule=signature"):
        federation.publish()
    assert federation.read() == {}


@pytest.mark.parametrize("text", ["", "please", "a.b.c", "é"])
def test_what_is_no_record_at_all_is_refused_in_one_line(federation, text):
    (federation.town.participant("vilvoorde") / "public" / "record.jws").write_text(text)

    with pytest.raises(Refused, match=r"^vilvoorde: record\.jws") as refused:
        federation.publish()
    assert "\n" not in str(refused.value)
    assert federation.read() == {}


def test_a_participant_whose_file_is_gone_leaves_the_directory(federation):
    for participant in ("vilvoorde", "molenbeek", "tervuren"):
        federation.say(participant)
    federation.publish()

    assert federation.publish(without="tervuren") == ["- directory tervuren"]
    assert sorted(federation.read()) == ["participant/molenbeek", "participant/vilvoorde"]


def test_a_decision_in_the_directory_is_left_alone(federation):
    producer = kafka.KafkaProducer(
        bootstrap_servers=federation.place.servers, security_protocol="SSL", ssl_context=federation.place.context
    )
    producer.send(TOPIC, b"{}", key=b"decision/0190", partition=0).get(timeout=30)
    producer.close()
    federation.say("vilvoorde")

    assert federation.publish() == ["+ directory vilvoorde"]
    assert directory.published(federation.place)["decision/0190"] == b"{}"


def test_the_federation_s_key_is_made_once_and_kept_private(tmp_path):
    folder, first = tmp_path / "federation", Journal(dry_run=False)
    directory.make_key(folder, Journal(dry_run=True), NOW)
    assert not folder.exists()

    directory.make_key(folder, first, NOW)
    made = (folder / "federation.jwk").read_bytes()
    again = Journal(dry_run=False)
    directory.make_key(folder, again, NOW)

    assert first.lines == ["+ federation key", "+ federation key's public half"]
    assert again.lines == []
    assert (folder / "federation.jwk").read_bytes() == made
    assert (folder / "federation.jwk").stat().st_mode & 0o777 == 0o600
    assert '"d"' not in (folder / "federation.jwks.json").read_text()


def test_the_trust_anchor_is_never_replaced_in_passing(tmp_path):
    directory.make_key(tmp_path, Journal(dry_run=False), NOW)
    (tmp_path / "federation.jwk").unlink()

    with pytest.raises(FilesContradict, match="is not the public half of"):
        directory.make_key(tmp_path, Journal(dry_run=False), NOW)
