"""What the sender's words do at the recipient: an offer, a revocation, a withdrawal, a release, a kept case."""

import datetime
import uuid

from django.db import IntegrityError, transaction

from federation.bus import inbox
from federation.contracts.messages import Message, ReferralHandedBack, ReferralOffered
from federation.custody import recipient
from federation.custody.facts import Kind, State
from federation.identity.actor import Actor
from municipal.cases import dossier as dossiers, queries as cases
from municipal.referrals import queries, rules
from municipal.referrals.actions.carrying import carry_out
from municipal.referrals.actions.turn import Turn
from municipal.referrals.models import Referral
from municipal.referrals.rules import Direction


@transaction.atomic
def receive_referral(*, message: Message, by: Actor, at: datetime.datetime) -> Referral:
    """Take an offer in and put it on its team's list, also when a revocation or a withdrawal came before it.

    Raises NotYourReferral, ProtocolMissing, HandBackUnfounded: then the sender is told that it is not deliverable.
    """
    offer = message.body
    if not isinstance(offer, ReferralOffered | ReferralHandedBack) or message.referral_id is None:
        raise TypeError(message.type)
    referral = _begun(message.referral_id, sender=message.sender, at=at)
    if isinstance(offer, ReferralHandedBack):
        old = _handed_over(message)
        referral.team, referral.case_id = old.team, old.case_id
        referral.hand_back, referral.by_itself, referral.hand_back_reason = True, offer.by_itself, offer.reason
    else:
        # The day of signing counts: what was asked while the protocol stood may arrive after its end.
        rules.check_protocol(Kind(offer.kind), allowed=queries.kinds_with(message.sender, message.time))
        referral.team = queries.team_or_first(offer.team)
    _fill(referral, offer, message)
    step = recipient.on_offered(queries.received_facts(referral))
    turn = Turn(referral=referral, step=step, act="referralReceived", said_at=message.time)
    return carry_out(turn=turn, by=by, at=at)


def _begun(referral_id: uuid.UUID, *, sender: str, at: datetime.datetime) -> Referral:
    """Return the tombstone that waits for this offer, or a row that is not stored yet."""
    known = queries.peek(referral_id)
    if known is None:
        return Referral(pk=referral_id, direction=Direction.RECEIVED.value, peer=sender, began_at=at)
    return queries.theirs(referral_id, Direction.RECEIVED, sender=sender)


def _fill(referral: Referral, offer: ReferralOffered | ReferralHandedBack, message: Message) -> None:
    if referral.state:
        return
    referral.kind = offer.kind
    referral.ground = offer.ground or ""
    referral.offered_custody_row = offer.custody_row
    referral.relates_to = message.relates_to
    referral.consent_digest = message.consent_digest or ""
    referral.preview = rules.preview_json(offer.preview)
    referral.urgency = offer.preview.urgency
    referral.blocks = [{"name": block.name, "entries": block.entries} for block in rules.in_order(offer.blocks)]
    referral.answer_by = offer.answer_by


def _handed_over(message: Message) -> Referral:
    """Return the referral of ours that a hand back answers; raise HandBackUnfounded.

    Custody comes home only from the town to which we released it, and once: without this check a
    peer could make us custodian of what we never gave.
    """
    old = queries.peek(message.relates_to) if message.relates_to else None
    if (
        old is None
        or old.direction != Direction.SENT
        or old.peer != message.sender
        or old.kind != Kind.HANDOVER
        or old.answer != "released"
        or old.state == State.HANDED_BACK
        or queries.open_hand_back(old.pk, besides=message.referral_id)
    ):
        raise rules.HandBackUnfounded
    if old.case_id is not None:
        cases.locked_case(old.case_id)
    return old


