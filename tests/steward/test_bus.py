"""The real broker is brought in line with the tenant files, by a dry run first, and by nothing more than they say."""

import pathlib
from collections.abc import Iterator

import kafka.errors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourceType,
)

import waiting
from steward import broker
from steward_at_work import Town, make_town

STEPS = ("federation", "--only", "topics,access")
ACCESS_OF_TERVUREN = [
    "access User:molenbeek write topic zenne.inbox.tervuren",
    "access User:overijse write topic zenne.inbox.tervuren",
    "access User:tervuren read topic zenne.directory",
    "access User:tervuren read topic zenne.inbox.tervuren",
    "access User:tervuren write topic zenne.inbox.molenbeek",
    "access User:tervuren write topic zenne.inbox.overijse",
    "access User:tervuren write topic zenne.inbox.vilvoorde",
    "access User:vilvoorde write topic zenne.inbox.tervuren",
]
BETWEEN_THE_TWO = [
    "access User:overijse write topic zenne.inbox.tervuren",
    "access User:tervuren write topic zenne.inbox.overijse",
]


@pytest.fixture(scope="module")
def admin(components) -> Iterator[KafkaAdminClient]:
    context = broker.tls_context(components.ca, components.steward)
    with broker.connected(components.servers, context) as connection:
        yield connection


@pytest.fixture
def towns(components, tmp_path) -> Iterator[Town]:
    """The two towns of the repository, which are left as they are, and two of this test, which know each other too."""
    towns = make_town(tmp_path, components, ["tervuren", "overijse"])
    for one, other in (("tervuren", "overijse"), ("overijse", "tervuren")):
        protocol = {"with": other, "kinds": ["share"], "since": "2026-01-01"}
        towns.change(one, lambda content, protocol=protocol: content["protocols"].append(protocol))
    answer = make_town(tmp_path / "before", components).steward(*STEPS)
    assert answer.code == 0, answer.errors
    yield towns
    answer = make_town(tmp_path / "after", components).steward(*STEPS)
    assert answer.code == 0, answer.errors


def everything(admin: KafkaAdminClient) -> tuple[list[str], list[str]]:
    """Return the topics with their ids and settings, and all access rules: what nothing else may change."""
    names = sorted(topic for topic in admin.list_topics() if topic.startswith("zenne."))
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    settings = admin.describe_configs(resources)["topic"] if names else {}
    topics = [f"{topic['name']} {topic['topic_id']}" for topic in admin.describe_topics(names)]
    values = [f"{name} {key}={value['value']}" for name in names for key, value in settings.get(name, {}).items()]
    return sorted(topics + values), sorted(map(str, admin.describe_acls(broker.ANYTHING)[0]))


def rule(principal: str, operation: str, topic: str, *, deny: bool = False, prefixed: bool = False) -> ACL:
    pattern = ACLResourcePatternType.PREFIXED if prefixed else ACLResourcePatternType.LITERAL
    return ACL(
        principal=f"User:{principal}",
        host="*",
        operation=ACLOperation[operation],
        permission_type=ACLPermissionType.DENY if deny else ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(ResourceType.TOPIC, topic, pattern),
    )


def test_a_dry_run_says_all_and_changes_nothing_then_the_run_does_that_and_the_next_nothing(towns, admin):
    before = everything(admin)

    dry = towns.steward(*STEPS, "--dry-run")

    assert dry.code == 3
    assert everything(admin) == before
    assert dry.lines[-1] == f"federation: {len(dry.changes)} changes to make"
    assert [line for line in dry.changes if "tervuren" in line] == [
        "+ topic zenne.inbox.tervuren",
        *(f"+ {access}" for access in ACCESS_OF_TERVUREN),
    ]

    done = towns.steward(*STEPS)
    again = towns.steward(*STEPS)

    assert (done.code, done.changes) == (0, dry.changes)
    assert (again.code, again.lines) == (0, ["federation: 0 changes"])


