"""The sender takes a referral back, and a person takes consent back."""

import datetime
import uuid
from dataclasses import dataclass

from django.db import transaction

from federation.custody import sender
from federation.identity.actor import Actor
from municipal.consents import actions as consents, queries as consent_queries
from municipal.referrals import queries, rules
from municipal.referrals.actions.carrying import carry_out
from municipal.referrals.actions.turn import Turn
from municipal.referrals.models import Referral
from municipal.referrals.rules import Direction


@transaction.atomic
def revoke_referral(*, referral_id: uuid.UUID, reason: str, by: Actor, at: datetime.datetime) -> Referral:
    """Ask to take a referral back; the recipient decides which came first, its acceptance or this (loss L8).

    Raises MissingPermission, ReferralUnknown, OfferInvalid, ReferralStateConflict.
    """
    rules.check_code("revocation-reason", reason, field="reason")
    referral = queries.mine(referral_id, Direction.SENT, act="revoked", by=by)
    step = sender.revoke(queries.sent_facts(referral))
    referral.revocation_reason = reason
    turn = Turn(referral=referral, step=step, act="revocationAsked")
    return carry_out(turn=turn, by=by, at=at)


@dataclass(frozen=True)
class Withdrawn:
    """A consent that was taken back, and the referrals whose recipients are told."""

    consent: consent_queries.ConsentView
    told: tuple[Referral, ...]


@transaction.atomic
def withdraw_consent(*, consent_id: uuid.UUID, by: Actor, at: datetime.datetime) -> Withdrawn:
    """Record that a person takes consent back, and drive every referral that rests on it to its end (loss L4).

    It succeeds in every state; every recipient is told, and a dossier without receipt is taken out.
    Raises MissingPermission, ConsentNotFound, AlreadyWithdrawn.
    """
    by.check_role(*rules.ACTORS)
    # locks the consent, then the referrals: the order of both gates
    consent = consents.record_withdrawal(consent_id=consent_id, by=by, at=at)
    told = []
    for referral in queries.locked_of_consent(consent_id):
        known = queries.sent_facts(referral)
        if known.consent_withdrawn:
            continue  # the other side told us of it first
        turn = Turn(referral=referral, step=sender.withdraw(known), act="consentWithdrawn")
        told.append(carry_out(turn=turn, by=by, at=at))
    return Withdrawn(consent, tuple(told))
