"""Lists of teams, and the log of readings: what tells people, and never changes a state."""

import datetime
import uuid

from django.db import transaction

from federation.audit import actions as audit
from federation.custody.facts import ReferralStateConflict
from federation.identity.actor import Actor
from municipal.cases import rules as case_rules
from municipal.referrals import queries, rules
from municipal.referrals.models import Referral, TeamItem
from municipal.referrals.rules import Direction


@transaction.atomic
def remind(*, referral: Referral, code: str, role: str, by: Actor, at: datetime.datetime) -> bool:
    """Put a reminder on a list, once for each code and role; return whether it is new."""
    item = TeamItem(referral=referral, team=referral.team, code=code, role=role, reminder=True, at=at)
    before = TeamItem.objects.filter(referral=referral, code=code, role=role, reminder=True).exists()
    if before:
        return False
    TeamItem.objects.bulk_create([item], ignore_conflicts=True)
    audit.record(
        act="reminded",
        by=by,
        at=at,
        subject=f"referral:{referral.pk}",
        case_id=referral.case_id,
        facts={"code": code, "role": role},
    )
    return True


@transaction.atomic
def read_items(*, referral_id: uuid.UUID, by: Actor, at: datetime.datetime) -> int:
    """Take what lies on the own lists about a referral off them; return how many items there were."""
    by.check_role(*rules.ACTORS)
    referral = queries.get_referral(referral_id, by=by)
    return queries.unread(by=by).filter(referral=referral).update(read_at=at, read_by=by.subject)


@transaction.atomic
def read_dossier(*, referral_id: uuid.UUID, purpose: str, by: Actor, at: datetime.datetime) -> queries.Dossier:
    """Return exactly the consented blocks, and leave an entry in the log of readings.

    They are as closed as the file that they were joined into. Raises MissingPermission, ReferralUnknown,
    PurposeMissing, FileClosed, and ReferralStateConflict where no dossier came or its copy is erased.
    """
    referral = queries.get_referral(referral_id, by=by)
    rules.check_side(referral.direction, Direction.RECEIVED, act="read", state=referral.state)
    case_rules.check_read(by, team=referral.team, closed=queries.dossier_closed(referral), purpose=purpose)
    found = queries.dossier(referral)
    if found is None:
        raise ReferralStateConflict("There is no dossier here.", state=referral.state, act="read")
    audit.record(
        act="dossierRead",
        by=by,
        at=at,
        subject=f"referral:{referral.pk}",
        case_id=referral.case_id,
        purpose=purpose,
        facts={"peer": referral.peer, "digest": found.digest},
    )
    return found
