"""Every write to consents: they are recorded, and once they may be withdrawn. Nothing else."""

import datetime
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from federation import clock
from federation.audit import actions as audit
from federation.bus import local
from federation.identity.actor import Actor
from municipal.cases import queries as cases, rules as case_rules
from municipal.consents import queries, rules
from municipal.consents.models import Consent
from municipal.people import rules as people_rules


@transaction.atomic
def record_consent(
    *,
    case_id: uuid.UUID,
    recipient: str,
    purpose: rules.Purpose,
    blocks: Collection[str],
    giver: rules.Giver,
    how: rules.How,
    language: str,
    given_on: datetime.date,
    valid_until: datetime.date,
    by: Actor,
    at: datetime.datetime,
) -> queries.ConsentView:
    """Record what the person, or who speaks for him, agreed to; one that ends soon is renewed from its end on.

    Raises MissingPermission, CaseNotFound, CustodyElsewhere, PersonUnknown, ConsentInvalid,
    GiverNotEntitled or ConsentOverlaps.
    """
    view = cases.locked_for_writing(case_id, by=by)
    _check_recipient(recipient)
    wanted = _known_blocks(blocks)
    if not people_rules.LANGUAGE.fullmatch(language):
        message = "`language` is an ISO 639 code."
        raise rules.ConsentInvalid(message, field="language")
    today = clock.today_in_brussels(at)
    rules.check_days(given_on=given_on, valid_until=valid_until, today=today)
    if view.person is None:
        raise rules.PersonUnknown
    rules.check_giver(giver, age=people_rules.age(view.person.birth_on, on=given_on), on=given_on)
    others = queries.overlapping(
        case_id, recipient=recipient, purpose=purpose, given_on=given_on, valid_until=valid_until
    )
    consent = Consent(
        case_id=case_id,
        recipient=recipient,
        purpose=purpose,
        blocks=wanted,
        giver=giver,
        how=how,
        language=language,
        given_on=given_on,
        stands_from=rules.stands_from(given_on, valid_until, others=others, today=today),
        valid_until=valid_until,
        recorded_at=at,
        recorded_by=by.subject,
    )
    consent.digest = queries.digest_of(queries.view_of(consent))
    consent.save(force_insert=True)
    _record("consentRecorded", consent, by, at)
    return queries.view_of(consent)


@transaction.atomic
def record_withdrawal(*, consent_id: uuid.UUID, by: Actor, at: datetime.datetime) -> queries.ConsentView:
    """Record that a consent was taken back, and with it the renewal that was to follow it.

    `referrals.actions.withdraw_consent` drives what comes of it.

    It succeeds in every state of case and referrals (loss L4: a withdrawal that deadlocked).
    Raises ConsentNotFound, MissingPermission or AlreadyWithdrawn.
    """
    by.check_role(*case_rules.WRITERS)
    # case before consent, as at the gates: two locks in two orders would wait for each other
    case = cases.locked_case(queries.case_of(consent_id))
    view = queries.locked(consent_id)
    try:
        case_rules.check_known(by, team=case.team)
    except case_rules.CaseNotFound:
        raise rules.ConsentNotFound from None
    if view.withdrawn_at is not None:
        raise rules.AlreadyWithdrawn
    # the clock of the machine that recorded may have run ahead of ours (F23): the order stays
    at = max(at, view.recorded_at)
    taken_back = Consent.objects.filter(Q(pk=consent_id) | _renewal_to_come(view, today=clock.today_in_brussels(at)))
    consents = {consent.pk: consent for consent in taken_back.select_for_update()}
    for consent in consents.values():
        consent.withdrawn_at, consent.withdrawn_by = max(at, consent.recorded_at), by.subject
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _record("consentWithdrawn", consent, by, at)
    return queries.view_of(consents[consent_id])


def _renewal_to_come(view: queries.ConsentView, *, today: datetime.date) -> Q:
    """Return the renewal of a consent that has not begun: nothing rests on it, and who says no means it too."""
    return Q(
        case_id=view.case_id,
        recipient=view.recipient,
        purpose=view.purpose,
        withdrawn_at__isnull=True,
        given_on__lt=view.valid_until,
        stands_from=view.valid_until,
        stands_from__gt=today,
    )


def _check_recipient(recipient: str) -> None:
    """Raise ConsentInvalid unless there is a protocol with the recipient, which is not this town itself."""
    if local.tenant().protocol_with(recipient) is None:
        message = "There is no protocol for the exchange of data with this recipient."
        raise rules.ConsentInvalid(message, field="recipient")


def _known_blocks(blocks: Collection[str]) -> list[str]:
    if not blocks or set(blocks) - rules.BLOCKS or len(set(blocks)) != len(blocks):
        message = f"`blocks` are some of: {', '.join(sorted(rules.BLOCKS))}; each once."
        raise rules.ConsentInvalid(message, field="blocks")
    return sorted(blocks)


def _record(act: str, consent: Consent, by: Actor, at: datetime.datetime) -> None:
    audit.record(
        act=act,
        by=by,
        at=at,
        subject=f"consent:{consent.pk}",
        case_id=consent.case_id,
        facts={
            "recipient": consent.recipient,
            "purpose": str(consent.purpose),
            "blocks": "+".join(consent.blocks),
            "digest": consent.digest,
        },
    )