def test_a_town_that_comes_and_goes_leaves_its_neighbours_byte_for_byte_as_they_were(towns, admin, tmp_path):
    before = everything(admin)
    towns.steward(*STEPS)

    gone = make_town(tmp_path / "two", towns.components).steward(*STEPS)

    assert gone.code == 0
    assert {f"- {access}" for access in ACCESS_OF_TERVUREN} < set(gone.changes)
    assert [line for line in gone.changes if " topic zenne." in line and line.startswith("- topic")] == [
        "- topic zenne.inbox.overijse",
        "- topic zenne.inbox.tervuren",
    ]
    waiting.until(lambda: everything(admin) == before, "the broker is as it was")


def test_a_dropped_protocol_takes_exactly_its_own_access_away(towns):
    towns.steward(*STEPS)
    towns.change("overijse", lambda content: content["protocols"].pop())

    dropped = towns.steward(*STEPS)

    assert dropped.changes == [f"- {access}" for access in BETWEEN_THE_TWO]
    assert towns.steward(*STEPS).changes == []


def test_a_protocol_that_ended_keeps_its_access(towns):
    towns.steward(*STEPS)
    towns.change("overijse", lambda content: content["protocols"][-1].update(until="2026-01-02"))

    assert towns.steward(*STEPS).changes == []


def test_a_protocol_that_only_one_side_names_opens_nothing(towns):
    towns.change("overijse", lambda content: content["protocols"].pop())

    assert not set(BETWEEN_THE_TWO) & {line[2:] for line in towns.steward(*STEPS).changes}


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (rule("tervuren", "READ", "zenne.inbox.overijse"), "User:tervuren read topic zenne.inbox.overijse"),
        (rule("tervuren", "WRITE", "zenne.directory"), "User:tervuren write topic zenne.directory"),
        (rule("*", "READ", "zenne.", prefixed=True), "User:* read topic zenne. prefixed"),
        (
            rule("overijse", "WRITE", "zenne.inbox.tervuren", deny=True),
            "User:overijse write topic zenne.inbox.tervuren deny",
        ),
        (rule("stranger", "ALL", "zenne.inbox.tervuren"), "User:stranger all topic zenne.inbox.tervuren"),
    ],
)
def test_access_that_follows_from_no_file_is_taken_away(towns, admin, wrong, line):
    towns.steward(*STEPS)
    admin.create_acls([wrong])
    waiting.until(lambda: wrong in admin.describe_acls(broker.ANYTHING)[0], "the broker knows the wrong rule")

    dry, done, again = towns.steward(*STEPS, "--dry-run"), towns.steward(*STEPS), towns.steward(*STEPS)

    assert dry.changes == done.changes == [f"- access {line}"]
    assert again.changes == []


def test_access_that_somebody_took_away_comes_back(towns, admin):
    towns.steward(*STEPS)
    broker.revoke(admin, rule("overijse", "WRITE", "zenne.inbox.tervuren"))

    assert towns.steward(*STEPS).changes == ["+ access User:overijse write topic zenne.inbox.tervuren"]


def test_settings_of_a_topic_that_somebody_changed_are_mended(towns, admin):
    towns.steward(*STEPS)
    inbox = "zenne.inbox.tervuren"
    wrong = {"retention.ms": "1000", "unclean.leader.election.enable": "true"}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, inbox, configs=wrong)])

    done = towns.steward(*STEPS)
    again = towns.steward(*STEPS)

    assert done.changes == [f"~ topic {inbox} retention.ms, unclean.leader.election.enable"]
    assert again.changes == []
    settings = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, inbox)])["topic"][inbox]
    assert {key: value["value"] for key, value in settings.items()} == {
        "cleanup.policy": "delete",
        "max.message.bytes": "1052672",
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": "3024000000",
    }


def test_a_topic_of_nobody_is_removed(towns, admin):
    towns.steward(*STEPS)
    admin.create_topics({"zenne.inbox.ghost": {"num_partitions": 1}}, wait_for_metadata=True)

    assert towns.steward(*STEPS).changes == ["- topic zenne.inbox.ghost"]
    waiting.until(lambda: "zenne.inbox.ghost" not in admin.list_topics(), "the topic is gone")


