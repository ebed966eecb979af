"""What the regions are told: the whole course of a referral as this side knows it, in clocks and codes.

The statement goes out with the change, in its transaction, and in full each time, so that none needs the one
before it. What it may say is decided by `queries.statement_for_regions`.
"""

import datetime
import uuid

from django.db import transaction

from federation.audit import actions as audit
from federation.bus import directory, outbox
from federation.identity.actor import Actor
from municipal.referrals import queries
from municipal.referrals.models import Referral


def state_progress(*, referral: Referral, by: Actor, at: datetime.datetime) -> None:  # noqa: ARG001 -- every action says by whom
    """Tell our region and the other side's, as far as they take part; once when it is the same."""
    for region in directory.regions_between(referral.peer):
        _tell(region, referral, at)


@transaction.atomic
def state_to_newcomer(*, referral_id: uuid.UUID, region: str, by: Actor, at: datetime.datetime) -> None:
    """Tell a region that joined after our last change what it does not know of an open referral."""
    referral = queries.locked(referral_id)
    referral.stated_version, referral.stated_digest = queries.next_statement(referral)
    referral.save(update_fields=["stated_version", "stated_digest"])
    _tell(region, referral, at)
    audit.record(
        act="progressStated",
        by=by,
        at=at,
        subject=f"referral:{referral.pk}",
        case_id=referral.case_id,
        facts={"region": region, "version": referral.stated_version},
    )


def _tell(region: str, referral: Referral, at: datetime.datetime) -> None:
    outbox.put(
        to=region,
        body=queries.statement_for_regions(referral),
        referral_id=referral.pk,
        at=at,
        relates_to=referral.relates_to if referral.hand_back else None,
    )
