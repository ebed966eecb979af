"""How the bus is: ages and counts for `make status`, for `GET /health` and for alarms."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Min, Q

from federation.bus.models import Alarm, InboxWork, OutboxMessage


@dataclass(frozen=True)
class Health:
    """What a person must know about the bus of one participant. Receipts wait for nothing and are left out."""

    unreceipted: int
    oldest_unreceipted_seconds: int | None
    never_sent: int
    undeliverable: int
    ready: int
    held: int
    unknown_key: int
    parked: int
    alarms: int


def health(at: datetime.datetime) -> Health:
    """Return how the bus of this participant is; three statements."""
    waiting = Q(receipt_at__isnull=True, refused_at__isnull=True) & ~Q(type="MessageReceived")
    out = OutboxMessage.objects.aggregate(
        unreceipted=Count("pk", filter=waiting),
        oldest=Min("created_at", filter=waiting),
        never_sent=Count("pk", filter=waiting & Q(first_sent_at__isnull=True)),
        undeliverable=Count("pk", filter=Q(refused_at__isnull=False)),
    )
    oldest = out["oldest"]
    states = dict(InboxWork.objects.values_list("state").annotate(Count("pk")))
    return Health(
        unreceipted=out["unreceipted"],
        oldest_unreceipted_seconds=int((at - oldest).total_seconds()) if oldest else None,
        never_sent=out["never_sent"],
        undeliverable=out["undeliverable"],
        ready=states.get(InboxWork.State.READY, 0),
        held=states.get(InboxWork.State.HELD, 0),
        unknown_key=states.get(InboxWork.State.UNKNOWN_KEY, 0),
        parked=states.get(InboxWork.State.PARKED, 0),
        alarms=Alarm.objects.count(),
    )
