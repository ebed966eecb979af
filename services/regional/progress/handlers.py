"""What comes off the bus: the word of one side of a referral."""

import datetime

from federation.bus import local
from federation.contracts.messages import Message
from federation.identity import actor
from regional.progress import actions


def on_progress_stated(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Keep the word; nothing ever travels beside it."""
    del dossier
    actions.keep_statement(message=message, by=actor.system(local.participant(), "consumer"), at=at)
