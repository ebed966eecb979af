"""What comes off the bus: one function a message type, one call into actions each.

The sender's name is the one that signed; that it is the other side of the referral is checked by the
actions. A refusal by our rules goes back to the sender and is parked; nothing is dropped silently.
"""

import datetime
import uuid
from typing import TypedDict, TypeVar

from federation.bus import local
from federation.contracts import messages
from federation.contracts.messages import OFFERS, Message
from federation.identity import actor
from federation.identity.actor import Actor
from municipal.referrals import actions

# ruff: noqa: ARG001 -- the bus calls every handler alike; only a release comes with a dossier

B = TypeVar("B")


def _body(message: Message, expected: type[B]) -> B:
    if not isinstance(message.body, expected):
        raise TypeError(message.type)
    return message.body


def _id(message: Message) -> uuid.UUID:
    if message.referral_id is None:
        raise TypeError(message.type)
    return message.referral_id


def _by() -> Actor:
    return actor.system(local.participant(), "consumer")


class Told(TypedDict):
    """What every word about a referral tells, beside its sender and what it says."""

    referral_id: uuid.UUID
    said_at: datetime.datetime
    by: Actor
    at: datetime.datetime


def _told(message: Message, at: datetime.datetime) -> Told:
    return {"referral_id": _id(message), "said_at": message.time, "by": _by(), "at": at}


def on_referral_offered(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Take an offer in."""
    actions.receive_referral(message=message, by=_by(), at=at)


def on_referral_handed_back(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Take in the offer that brings a case home."""
    actions.receive_referral(message=message, by=_by(), at=at)


def on_referral_opened(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Note that a human has seen our offer."""
    actions.hear_opened(recipient=message.sender, **_told(message, at))


def on_referral_accepted(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Answer an acceptance: gate 2."""
    body = _body(message, messages.ReferralAccepted)
    actions.release_custody(recipient=message.sender, custody_row=body.custody_row, **_told(message, at))


def on_referral_declined(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Note a no."""
    body = _body(message, messages.ReferralDeclined)
    actions.hear_declined(recipient=message.sender, reason=body.reason, **_told(message, at))


def on_dossier_released(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Apply a release, with or without a dossier beside it."""
    body = _body(message, messages.DossierReleased)
    actions.take_dossier(
        sender=message.sender, dossier=dossier, dossier_digest=body.dossier_digest or "", **_told(message, at)
    )


def on_custody_kept(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """End the custody that our acceptance began."""
    body = _body(message, messages.CustodyKept)
    actions.hear_custody_kept(sender=message.sender, reason=body.reason, **_told(message, at))


def on_dossier_held(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Note that the recipient can read the dossier."""
    actions.hear_held(recipient=message.sender, **_told(message, at))


def on_custody_ended(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Note that the recipient answers for the case no more."""
    actions.hear_custody_ended(recipient=message.sender, **_told(message, at))


def on_advice_given(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Keep the advice."""
    body = _body(message, messages.AdviceGiven)
    actions.hear_advice(recipient=message.sender, text=body.text, **_told(message, at))


def on_revocation_asked(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Decide which came first."""
    body = _body(message, messages.RevocationAsked)
    actions.hear_revocation(sender=message.sender, reason=body.reason, **_told(message, at))


def on_revocation_confirmed(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Note that our referral is taken back."""
    actions.hear_revocation_confirmed(recipient=message.sender, **_told(message, at))


def on_consent_withdrawn(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Apply a person's withdrawal."""
    actions.hear_withdrawal(sender=message.sender, **_told(message, at))


def on_withdrawal_applied(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Note what the recipient did about a withdrawal."""
    body = _body(message, messages.WithdrawalApplied)
    actions.hear_withdrawal_applied(
        recipient=message.sender,
        handling=body.handling,
        ground=body.ground or "",
        custodian=body.custodian,
        **_told(message, at),
    )


def on_progress_reported(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Keep a report on the person's way."""
    body = _body(message, messages.ProgressReported)
    actions.hear_progress(recipient=message.sender, progress=body.progress, on=body.on, **_told(message, at))


def on_outcome_reported(message: Message, *, dossier: str | None, at: datetime.datetime) -> None:
    """Keep the outcome."""
    body = _body(message, messages.OutcomeReported)
    actions.hear_outcome(recipient=message.sender, outcome=body.outcome, **_told(message, at))


def on_message_received(message: Message, at: datetime.datetime) -> None:
    """Note the receipt for one of ours; only an offer's moves a state."""
    if message.type in OFFERS and message.referral_id is not None:
        actions.mark_received(referral_id=_id(message), recipient=message.recipient, by=_by(), at=at)


def on_message_refused(message: Message, reason: str, at: datetime.datetime) -> None:
    """Show people that one of ours could not be taken."""
    # A region is no side of the referral: its refusal is the operator's, who sees what is undeliverable.
    if message.referral_id is None or message.type == "ProgressStated":
        return
    if message.type in OFFERS:
        actions.mark_undeliverable(
            referral_id=_id(message), recipient=message.recipient, reason=reason, by=_by(), at=at
        )
    else:
        actions.note_refused_word(
            referral_id=_id(message), recipient=message.recipient, word=message.type, by=_by(), at=at
        )


def dossier_may_be_sealed_again(message: Message, at: datetime.datetime) -> bool:
    """Say whether a dossier may leave once more: asked before a release is sealed anew."""
    if message.referral_id is None:
        return False
    return actions.dossier_may_go_again(referral_id=_id(message), by=_by(), at=at)
