"""What must not happen and a person must look at: a row and a log line, never a name.

Each kind is a code of `schemas/codes/alarm.yaml`, which says it in the words of the operator.
"""

import datetime
import uuid

import structlog

from federation.bus.models import Alarm, InboxMessage

log = structlog.get_logger()

TOPIC_RECREATED = "topicRecreated"
POSITION_LOST = "positionLost"
RECORD_CHANGED = "recordChanged"
SEQ_REUSED = "seqReused"
EVENT_ID_REUSED = "eventIdReused"
UNKNOWN_RECEIPT = "unknownReceipt"
UNKNOWN_REFUSAL = "unknownRefusal"
DIRECTORY_RECORD_INVALID = "directoryRecordInvalid"
DIRECTORY_VERSION_REUSED = "directoryVersionReused"
CHECKPOINT_CONTRADICTED = "checkpointContradicted"


def raise_alarm(
    kind: str,
    *,
    at: datetime.datetime,
    peer: str = "",
    referral_id: uuid.UUID | None = None,
    message: InboxMessage | None = None,
) -> None:
    """Store and log one alarm."""
    Alarm.objects.create(kind=kind, peer=peer, referral_id=referral_id, message=message, at=at)
    log.error(
        "alarm of the bus",
        kind=kind,
        peer=peer,
        referral=str(referral_id or ""),
        inbox_message=message.pk if message else None,
    )
