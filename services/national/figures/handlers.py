"""What comes off the bus for the figures."""

import datetime

from federation.bus import local
from federation.contracts.messages import CountsReleased, Message
from federation.identity import actor
from national.figures import actions


def on_counts_released(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Take a release in; a second one of the same year is refused, and its sender hears why."""
    del dossier
    if not isinstance(message.body, CountsReleased):
        raise TypeError(message.type)
    by = actor.system(local.participant(), "consumer")
    actions.receive_release(participant=message.sender, released=message.body, said_at=message.time, by=by, at=at)
