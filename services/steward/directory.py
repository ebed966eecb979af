"""The federation's directory: participants' own records, countersigned and published for all.

A participant signs what it says of itself; the federation signs that this is the participant of the tenant file. It
vouches for the name, never for the key: a peer still confirms a first key with a person.
"""

import contextlib
import datetime as dt
import pathlib
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import kafka.errors
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from federation import seals
from federation.contracts.directory import DirectoryRecord
from federation.contracts.tenant_file import TenantFile
from federation.errors import DomainError
from federation.seals import keys, records
from federation.seals.keys import PrivateKey
from steward import settings
from steward.changes import FilesContradict, Journal, Refused

PREFIX = "participant/"
WITHIN = 30.0


def make_key(folder: pathlib.Path, journal: Journal, at: dt.datetime) -> None:
    """Will make the federation's signing key, once, and keep its public half beside it."""
    private, public = folder / "federation.jwk", folder / "federation.jwks.json"
    if not private.exists():
        journal.make("federation key", _make_key, private, at)
    if private.exists():
        anchor = keys.jwks([keys.read_key(private).public])
        if not public.exists():
            journal.make("federation key's public half", _write_public, public, anchor)
        elif public.read_text(encoding="utf-8") != anchor:
            # Every participant holds a copy as its trust anchor: it is never replaced in passing.
            message = f"{public} is not the public half of {private}"
            raise FilesContradict(message)


@dataclass(frozen=True)
class Place:
    """Where the directory stands, and how steward gets there."""

    servers: str
    context: ssl.SSLContext
    topic: str


def publish(place: Place, tenants: Mapping[str, TenantFile], published: Mapping[str, bytes], journal: Journal) -> None:
    """Will publish every participant's record that is new, and withdraw those of nobody any more.

    One participant's bad record holds up nobody else; Refused comes at the end and names each.
    """
    wanted, refusals = _wanted(tenants, published)
    with _producer(place) as producer:
        for participant, value in sorted(wanted.items()):
            key = PREFIX + participant
            if key not in published:
                journal.make(f"directory {participant}", _send, producer, place.topic, key, value)
            elif published[key] != value:
                journal.change(f"directory {participant}", ["record"], _send, producer, place.topic, key, value)
        for key in sorted(published):
            if key.startswith(PREFIX) and key.removeprefix(PREFIX) not in tenants:
                journal.remove(f"directory {key.removeprefix(PREFIX)}", _send, producer, place.topic, key, None)
    if refusals:
        raise Refused("; ".join(refusals))


def _wanted(tenants: Mapping[str, TenantFile], published: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """Return each participant's countersigned record, and one line for each that cannot be countersigned."""
    wanted: dict[str, bytes] = {}
    refusals: list[str] = []
    key = keys.read_key(settings.federation_folder() / "federation.jwk")
    for participant, tenant in tenants.items():
        path = settings.participants_folder() / participant / "public" / "record.jws"
        if not path.is_file():
            continue
        try:
            signed = path.read_text(encoding="ascii").strip()
            _check(records.read_signed(signed), tenant, published.get(PREFIX + participant), key)
            wanted[participant] = seals.countersign(signed, key).encode()
        except UnicodeDecodeError:
            refusals.append(f"{participant}: record.jws is no signed record")
        except DomainError as refusal:
            # `facts` hold the broken rule and the place, never a value.
            place = " ".join(f"{name}={value}" for name, value in refusal.facts.items())
            refusals.append(f"{participant}: record.jws: {refusal.detail} {place}".rstrip())
    return wanted, refusals


def _check(record: DirectoryRecord, tenant: TenantFile, published: bytes | None, key: PrivateKey) -> None:
    """Will refuse a record that says something else than the tenant file, or that is older than the published one."""
    differing = [name for name, said, known in _compared(record, tenant) if said != known]
    if differing:
        message = f"says something else than {tenant.id}.yaml: {', '.join(differing)}"
        raise FilesContradict(message)
    if published is not None:
        known = records.verify_record(published, federation_keys=[key.public]).record
        if record.version < known.version or (record.version == known.version and record != known):
            message = f"version {record.version} is not newer than the published {known.version}"
            raise FilesContradict(message)


def _compared(record: DirectoryRecord, tenant: TenantFile) -> Iterator[tuple[str, object, object]]:
    yield "participant", record.participant, tenant.id
    yield "level", record.level, tenant.level
    yield "nis", record.nis, tenant.nis
    yield "region", record.region, tenant.region
    yield "officialLanguages", record.official_languages, tenant.official_languages
    for language, name in tenant.names.items():
        yield f"names.{language}", record.names.in_language(language), name
    yield "teams", sorted(team.id for team in record.teams), sorted(team.id for team in tenant.teams)
    yield (
        "protocols",
        sorted((protocol.with_, sorted(protocol.kinds)) for protocol in record.protocols),
        sorted((protocol.peer, sorted(protocol.kinds)) for protocol in tenant.protocols),
    )


def published(place: Place) -> dict[str, bytes]:
    """Return the newest value of each key in the directory's topic, read from its start."""
    log = TopicPartition(place.topic, 0)
    newest: dict[str, bytes] = {}
    consumer = KafkaConsumer(
        bootstrap_servers=place.servers.split(","),
        security_protocol="SSL",
        ssl_context=place.context,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        bootstrap_timeout_ms=int(WITHIN * 1000),
    )
    try:
        consumer.assign([log])
        end = consumer.end_offsets([log])[log]
        consumer.seek_to_beginning(log)
        while consumer.position(log) < end:
            for record in consumer.poll(1000).get(log, ()):
                key = (record.key or b"").decode("utf-8", "replace")
                newest.pop(key, None)
                if record.value is not None:
                    newest[key] = record.value
    except kafka.errors.KafkaError as error:
        message = f"the directory's topic cannot be read: {type(error).__name__}"
        raise Refused(message) from None
    finally:
        consumer.close()
    return newest


@contextlib.contextmanager
def _producer(place: Place) -> Iterator[KafkaProducer]:
    """Yield a producer for a few records: without idempotence, one in flight, thrown away at the end."""
    producer = KafkaProducer(
        bootstrap_servers=place.servers.split(","),
        security_protocol="SSL",
        ssl_context=place.context,
        acks="all",
        enable_idempotence=False,
        max_in_flight_requests_per_connection=1,
        allow_auto_create_topics=False,
        bootstrap_timeout_ms=int(WITHIN * 1000),
    )
    try:
        yield producer
    finally:
        producer.close(timeout=WITHIN)


def _send(producer: KafkaProducer, topic: str, key: str, value: bytes | None) -> None:
    try:
        producer.send(topic, value, key=key.encode(), partition=0).get(timeout=WITHIN)
    except kafka.errors.KafkaError as error:
        message = f"the directory does not take {key}: {type(error).__name__}"
        raise Refused(message) from None


def _make_key(path: pathlib.Path, at: dt.datetime) -> None:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    keys.write_key(path, seals.make_signing_key(at))


def _write_public(path: pathlib.Path, anchor: str) -> None:
    path.write_text(anchor, encoding="utf-8")
    path.chmod(0o644)