@transaction.atomic
def hear_revocation(
    *, referral_id: uuid.UUID, sender: str, reason: str, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> Referral:
    """Answer the sender's wish to take the referral back; before the offer it leaves a tombstone (F13, F14)."""
    referral = _known_or_tombstone(referral_id, sender=sender, at=at)
    referral.revocation_reason = reason
    step = recipient.on_revocation_asked(queries.received_facts(referral))
    turn = Turn(referral=referral, step=step, act="revocationAsked", said_at=said_at)
    return carry_out(turn=turn, by=by, at=at)


@transaction.atomic
def hear_withdrawal(
    *, referral_id: uuid.UUID, sender: str, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> Referral:
    """Apply a person's withdrawal and tell the sender how; before the offer it leaves a tombstone (F15)."""
    referral = _known_or_tombstone(referral_id, sender=sender, at=at)
    step = recipient.on_consent_withdrawn(queries.received_facts(referral))
    for say in step.says:
        referral.withdrawal_handling = str(say.fields["handling"])
        referral.withdrawal_applied_at, referral.withdrawal_applied_by = at, by.subject
    turn = Turn(referral=referral, step=step, act="consentWithdrawn", said_at=said_at)
    return carry_out(turn=turn, by=by, at=at)


def _known_or_tombstone(referral_id: uuid.UUID, *, sender: str, at: datetime.datetime) -> Referral:
    """Return the received referral, locked, or a new tombstone for an offer that is still on its way."""
    seen = queries.peek(referral_id)
    if seen is not None and seen.case_id is not None:
        cases.locked_case(seen.case_id)  # before the referral, as everywhere: erasing a copy touches both
    if seen is None:
        tombstone = Referral(pk=referral_id, direction=Direction.RECEIVED.value, peer=sender, began_at=at)
        try:
            with transaction.atomic():
                tombstone.save(force_insert=True)
        except IntegrityError:
            pass  # the offer was quicker
    return queries.theirs(referral_id, Direction.RECEIVED, sender=sender)


@transaction.atomic
def take_dossier(
    *,
    referral_id: uuid.UUID,
    sender: str,
    dossier: str | None,
    dossier_digest: str,
    said_at: datetime.datetime,
    by: Actor,
    at: datetime.datetime,
) -> Referral:
    """Apply a release: keep the blocks, or hand back at once where there is none that may be read (F16).

    A text that is not of the agreed form counts as none: custody has come with the statement, and a
    custodian without a file hands back instead of being stuck.
    """
    referral = _with_case(referral_id, sender=sender)
    readable = dossier if dossier is not None and _is_readable(dossier) else None
    step = recipient.on_released(queries.received_facts(referral), dossier=readable is not None)
    referral.dossier_digest = dossier_digest if step.facts.has_dossier else referral.dossier_digest
    turn = Turn(referral=referral, step=step, act="dossierReleased", said_at=said_at, dossier=readable)
    referral = carry_out(turn=turn, by=by, at=at)
    if dossier is not None and not referral.has_dossier:
        inbox.erase_payloads(referral_id=referral.pk, at=at)  # deleted unread, the sealed bytes too
    return referral


def _is_readable(dossier: str) -> bool:
    try:
        dossiers.parse(dossier)
    except dossiers.DossierMalformed:
        return False
    return True


@transaction.atomic
def hear_custody_kept(
    *, referral_id: uuid.UUID, sender: str, reason: str, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> Referral:
    """End the custody that our acceptance began: only this word of the sender does so without a release."""
    referral = _with_case(referral_id, sender=sender)
    referral.kept_reason = reason
    step = recipient.on_custody_kept(queries.received_facts(referral), reason=reason)
    turn = Turn(referral=referral, step=step, act="custodyKept", said_at=said_at)
    return carry_out(turn=turn, by=by, at=at)


def _with_case(referral_id: uuid.UUID, *, sender: str) -> Referral:
    """Return a referral of theirs with its case locked before it: case, consent, referral is the order everywhere."""
    seen = queries.peek(referral_id)
    if seen is not None and seen.case_id is not None:
        cases.locked_case(seen.case_id)
    return queries.theirs(referral_id, Direction.RECEIVED, sender=sender)
