"""Keeping a question that is not asked yet, and forgetting it."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from federation.audit import actions as audit
from federation.identity.actor import Actor
from municipal.cases import queries as cases
from municipal.referrals.models import ReferralDraft

KEPT_DAYS = 30


@transaction.atomic
def keep_draft(
    *, case_id: uuid.UUID, referral_id: uuid.UUID, given: Mapping[str, Any], by: Actor, at: datetime.datetime
) -> None:
    """Keep what `by` has answered about a question on a case of which he may ask.

    Raises MissingPermission, CaseNotFound or CustodyElsewhere.
    """
    cases.locked_for_writing(case_id, by=by)
    values = {"referral_id": referral_id, "given": dict(given), "kept_at": at}
    ReferralDraft.objects.update_or_create(case_id=case_id, subject=by.subject, defaults=values)
    audit.record(
        act="referralDrafted",
        by=by,
        at=at,
        subject=f"referral:{referral_id}",
        case_id=case_id,
        facts={"answered": "+".join(sorted(given))},
    )


@transaction.atomic
def forget_draft(*, case_id: uuid.UUID, by: Actor, at: datetime.datetime) -> bool:
    """Forget what `by` has answered about a question on a case; return whether there was something."""
    gone, _ = ReferralDraft.objects.filter(case_id=case_id, subject=by.subject).delete()
    if gone:
        audit.record(act="referralDraftForgotten", by=by, at=at, subject=f"case:{case_id}", case_id=case_id, facts={})
    return gone > 0


@transaction.atomic
def forget_old_drafts(*, by: Actor, at: datetime.datetime) -> int:
    """Delete the drafts to which nothing was added for 30 days; return how many."""
    gone, _ = ReferralDraft.objects.filter(kept_at__lt=at - datetime.timedelta(days=KEPT_DAYS)).delete()
    if gone:
        audit.record(act="referralDraftsForgotten", by=by, at=at, subject="referrals", facts={"drafts": gone})
    return gone
