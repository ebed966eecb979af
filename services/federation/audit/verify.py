"""Finds what nobody should be able to do: entries edited, deleted, put in another order, or cut off."""

import datetime
from collections.abc import Iterable, Iterator

from federation.audit import chain, queries, sealer
from federation.audit.models import AuditCheckpoint, AuditEntry, AuditSeal
from federation.bus import local, outbox
from federation.contracts.messages import CheckpointSigned
from federation.seals import signatures

LONGEST_WAIT = datetime.timedelta(minutes=10)
"""An entry that is older and has no seal was kept from the sealer."""


def findings(at: datetime.datetime, witnessed: Iterable[CheckpointSigned] = ()) -> list[str]:
    """Return everything that is wrong with the chain, one line each; nothing when it is whole.

    `witnessed` are checkpoints that a peer holds of us: they stand outside our reach.
    """
    digests: dict[int, str] = {}
    found = list(_chain(digests))
    found += _unsealed(at)
    found += _own_checkpoints(digests)
    found += _said(digests, "sent to a peer", outbox.all_said(CheckpointSigned))
    found += _said(digests, "held by a peer", witnessed)
    return found


def _chain(digests: dict[int, str]) -> Iterator[str]:
    before, expected = chain.BEGINNING, 1
    for seal in AuditSeal.objects.select_related("entry").order_by("number").iterator(chunk_size=1000):
        if seal.number != expected:
            yield f"seal {expected}: missing; the next one is {seal.number}"
        digest = chain.link(seal.number, before, chain.of_entry(queries.content(seal.entry)))
        if digest != seal.digest:
            yield f"seal {seal.number}: entry {seal.entry_id} is not what was sealed here"
        digests[seal.number] = seal.digest
        before, expected = seal.digest, seal.number + 1


def _unsealed(at: datetime.datetime) -> Iterator[str]:
    late = AuditEntry.objects.filter(seal__isnull=True, at__lt=at - LONGEST_WAIT).order_by("id")
    for number in late.values_list("id", flat=True):
        yield f"entry {number}: not sealed"
    orphans = AuditSeal.objects.filter(entry__isnull=True)
    for number in orphans.values_list("number", flat=True):
        yield f"seal {number}: its entry is gone"


def _own_checkpoints(digests: dict[int, str]) -> Iterator[str]:
    keys = local.keyring().public_signing_keys
    expected = 1
    for checkpoint in AuditCheckpoint.objects.order_by("number"):
        if checkpoint.number != expected:
            yield f"checkpoint {expected}: missing"
        expected = checkpoint.number + 1
        content = sealer.signed_content(checkpoint.number, checkpoint.entries, checkpoint.digest, checkpoint.at)
        try:
            signed = signatures.verify(checkpoint.jws, keys, purpose=sealer.PURPOSE)
        except (signatures.SignatureInvalid, signatures.SigningKeyUnknown, signatures.SigningKeyCompromised):
            signed = b""
        if signed != content:
            yield f"checkpoint {checkpoint.number}: not what was signed"
        yield from _compared(digests, f"checkpoint {checkpoint.number}", checkpoint.entries, checkpoint.digest)


def _said(digests: dict[int, str], where: str, said: Iterable[CheckpointSigned]) -> Iterator[str]:
    known = set(AuditCheckpoint.objects.values_list("number", flat=True))
    for one in said:
        if one.number not in known:
            yield f"checkpoint {one.number}, {where}: missing here"
        yield from _compared(digests, f"checkpoint {one.number}, {where}", one.entries, one.digest)


def _compared(digests: dict[int, str], name: str, entries: int, digest: str) -> Iterator[str]:
    if entries not in digests:
        yield f"{name}: the chain is cut off before seal {entries}"
    elif digests[entries] != digest:
        yield f"{name}: seal {entries} was another one"
