"""Every read of consents, and the check that both gates of a referral make."""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from federation import clock
from federation.bus import local
from federation.contracts import digests, strict_json
from federation.identity.actor import Actor, Role
from municipal.cases import queries as cases, rules as case_rules
from municipal.consents import rules
from municipal.consents.models import Consent


@dataclass(frozen=True)
class ConsentView:
    """One consent as it was given, and its withdrawal if there is one."""

    id: uuid.UUID
    case_id: uuid.UUID
    recipient: str
    purpose: str
    blocks: frozenset[str]
    giver: str
    how: str
    language: str
    given_on: datetime.date
    stands_from: datetime.date
    valid_until: datetime.date
    digest: str
    recorded_at: datetime.datetime
    withdrawn_at: datetime.datetime | None

    def stands(self, at: datetime.datetime) -> bool:
        """Say whether the consent has begun and is neither withdrawn nor ended at an instant."""
        return self.withdrawn_at is None and not self.follows(at) and not self.ended(at)

    def follows(self, at: datetime.datetime) -> bool:
        """Say whether its first day has not come yet: it renews one that stands until then."""
        return self.withdrawn_at is None and clock.today_in_brussels(at) < self.stands_from

    def ended(self, at: datetime.datetime) -> bool:
        """Say whether its last day has passed in Belgium."""
        return clock.today_in_brussels(at) >= self.valid_until


def grant_for(
    case_id: uuid.UUID, *, recipient: str, purpose: str, blocks: Collection[str], at: datetime.datetime
) -> ConsentView:
    """Return the consent on which these blocks may go to `recipient`, its row locked until the commit.

    The lock orders the gate against a withdrawal: whichever commits first is seen by the other.
    Raises ConsentMissing, ConsentExpired or BlockNotConsented.
    """
    found = _locked(case_id=case_id, recipient=recipient, purpose=purpose, withdrawn_at__isnull=True)
    standing = next((view for view in found if view.stands(at)), None)
    if standing is None:
        raise rules.ConsentExpired if found else rules.ConsentMissing
    rules.check_blocks(blocks, consented=standing.blocks)
    return standing


def locked(consent_id: uuid.UUID) -> ConsentView:
    """Return that very consent, its row locked until the commit; raise ConsentNotFound."""
    found = _locked(pk=consent_id)
    if not found:
        raise rules.ConsentNotFound
    return found[0]


def case_of(consent_id: uuid.UUID) -> uuid.UUID:
    """Return the case of a consent; raise ConsentNotFound."""
    case_id = Consent.objects.filter(pk=consent_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise rules.ConsentNotFound
    return case_id


def get_consent(consent_id: uuid.UUID, *, by: Actor) -> ConsentView:
    """Return a consent of a case that `by` may know of; raise ConsentNotFound or MissingPermission."""
    by.check_role(*case_rules.READERS)
    consent = Consent.objects.filter(pk=consent_id).first()
    if consent is None:
        raise rules.ConsentNotFound
    check_register(consent.case_id, by=by)
    return view_of(consent)


def check_register(case_id: uuid.UUID, *, by: Actor) -> None:
    """Raise unless `by` may see which consents a case has, which name nobody: own team, coordinator or officer.

    A closed file keeps its consents in sight: who handed a case over must still be able to withdraw.
    Raises MissingPermission or CaseNotFound.
    """
    by.check_role(*case_rules.READERS)
    team = cases.team_of(case_id)
    if not by.has(Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER) and team != by.team:
        raise case_rules.CaseNotFound


@dataclass(frozen=True)
class Ending:
    """A consent that ends soon, and whose it is."""

    consent: ConsentView
    case_id: uuid.UUID
    reference: str
    name: str


def ending(*, by: Actor, after: datetime.date, on_or_before: datetime.date) -> list[Ending]:
    """Return the consents of the own work that end within these days and are not renewed yet, the soonest first."""
    renewal = Consent.objects.filter(
        case=OuterRef("case"),
        recipient=OuterRef("recipient"),
        purpose=OuterRef("purpose"),
        stands_from=OuterRef("valid_until"),
        withdrawn_at__isnull=True,
    )
    found = Consent.objects.filter(
        ~Exists(renewal),
        case__in=cases.visible_to(by).values("pk"),
        withdrawn_at__isnull=True,
        valid_until__gt=after,
        valid_until__lte=on_or_before,
    )
    return [
        Ending(view_of(one), one.case_id, one.case.reference, cases.name_of(one.case))
        for one in found.select_related("case__person").order_by("valid_until", "pk")
    ]


def overlapping(
    case_id: uuid.UUID, *, recipient: str, purpose: str, given_on: datetime.date, valid_until: datetime.date
) -> list[rules.Days]:
    """Return the days of the consents, not withdrawn, that stand for the same on one of these days."""
    found = Consent.objects.filter(
        case_id=case_id,
        recipient=recipient,
        purpose=purpose,
        withdrawn_at__isnull=True,
        stands_from__lt=valid_until,
        valid_until__gt=given_on,
    )
    return [rules.Days(one.stands_from, one.valid_until) for one in found]


def of_case(case_id: uuid.UUID) -> QuerySet[Consent]:
    """Return the consents of a case, the newest first. Whether the caller may see the case was asked before."""
    return Consent.objects.filter(case_id=case_id).order_by("-recorded_at", "pk")


def register() -> QuerySet[Consent]:
    """Return every consent of this town, the newest first: the data protection officer's register."""
    return Consent.objects.order_by("-recorded_at", "pk")


def ground_stands(code: str, *, at: datetime.datetime) -> bool:
    """Say whether a referral may name the ground `code` at an instant: the town's own dated list."""
    return code in local.tenant().grounds_on(clock.today_in_brussels(at))


def digest_of(view: ConsentView) -> str:
    """Return the digest that travels with an offer; the record itself, which names nobody, never leaves."""
    return digests.digest(
        strict_json.dumps(
            {
                "id": str(view.id),
                "case": str(view.case_id),
                "recipient": view.recipient,
                "purpose": str(view.purpose),
                "blocks": sorted(view.blocks),
                "giver": str(view.giver),
                "how": str(view.how),
                "language": view.language,
                "givenOn": view.given_on.isoformat(),
                "standsFrom": view.stands_from.isoformat(),
                "validUntil": view.valid_until.isoformat(),
                "recordedAt": view.recorded_at.isoformat(),
            }
        )
    )


def view_of(consent: Consent) -> ConsentView:
    """Return a consent as a frozen value."""
    return ConsentView(
        id=consent.pk,
        case_id=consent.case_id,
        recipient=consent.recipient,
        purpose=consent.purpose,
        blocks=frozenset(consent.blocks),
        giver=consent.giver,
        how=consent.how,
        language=consent.language,
        given_on=consent.given_on,
        stands_from=consent.stands_from,
        valid_until=consent.valid_until,
        digest=consent.digest,
        recorded_at=consent.recorded_at,
        withdrawn_at=consent.withdrawn_at,
    )


def _locked(**which: object) -> list[ConsentView]:
    consents = Consent.objects.filter(**which).select_for_update(of=("self",)).order_by("-recorded_at", "pk")
    return [view_of(consent) for consent in consents]
