"""The words of a step as messages: what the protocol decides, filled with what the referral holds."""

from collections.abc import Callable
from types import MappingProxyType

from federation.contracts.messages import (
    AdviceGiven,
    Body,
    ConsentWithdrawn,
    CustodyEnded,
    CustodyKept,
    DossierHeld,
    DossierReleased,
    OutcomeReported,
    ProgressReported,
    ReferralAccepted,
    ReferralDeclined,
    ReferralHandedBack,
    ReferralOffered,
    ReferralOpened,
    RevocationAsked,
    RevocationConfirmed,
    WithdrawalApplied,
)
from federation.custody.facts import Say
from municipal.referrals import queries
from municipal.referrals.actions.turn import Turn


class PreviewErased(RuntimeError):
    """An offer was to be made of a preview that is erased: a mistake in our own code."""


def _offered(turn: Turn, _say: Say) -> Body:
    referral = turn.referral
    preview = queries.preview_of(referral)
    if preview is None or referral.answer_by is None:
        raise PreviewErased
    return ReferralOffered(
        kind=referral.kind,
        team=referral.peer_team,
        preview=preview,
        blocks=queries.blocks_of(referral),
        answer_by=referral.answer_by,
        ground=referral.ground or None,
        custody_row=referral.offered_custody_row,
    )


def _handed_back(turn: Turn, _say: Say) -> Body:
    referral = turn.referral
    preview = queries.preview_of(referral)
    if preview is None or referral.answer_by is None or referral.offered_custody_row is None:
        raise PreviewErased
    return ReferralHandedBack(
        reason=referral.hand_back_reason,
        by_itself=referral.by_itself,
        kind=referral.kind,
        team=referral.peer_team,
        preview=preview,
        blocks=queries.blocks_of(referral),
        answer_by=referral.answer_by,
        ground=referral.ground or None,
        custody_row=referral.offered_custody_row,
    )


def _accepted(turn: Turn, _say: Say) -> Body:
    return ReferralAccepted(custody_row=turn.referral.accepted_custody_row, team=turn.referral.team)


def _declined(_turn: Turn, say: Say) -> Body:
    return ReferralDeclined(str(say.fields["reason"]))


def _released(turn: Turn, say: Say) -> Body:
    moves = say.fields["custody"] == "moves"
    return DossierReleased(
        custody=str(say.fields["custody"]),
        dossier_digest=turn.referral.dossier_digest or None,
        ends_custody_row=turn.referral.offered_custody_row if moves else None,
    )


def _kept(_turn: Turn, say: Say) -> Body:
    return CustodyKept(str(say.fields["reason"]))


def _held(turn: Turn, _say: Say) -> Body:
    return DossierHeld(turn.referral.dossier_digest or None)


def _advice(turn: Turn, _say: Say) -> Body:
    return AdviceGiven(turn.text)


def _revocation(turn: Turn, _say: Say) -> Body:
    return RevocationAsked(turn.referral.revocation_reason)


def _withdrawn(turn: Turn, _say: Say) -> Body:
    return ConsentWithdrawn(turn.at)


def _withdrawal_applied(turn: Turn, say: Say) -> Body:
    return WithdrawalApplied(
        str(say.fields["handling"]),
        ground=turn.referral.withdrawal_ground or None,
        custodian=bool(say.fields["custodian"]),
    )


def _progress(turn: Turn, say: Say) -> Body:
    return ProgressReported(str(say.fields["progress"]), turn.on or queries.today(turn.at))


def _outcome(_turn: Turn, say: Say) -> Body:
    return OutcomeReported(str(say.fields["outcome"]))


BODIES: MappingProxyType[str, Callable[[Turn, Say], Body]] = MappingProxyType(
    {
        "ReferralOffered": _offered,
        "ReferralHandedBack": _handed_back,
        "ReferralOpened": lambda _turn, _say: ReferralOpened(),
        "ReferralAccepted": _accepted,
        "ReferralDeclined": _declined,
        "DossierReleased": _released,
        "CustodyKept": _kept,
        "DossierHeld": _held,
        "CustodyEnded": lambda _turn, _say: CustodyEnded(),
        "AdviceGiven": _advice,
        "RevocationAsked": _revocation,
        "RevocationConfirmed": lambda _turn, _say: RevocationConfirmed(),
        "ConsentWithdrawn": _withdrawn,
        "WithdrawalApplied": _withdrawal_applied,
        "ProgressReported": _progress,
        "OutcomeReported": _outcome,
    }
)
"""How each word of the protocol becomes a message; a test compares the keys with what the protocol can say."""

WITH_CONSENT = frozenset({"ReferralOffered", "ReferralHandedBack", "DossierReleased"})
"""The messages that name the consent they rest on."""
WITH_RELATION = frozenset({"ReferralOffered", "ReferralHandedBack"})
