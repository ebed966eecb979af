"""We keep what our peers said of their audit, and notice when they say otherwise later."""

import datetime

from django.db.models import Q

from federation.audit.models import PeerCheckpoint
from federation.bus import alarms
from federation.contracts.messages import CheckpointSigned


def keep(
    *, peer: str, epoch: int, checkpoint: CheckpointSigned, said_at: datetime.datetime, at: datetime.datetime
) -> None:
    """Store a peer's checkpoint; an alarm when it contradicts one that we have.

    In one epoch a chain only grows: the same number, or the same length, has one digest, and a
    later number has no shorter chain.
    """
    others = PeerCheckpoint.objects.filter(peer=peer, epoch=epoch)
    number, entries, digest = checkpoint.number, checkpoint.entries, checkpoint.digest
    contradiction = others.filter(
        (Q(number=number) & ~Q(digest=digest))
        | (Q(entries=entries) & ~Q(digest=digest))
        | Q(number__lt=number, entries__gte=entries)
        | Q(number__gt=number, entries__lte=entries)
    )
    if contradiction.exists():
        alarms.raise_alarm(alarms.CHECKPOINT_CONTRADICTED, at=at, peer=peer)
    PeerCheckpoint.objects.get_or_create(
        peer=peer,
        epoch=epoch,
        number=number,
        digest=digest,
        defaults={"entries": entries, "said_at": said_at, "stored_at": at},
    )


def kept(peer: str) -> list[CheckpointSigned]:
    """Return what a peer told us of its audit, for that peer to check itself by."""
    found = PeerCheckpoint.objects.filter(peer=peer).order_by("epoch", "number", "id")
    return [CheckpointSigned(one.number, one.entries, one.digest) for one in found]
