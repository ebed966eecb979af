"""What is due: forgetting."""

import datetime

from federation.bus import local
from federation.identity import actor
from regional.progress import actions


def forget_what_is_over(*, at: datetime.datetime) -> int:
    """Delete what ended more than 90 days ago; return how many referrals that were."""
    return actions.forget_ended(by=actor.system(local.participant(), "timers"), at=at)
