"""Whom we know and whom we believe: the records of the federation's directory.

A record counts only with two signatures: the participant's and the federation's. Even then nothing
is sealed to it until its key is believed: a person here has compared the fingerprint, or an already
believed key has announced it.
"""

import datetime
import functools
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from federation import clock
from federation.bus import alarms, local, outbox, topics
from federation.bus.models import DirectoryEntry, InboxWork, OutboxMessage, PeerTrust
from federation.contracts import directory as contract, keys
from federation.contracts.directory import DirectoryRecord
from federation.contracts.keys import PublicKey
from federation.errors import DomainError, Kind
from federation.seals import keys as own_keys, records, signatures

log = structlog.get_logger()


class ParticipantUnknown(DomainError):
    """The directory names no such participant."""

    kind = Kind.NOT_FOUND


class FingerprintDiffers(DomainError):
    """The fingerprint is not that of the participant's key."""

    kind = Kind.CONFLICT


@dataclass(frozen=True)
class SealingKey:
    """The key to seal to, and the version of the record that names it."""

    key: PublicKey
    version: int


def peers(at: datetime.datetime) -> list[DirectoryRecord]:
    """Return the believed records of all towns whose protocol with ours is in force, by id."""
    known = DirectoryEntry.objects.values_list("participant", flat=True).distinct().order_by("participant")
    found = [record_of(name) for name in known if name != local.participant()]
    return [record for record in found if record and protocol_with(record.participant, at)]


def record_of(participant: str) -> DirectoryRecord | None:
    """Return the newest record of a participant that we believe."""
    believed = PeerTrust.objects.filter(participant=participant).values("kid")
    entry = DirectoryEntry.objects.filter(participant=participant, signed_by__in=believed).order_by("version").last()
    return _record(entry) if entry else None


def of_level(level: str, *, believed: bool = True) -> list[DirectoryRecord]:
    """Return the newest records of all participants of a level, by id; those that nobody here confirmed if asked."""
    entries = DirectoryEntry.objects.all()
    return [record for record in (_believed if believed else _newest)(entries) if record.level == level]


def regions_between(peer: str) -> tuple[str, ...]:
    """Return the regions that watch over what we and `peer` do together: ours and its own, those that we believe."""
    other = record_of(peer)
    named = {local.tenant().region, other.region if other else None} - {None}
    if not named:
        return ()
    found = _believed(DirectoryEntry.objects.filter(participant__in=named))
    return tuple(record.participant for record in found if record.level == "regional")


def _believed(entries: QuerySet[DirectoryEntry]) -> list[DirectoryRecord]:
    trust = PeerTrust.objects.filter(participant=OuterRef("participant"), kid=OuterRef("signed_by"))
    return _newest(entries.filter(Exists(trust)))


def _newest(entries: QuerySet[DirectoryEntry]) -> list[DirectoryRecord]:
    """Return the newest record of each participant among `entries`, by id: one statement for all of them."""
    found = entries.order_by("participant", "-version").distinct("participant")
    return [_record(entry) for entry in found]


def believed() -> dict[str, DirectoryRecord]:
    """Return the newest record that we believe of every participant, by id, in one statement."""
    return {record.participant: record for record in _believed(DirectoryEntry.objects.all())}


def newest_of(participant: str) -> DirectoryRecord | None:
    """Return the newest record that a participant published, believed or not."""
    entry = DirectoryEntry.objects.filter(participant=participant).order_by("version").last()
    return _record(entry) if entry else None


def trusted(participant: str) -> bool:
    """Say whether anything may be sealed to a participant."""
    return sealing_key(participant) is not None


def sealing_key(participant: str) -> SealingKey | None:
    """Return the key of a participant's believed record."""
    record = record_of(participant)
    return SealingKey(record.current_encryption_key, record.version) if record else None


def signing_keys(participant: str) -> list[PublicKey]:
    """Return the believed signing keys of a participant: retired ones verify for ever, compromised ones never."""
    believed = PeerTrust.objects.filter(participant=participant)
    found = {trust.kid: own_keys.from_jwk(trust.jwk) for trust in believed}
    record = record_of(participant)
    return list(
        (found | {key.kid: key for key in (record.signing_keys if record else ()) if key.kid in found}).values()
    )


def protocol_with(participant: str, at: datetime.datetime) -> frozenset[str]:
    """Return the kinds of referral that both towns' protocols allow today; empty when only one side names the other."""
    record = record_of(participant)
    return kinds_of(record, at) if record else frozenset()


def kinds_of(record: DirectoryRecord, at: datetime.datetime) -> frozenset[str]:
    """Return the kinds of referral that our protocol and that of a record allow today."""
    today = clock.today_in_brussels(at)
    ours = local.tenant().protocol_with(record.participant)
    mine = ours.kinds if ours and ours.allows_offers_on(today) else frozenset()
    return mine & record.protocol_with(local.participant(), today)


def may_write_here(participant: str, _at: datetime.datetime) -> bool:
    """Say whether a participant has a way to our inbox, so that an answer to it makes sense.

    A protocol that has ended keeps the way open for answers until a file drops it.
    """
    record = record_of(participant)
    if record is None or participant == local.participant():
        return False
    own = local.tenant()
    if record.level == "national" or own.level == "national":
        return True
    named = own.protocol_with(participant) is not None
    names_us = any(protocol.with_ == own.id for protocol in record.protocols)
    if named and names_us:
        return True
    ours = [protocol.peer for protocol in own.protocols]
    theirs = [protocol.with_ for protocol in record.protocols]
    return _watches(participant, own.region, ours) or _watches(own.id, record.region, theirs)


