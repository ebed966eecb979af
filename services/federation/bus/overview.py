"""How the bus stands with each participant, which keys and certificates there are, and whom we believe.

For people who keep the installation running: numbers, ages, codes and fingerprints, nothing of any message.
"""

import datetime
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from django.conf import settings
from django.db.models import Count, Max, Min, Q

from federation.bus import directory, local
from federation.bus.models import Alarm, DirectoryEntry, InboxWork, OutboxMessage, PeerTrust
from federation.contracts import directory as contract, keys
from federation.contracts.directory import Names
from federation.contracts.keys import PublicKey

CERTIFICATES = ("KAFKA_CERTIFICATE_FILE", "KAFKA_CA_FILE", "OPENSEARCH_CERTIFICATE_FILE", "OPENSEARCH_CA_FILE")
"""Settings that name a file with a certificate; a level has those that it needs."""
SOON = datetime.timedelta(days=30)
OLD_KEYS_KEPT = datetime.timedelta(days=40)
"""After a rotation the encryption key before is kept so long, for what was sealed to it and is still on its way."""


@dataclass(frozen=True)
class Queue:
    """What waits in one direction."""

    count: int = 0
    oldest_at: datetime.datetime | None = None
    never_sent: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Peer:
    """One other participant: what waits for it, what waits from it, and whether we believe it."""

    id: str
    names: Names | None
    level: str
    version: int
    received_at: datetime.datetime | None
    fingerprint: str
    believed: bool
    outbox: Queue
    inbox: Queue


@dataclass(frozen=True)
class Certificate:
    """One certificate that this participant uses, and until when."""

    code: str
    subject: str
    until: datetime.datetime | None
    """None where the file cannot be read."""
    soon: bool


@dataclass(frozen=True)
class OwnKey:
    """One of this participant's own keys. No date decides: its state does."""

    public: PublicKey
    fingerprint: str
    destroy_from: datetime.datetime | None
    """From when on the older encryption key opens nothing more that is on its way."""


def peers() -> list[Peer]:
    """Return every other participant that the directory names, or that something waits for; four statements."""
    entries = DirectoryEntry.objects.order_by("participant", "-version").distinct("participant")
    newest = {entry.participant: entry for entry in entries}
    trusted = set(PeerTrust.objects.values_list("participant", "kid"))
    out, into = _outbox(), _inbox()
    named = sorted({*newest, *out, *into} - {local.participant(), ""})
    return [_peer(name, newest.get(name), trusted, out, into) for name in named]


def _peer(
    name: str,
    entry: DirectoryEntry | None,
    trusted: set[tuple[str, str]],
    out: Mapping[str, Queue],
    into: Mapping[str, Queue],
) -> Peer:
    record = contract.decode(entry.content.encode()) if entry else None
    signed_by = entry.signed_by if entry else ""
    signer = next((key for key in record.signing_keys if key.kid == signed_by), None) if record else None
    return Peer(
        id=name,
        names=record.names if record else None,
        level=record.level if record else "",
        version=record.version if record else 0,
        received_at=entry.received_at if entry else None,
        fingerprint=keys.fingerprint(signer) if signer else "",
        believed=(name, signed_by) in trusted,
        outbox=out.get(name, Queue()),
        inbox=into.get(name, Queue()),
    )


def _outbox() -> dict[str, Queue]:
    waiting = Q(receipt_at__isnull=True, refused_at__isnull=True) & ~Q(type="MessageReceived")
    found = OutboxMessage.objects.values("recipient").annotate(
        waiting=Count("pk", filter=waiting),
        oldest_at=Min("created_at", filter=waiting),
        never_sent=Count("pk", filter=waiting & Q(first_sent_at__isnull=True)),
        refused=Count("pk", filter=Q(refused_at__isnull=False)),
    )
    return {
        one["recipient"]: Queue(one["waiting"], one["oldest_at"], one["never_sent"], one["refused"])
        for one in found.order_by("recipient")
    }


def _inbox() -> dict[str, Queue]:
    found = InboxWork.objects.values("message__source").annotate(n=Count("pk"), oldest_at=Min("message__stored_at"))
    return {one["message__source"]: Queue(one["n"], one["oldest_at"]) for one in found.order_by("message__source")}


def own_keys() -> list[OwnKey]:
    """Return this participant's own keys, the current ones first."""
    public = [key.public for key in local.keyring().keys]
    ordered = sorted(public, key=lambda key: (key.state != keys.CURRENT, key.use, key.not_before))
    return [OwnKey(key, keys.fingerprint(key), _destroy_from(key, public)) for key in ordered]


def _destroy_from(key: PublicKey, all_of_them: list[PublicKey]) -> datetime.datetime | None:
    if key.use != keys.ENCRYPTION or key.state == keys.CURRENT:
        return None
    later = [other.not_before for other in all_of_them if other.use == key.use and other.not_before > key.not_before]
    return min(later) + OLD_KEYS_KEPT if later else None


def certificates(at: datetime.datetime) -> list[Certificate]:
    """Return the certificates that this participant's files hold, those that end soonest first."""
    found = [_certificate(name, getattr(settings, name), at) for name in CERTIFICATES if hasattr(settings, name)]
    return sorted(found, key=lambda one: (one.until is not None, one.until or at))


def _certificate(name: str, path: Any, at: datetime.datetime) -> Certificate:
    try:
        read = x509.load_pem_x509_certificates(pathlib.Path(path).read_bytes())[0]
    except (OSError, ValueError):
        return Certificate(name, "", None, soon=True)
    until = read.not_valid_after_utc
    return Certificate(name, read.subject.rfc4514_string(), until, soon=until - at <= SOON)


@dataclass(frozen=True)
class Alarms:
    """Equal alarms about one participant: how many, and from when to when."""

    kind: str
    peer: str
    """Empty where it is about no participant."""
    count: int
    first_at: datetime.datetime
    last_at: datetime.datetime


def alarms() -> list[Alarms]:
    """Return the alarms that ever were, equal ones of one participant together, the newest first."""
    found = Alarm.objects.values("kind", "peer").annotate(count=Count("pk"), first_at=Min("at"), last_at=Max("at"))
    return [Alarms(**one) for one in found.order_by("-last_at", "kind", "peer")]


def own_fingerprint() -> str | None:
    """Return the fingerprint that our peers compare by telephone: of the key under our newest record."""
    return directory.fingerprint_of(local.participant())
