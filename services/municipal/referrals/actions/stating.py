"""What the regions are told: the whole course of a referral as this side knows it, in clocks and codes.

Nobody's name, no team's person, nothing of the preview: a region knows that a question was put, and when
something moved. The statement goes out with the change, in its transaction, and in full each time, so that
none needs the one before it.
"""

import datetime
import uuid

from django.db import transaction

from federation.audit import actions as audit
from federation.bus import directory, local, outbox
from federation.contracts import codec, codes, digests
from federation.contracts.messages import Clocks, ProgressStated
from federation.identity.actor import Actor
from municipal.referrals import queries
from municipal.referrals.models import Referral
from municipal.referrals.rules import Direction

MESSAGE = ProgressStated.__name__


def count_version(referral: Referral) -> bool:
    """Give what a region may know of `referral` its next version, before the row is stored; say whether it changed."""
    if not referral.state:
        return False  # a tombstone: the offer, and with it who asked what, has not come yet
    digest = digests.digest(codec.dump(codec.to_json(_clocks_and_codes(referral, version=1))))
    if digest == referral.stated_digest:
        return False
    referral.stated_version, referral.stated_digest = referral.stated_version + 1, digest
    return True


def state_progress(referral: Referral, *, at: datetime.datetime) -> None:
    """Tell our region and the other side's, as far as they take part; once when it is the same."""
    for region in directory.regions_between(referral.peer):
        _tell(region, referral, at)


@transaction.atomic
def state_to_newcomer(*, referral_id: uuid.UUID, region: str, by: Actor, at: datetime.datetime) -> None:
    """Tell a region that joined after our last change what it does not know of an open referral."""
    referral = queries.locked(referral_id)
    if count_version(referral):
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
        body=_clocks_and_codes(referral, version=referral.stated_version),
        referral_id=referral.pk,
        at=at,
        relates_to=referral.relates_to if referral.hand_back else None,
    )


def _clocks_and_codes(referral: Referral, *, version: int) -> ProgressStated:
    own = local.participant()
    sent = referral.direction == Direction.SENT
    return ProgressStated(
        from_=own if sent else referral.peer,
        to=referral.peer if sent else own,
        kind=referral.kind,
        state=referral.state,
        version=version,
        clocks=Clocks(**{name: getattr(referral, name) for name in Clocks.__slots__}),
        decline_reason=_listed("decline-reason", referral.decline_reason),
        revocation_reason=_listed("revocation-reason", referral.revocation_reason),
        kept_reason=_listed("kept-reason", referral.kept_reason),
        hand_back_reason=_listed("hand-back-reason", referral.hand_back_reason),
    )


def _listed(name: str, code: str) -> str | None:
    """Return a code that our lists have: one of a newer town is kept here as it came, and not passed on."""
    return code if code in codes.codes(name) else None
