"""What the bus brings for the audit: the checkpoints of our peers, whose witness we are."""

import datetime

from federation.audit import witness
from federation.contracts.messages import CheckpointSigned, Message


def on_checkpoint_signed(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:  # noqa: ARG001 -- every handler is called so
    """Keep a peer's checkpoint."""
    if isinstance(message.body, CheckpointSigned):
        witness.keep(peer=message.sender, epoch=message.epoch, checkpoint=message.body, said_at=message.time, at=at)