def test_an_inbox_with_two_partitions_is_left_to_a_person(towns, admin):
    admin.create_topics({"zenne.inbox.tervuren": {"num_partitions": 2}}, wait_for_metadata=True)

    answer = towns.steward(*STEPS)

    assert answer.code == 1
    assert answer.errors == "federation: topic zenne.inbox.tervuren has 2 partitions, not 1: remove it by hand\n"


def certificate(towns: Town, participant: str) -> pathlib.Path:
    """Return the PEM file of a participant's own key and the certificate that steward gave for it."""
    folder = towns.participant(participant)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, participant)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    (folder / "public" / "bus.csr.pem").write_bytes(request.public_bytes(serialization.Encoding.PEM))
    answer = towns.steward("federation", "--only", "certificates")
    assert answer.changes == [f"+ bus certificate of {participant}"]
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = folder / "bus.pem"
    pem.write_bytes(key.private_bytes(*form) + (folder / "public" / "bus.crt.pem").read_bytes())
    return pem


def connection(towns: Town, pem: pathlib.Path) -> dict:
    return {
        "bootstrap_servers": towns.components.servers,
        "security_protocol": "SSL",
        "ssl_context": broker.tls_context(towns.components.ca, pem),
        "bootstrap_timeout_ms": 20_000,
    }


def may_write(towns: Town, pem: pathlib.Path, topic: str) -> bool:
    producer = KafkaProducer(
        **connection(towns, pem), acks="all", enable_idempotence=False, max_in_flight_requests_per_connection=1
    )
    try:
        producer.send(topic, b"x", partition=0).get(timeout=20)
    except kafka.errors.TopicAuthorizationFailedError:
        return False
    finally:
        producer.close(timeout=5)
    return True


def may_read(towns: Town, pem: pathlib.Path, topic: str) -> bool:
    consumer = KafkaConsumer(**connection(towns, pem), group_id=None, enable_auto_commit=False)
    try:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        consumer.end_offsets([place])
    except kafka.errors.TopicAuthorizationFailedError:
        return False
    finally:
        consumer.close()
    return True


def test_what_a_participant_may_do_at_the_broker_is_what_the_files_say(towns):
    towns.change("tervuren", lambda content: content.update(protocols=content["protocols"][2:]))
    towns.steward(*STEPS)
    pem = certificate(towns, "tervuren")

    writes = {
        topic: may_write(towns, pem, topic)
        for topic in ("zenne.inbox.overijse", "zenne.inbox.vilvoorde", "zenne.inbox.tervuren", "zenne.directory")
    }
    # WRITE shows the end offset too, so what may be read is asked where nothing may be written.
    reads = {
        topic: may_read(towns, pem, topic)
        for topic in ("zenne.inbox.tervuren", "zenne.directory", "zenne.inbox.vilvoorde", "zenne.inbox.molenbeek")
    }

    assert writes == {
        "zenne.inbox.overijse": True,
        "zenne.inbox.vilvoorde": False,
        "zenne.inbox.tervuren": False,
        "zenne.directory": False,
    }
    assert reads == {
        "zenne.inbox.tervuren": True,
        "zenne.directory": True,
        "zenne.inbox.vilvoorde": False,
        "zenne.inbox.molenbeek": False,
    }


def test_a_participant_makes_no_topic_and_no_access(towns, admin):
    towns.steward(*STEPS)
    before = everything(admin)
    participant = KafkaAdminClient(**connection(towns, certificate(towns, "tervuren")))

    try:
        with pytest.raises(kafka.errors.TopicAuthorizationFailedError):
            participant.create_topics({"zenne.inbox.mine": {"num_partitions": 1}})
        with pytest.raises(kafka.errors.TopicAuthorizationFailedError):
            participant.delete_topics(["zenne.inbox.overijse"])
        refused = participant.create_acls([rule("tervuren", "READ", "zenne.inbox.overijse")])
    finally:
        participant.close()

    assert [len(refused["succeeded"]), len(refused["failed"])] == [0, 1]
    assert everything(admin) == before


def test_a_broker_that_is_not_there_is_one_clear_line(towns):
    answer = towns.steward(*STEPS, STEWARD_KAFKA_SERVERS="127.0.0.1:9")

    assert (answer.code, answer.lines) == (1, [])
    assert answer.errors == "federation: no broker answers at 127.0.0.1:9\n"
