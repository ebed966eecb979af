"""One event of one referral on its way through a transaction."""

import datetime
from dataclasses import dataclass, field

from federation.custody.facts import Received, Sent, Step
from federation.identity.actor import Actor
from municipal.referrals.models import Referral


@dataclass(kw_only=True)
class Turn:
    """What the protocol answered to one event, and all that carrying it out needs."""

    referral: Referral
    step: Step[Sent] | Step[Received]
    act: str
    """The code of the event: on the team's list and in the audit."""
    by: Actor = field(init=False)
    at: datetime.datetime = field(init=False)
    said_at: datetime.datetime | None = None
    """When the other side signed the word that moved us."""
    dossier: str | None = None
    """Sender: the text that goes. Recipient: the readable text that came."""
    text: str = ""
    on: datetime.date | None = None
