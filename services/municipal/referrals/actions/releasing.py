"""The sender answers an acceptance: gate 2, the release of the dossier, or the statement that the case is kept."""

import datetime
import uuid
from dataclasses import dataclass

from django.db import transaction

from federation.contracts import digests
from federation.custody import sender
from federation.custody.facts import Effect, Gate, Kind
from federation.identity.actor import Actor
from municipal.cases import queries as cases
from municipal.consents import queries as consents
from municipal.referrals import queries, rules
from municipal.referrals.actions.carrying import carry_out
from municipal.referrals.actions.turn import Turn
from municipal.referrals.models import Referral
from municipal.referrals.rules import Direction


@transaction.atomic
def release_custody(
    *,
    referral_id: uuid.UUID,
    recipient: str,
    custody_row: uuid.UUID | None,
    said_at: datetime.datetime,
    by: Actor,
    at: datetime.datetime,
) -> Referral:
    """Answer an acceptance: the consented blocks as they stand now, or the word that the case is kept.

    Gate 2, the release and the end of the own custody are one commit. The consent's row is locked
    before, so a withdrawal comes before or after, never between. Raises ReferralUnknown, NotYourReferral.
    """
    referral, gate = _at_gate_two(referral_id, recipient=recipient, at=at)
    step = sender.on_accepted(queries.sent_facts(referral), gate=gate.verdict)
    if custody_row is not None and referral.kind == Kind.HANDOVER:
        referral.accepted_custody_row = custody_row
    released = any(say.type == "DossierReleased" and say.fields["with_dossier"] for say in step.says)
    if released:
        referral.dossier_digest = digests.digest(gate.dossier)
    kept = next((str(say.fields["reason"]) for say in step.says if say.type == "CustodyKept"), "")
    referral.kept_reason = kept or referral.kept_reason
    turn = Turn(
        referral=referral,
        step=step,
        act="custodyKept" if kept else "referralAccepted",
        said_at=said_at,
        dossier=gate.dossier if released else None,
    )
    return carry_out(turn=turn, by=by, at=at)


@dataclass(frozen=True)
class GateTwo:
    """What the consent check found, and the blocks that may go."""

    verdict: Gate
    dossier: str = ""


def _at_gate_two(referral_id: uuid.UUID, *, recipient: str, at: datetime.datetime) -> tuple[Referral, GateTwo]:
    """Lock case, consent and referral, in this order everywhere, and look at the consent."""
    seen = queries.peek(referral_id)
    consent = None
    if seen is not None and seen.case_id is not None:
        cases.locked_case(seen.case_id)
        consent = consents.locked(seen.consent_id) if seen.consent_id else None
    referral = queries.theirs(referral_id, Direction.SENT, sender=recipient)
    if referral.answer or consent is None or referral.case_id is None:
        return referral, GateTwo(Gate.NOT_NEEDED)
    verdict = _verdict(referral, consent, at)
    if verdict is not Gate.STANDS:
        return referral, GateTwo(verdict)
    names = [block.name for block in queries.blocks_of(referral)]
    text = cases.dossier(referral.case_id, blocks=names).text
    if not rules.fits(text):
        return referral, GateTwo(Gate.TOO_LARGE)
    return referral, GateTwo(Gate.STANDS, text)


def _verdict(referral: Referral, consent: consents.ConsentView, at: datetime.datetime) -> Gate:
    """Say whether the very consent that the offer carries still stands, for this recipient and each block (I5)."""
    if consent.withdrawn_at is not None or referral.consent_withdrawn:
        return Gate.WITHDRAWN
    names = {block.name for block in queries.blocks_of(referral)}
    same = consent.digest == referral.consent_digest and consent.recipient == referral.peer
    if consent.ended(at) or not same or not names <= consent.blocks or consent.purpose != referral.kind:
        return Gate.ENDED
    return Gate.STANDS


@transaction.atomic
def dossier_may_go_again(*, referral_id: uuid.UUID, by: Actor, at: datetime.datetime) -> bool:  # noqa: ARG001 -- every action says by whom
    """Say whether the dossier of a release may be sealed anew: gate 2 once more, under the consent's lock (F20)."""
    seen = queries.peek(referral_id)
    if seen is None or seen.consent_id is None or seen.direction != Direction.SENT:
        return False
    consent = consents.locked(seen.consent_id)
    step = sender.seal_again(queries.sent_facts(seen), gate=_verdict(seen, consent, at))
    return Effect.TAKE_DOSSIER_OUT not in step.effects
