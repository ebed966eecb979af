"""Chains what is committed, and signs every hour how far the chain has come."""

import datetime

from django.db import connection, transaction

from federation.audit import chain, queries
from federation.audit.models import AuditCheckpoint, AuditEntry, AuditSeal, AuditWaiting
from federation.bus import directory, local, outbox
from federation.contracts import codec, strict_json
from federation.contracts.messages import CheckpointSigned
from federation.seals import signatures

PURPOSE = "zenne-checkpoint"
LOCK = 0x7A656E03
"""Advisory lock of one sealing transaction: two sealers would give one number twice, and one of them would fail."""


def tick(*, at: datetime.datetime) -> int:
    """Seal what waits, and sign a checkpoint when one is due; return how many entries were sealed."""
    sealed = seal_waiting(at)
    sign_checkpoint(at)
    return sealed


def seal_waiting(at: datetime.datetime, *, limit: int = 500) -> int:
    """Give the committed entries that wait their place in the chain.

    The order is that of sealing, not of the entries' ids: a transaction that commits late has a low
    id, and its entry comes after those that were sealed before.
    """
    with transaction.atomic():
        _lock()
        waiting = list(AuditEntry.objects.filter(waiting__isnull=False).order_by("id")[:limit])
        if not waiting:
            return 0
        last = AuditSeal.objects.order_by("number").last()
        number, digest = (last.number, last.digest) if last else (0, chain.BEGINNING)
        links = []
        for entry in waiting:
            number += 1
            digest = chain.link(number, digest, chain.of_entry(queries.content(entry)))
            links.append(AuditSeal(number=number, entry=entry, digest=digest, sealed_at=at))
        AuditSeal.objects.bulk_create(links)
        AuditWaiting.objects.filter(entry__in=waiting).delete()
    return len(links)


def sign_checkpoint(at: datetime.datetime) -> bool:
    """Sign how far the chain has come and tell all peers, once an hour when something is new."""
    with transaction.atomic():
        _lock()
        last = AuditCheckpoint.objects.order_by("number").last()
        known = last.entries if last else 0
        first = AuditSeal.objects.filter(number=known + 1).first()
        if first is None:
            return False
        interval = datetime.timedelta(seconds=local.setting("AUDIT_CHECKPOINT_SECONDS", 3600))
        if at - (last.at if last else first.sealed_at) < interval:
            return False
        newest = AuditSeal.objects.order_by("number").last() or first
        body = CheckpointSigned(known_number(last) + 1, newest.number, newest.digest)
        AuditCheckpoint.objects.create(
            number=body.number, entries=body.entries, digest=body.digest, at=at, jws=_signed(body, at)
        )
        for peer in directory.peers(at):
            outbox.put(to=peer.participant, body=body, referral_id=None, at=at)
    return True


def known_number(last: AuditCheckpoint | None) -> int:
    """Return the number of a checkpoint, 0 for none."""
    return last.number if last else 0


def signed_content(number: int, entries: int, digest: str, at: datetime.datetime) -> bytes:
    """Return what a checkpoint's signature covers."""
    return strict_json.dumps(
        {
            "participant": local.participant(),
            "number": number,
            "entries": entries,
            "digest": digest,
            "at": codec.instant(at),
        }
    )


def _signed(body: CheckpointSigned, at: datetime.datetime) -> str:
    content = signed_content(body.number, body.entries, body.digest, at)
    return signatures.sign(content, local.keyring().signing_key, purpose=PURPOSE)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