def _watches(region: str, named: str | None, peers: Sequence[str]) -> bool:
    """Say whether a region is a town's own, or that of one of its peers: a town states its progress to both."""
    if named == region:
        return True
    others = (record_of(peer) for peer in peers)
    return any(other is not None and other.region == region for other in others)


def take(value: bytes, at: datetime.datetime) -> DirectoryEntry | None:
    """Store a record off the directory's topic; None when it is known, older, or not what it claims to be.

    A record that is signed by a believed key is believed, with the keys that it names. What waits
    for a key of this participant is looked at again.
    """
    try:
        verified = records.verify_record(value, federation_keys=federation_keys())
    except records.RecordInvalid:
        alarms.raise_alarm(alarms.DIRECTORY_RECORD_INVALID, at=at)
        return None
    record, signer = verified.record, verified.signed_by
    same = DirectoryEntry.objects.filter(participant=record.participant, version=record.version).first()
    if same is not None:
        if same.digest != verified.digest:
            alarms.raise_alarm(alarms.DIRECTORY_VERSION_REUSED, at=at, peer=record.participant)
        return None
    with transaction.atomic():
        entry = DirectoryEntry.objects.create(
            participant=record.participant,
            version=record.version,
            digest=verified.digest,
            signed_by=signer.kid,
            content=signatures.payload_of(signatures.payload_of(value.decode()).decode()).decode(),
            signed=value.decode(),
            received_at=at,
        )
        if any(key.kid == signer.kid and key.state != keys.COMPROMISED for key in signing_keys(record.participant)):
            _believe(record, how="announced", by=signer.kid, at=at)
        look_again(record.participant, at)
    return entry


def read_next(reader: topics.Reader, offset: int, at: datetime.datetime) -> int:
    """Store the directory's records from `offset` on, and return where the next ones begin.

    The topic is small and compacted, and a record that is known changes nothing: each process reads it from its start.
    """
    found = reader.read(offset, 200)
    for record in found:
        if record.value is not None and (record.key or b"").startswith(b"participant/"):
            take(record.value, at)
    return found[-1].offset + 1 if found else offset


def trust(participant: str, fingerprint: str, *, by: str, at: datetime.datetime) -> DirectoryRecord:
    """Believe the newest record of a participant, whose fingerprint a person has compared.

    Raises ParticipantUnknown, FingerprintDiffers.
    """
    with transaction.atomic():
        entry = DirectoryEntry.objects.filter(participant=participant).order_by("version").last()
        if entry is None:
            raise ParticipantUnknown(participant=participant)
        record = _record(entry)
        if _bare(keys.fingerprint(_signer(entry))) != _bare(fingerprint):
            raise FingerprintDiffers(participant=participant)
        _believe(record, how="confirmed", by=by, at=at)
        look_again(participant, at)
    return record


def fingerprint_of(participant: str) -> str | None:
    """Return the fingerprint of the key under a participant's newest record, for people to compare."""
    entry = DirectoryEntry.objects.filter(participant=participant).order_by("version").last()
    return keys.fingerprint(_signer(entry)) if entry else None


def look_again(participant: str, at: datetime.datetime) -> None:
    """Try again what waits for a key of this participant, in both directions."""
    InboxWork.objects.filter(state=InboxWork.State.UNKNOWN_KEY, message__source=participant).update(
        state=InboxWork.State.READY, reason="", since=at
    )
    OutboxMessage.objects.filter(
        recipient=participant, receipt_at__isnull=True, refused_at__isnull=True, next_attempt_at__gt=at
    ).update(next_attempt_at=at)
    outbox.wake(outbox.CHANNEL)


def federation_keys() -> Sequence[PublicKey]:
    """Return the keys that countersign records: the anchor that every installation brings along."""
    return own_keys.from_jwks(pathlib.Path(settings.FEDERATION_JWKS_FILE).read_text(encoding="utf-8"))


def _believe(record: DirectoryRecord, *, how: str, by: str, at: datetime.datetime) -> None:
    for key in record.signing_keys:
        if key.state != keys.COMPROMISED:
            PeerTrust.objects.get_or_create(
                participant=record.participant,
                kid=key.kid,
                defaults={
                    "fingerprint": keys.fingerprint(key),
                    "jwk": own_keys.to_jwk(key),
                    "how": how,
                    "by": by,
                    "at": at,
                },
            )


def _record(entry: DirectoryEntry) -> DirectoryRecord:
    return _decoded(entry.content)


@functools.lru_cache(maxsize=256)
def _decoded(content: str) -> DirectoryRecord:
    """Return a record that was checked when it was stored: checking it at every message would cost most of its time."""
    return contract.decode(content.encode())


def _signer(entry: DirectoryEntry) -> PublicKey:
    return next(key for key in _record(entry).signing_keys if key.kid == entry.signed_by)


def _bare(fingerprint: str) -> str:
    return "".join(fingerprint.split()).upper()
