"""What people do with referrals: one address a verb, each with one call into actions."""

import uuid
from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from federation.custody.facts import Kind
from federation.rest import pages, views
from federation.rest.idempotency import idempotent
from federation.rest.serializers import Nothing
from municipal.consents import queries as consents
from municipal.referrals import actions, queries, rules
from municipal.referrals.api.shapes import (
    AdviceInput,
    DecisionInput,
    HandBackInput,
    OutcomeInput,
    ProgressInput,
    Referral,
    ReferralInput,
    ReferralItem,
    ReferralPage,
    ReferralQuery,
    RevocationInput,
    Withdrawal,
)
from municipal.referrals.rules import Help

TAG = "Referrals"


class Referrals(views.View):
    """The referrals of this town, sent and received."""

    api_tag = TAG

    @idempotent(
        operation_id="createReferral", summary="Offer a referral", request=ReferralInput, responses={201: Referral}
    )
    def post(self, request: Request) -> Response:
        """Ask another town for advice, for help, or to take a case over. Gate 1: the consent is checked here."""
        del request
        sent = dict(self.sent(ReferralInput))
        kind = _kind(sent.pop("kind"))
        wanted = _help(sent)
        return _created(actions.offer_referral(**sent, kind=kind, wanted=wanted, by=self.actor, at=self.at))

    @extend_schema(
        operation_id="listReferrals",
        summary="List referrals",
        parameters=[ReferralQuery],
        responses={200: ReferralPage},
    )
    def get(self, request: Request) -> Response:
        """List the referrals that the caller may know of, the newest first."""
        asked = self.asked(ReferralQuery)
        found = queries.referrals(
            by=self.actor,
            directions=asked.get("direction", ()),
            states=asked.get("state", ()),
            case_id=asked.get("caseId"),
        )
        return pages.page(request, found, ReferralItem, asked)


class Openings(views.View):
    """A human has seen an offer."""

    api_tag = TAG

    @idempotent(operation_id="openReferral", summary="Open an offer", request=Nothing, responses={201: Referral})
    def post(self, request: Request, referralId: uuid.UUID) -> Response:
        """Say that a human has seen the offer; the sender is told."""
        del request
        self.sent(Nothing)
        return _created(actions.open_referral(referral_id=referralId, by=self.actor, at=self.at))


class Decisions(views.View):
    """The recipient's yes or no."""

    api_tag = TAG

    @idempotent(
        operation_id="decideReferral", summary="Accept or decline", request=DecisionInput, responses={201: Referral}
    )
    def post(self, request: Request, referralId: uuid.UUID) -> Response:
        """Accept, and for a handover answer for the person from now on; or decline with a reason."""
        del request
        sent = self.sent(DecisionInput)
        if sent["decision"] == "accepted":
            return _created(actions.accept_referral(referral_id=referralId, by=self.actor, at=self.at))
        found = actions.decline_referral(referral_id=referralId, reason=sent["reason"], by=self.actor, at=self.at)
        return _created(found)


class Revocations(views.View):
    """The sender takes a referral back."""

    api_tag = TAG

    @idempotent(
        operation_id="revokeReferral",
        summary="Take a referral back",
        request=RevocationInput,
        responses={201: Referral},
    )
    def post(self, request: Request, referralId: uuid.UUID) -> Response:
        """Ask to take a referral back; the recipient decides which came first."""
        del request
        sent = self.sent(RevocationInput)
        return _created(actions.revoke_referral(referral_id=referralId, **sent, by=self.actor, at=self.at))


class ProgressReports(views.View):
    """The recipient tells of steps with the person."""

    api_tag = TAG

    @idempotent(
        operation_id="reportProgress",
        summary="Report a step with the person",
        request=ProgressInput,
        responses={201: Referral},
    )
    def post(self, request: Request, referralId: uuid.UUID) -> Response:
        """Tell the sender of a first contact, an appointment or a no-show."""
        del request
        sent = {"on": queries.today(self.at)} | dict(self.sent(ProgressInput))
        return _created(actions.report_progress(referral_id=referralId, **sent, by=self.actor, at=self.at))


class Outcomes(views.View):
    """The recipient closes the loop."""

    api_tag = TAG

    @idempotent(
        operation_id="reportOutcome", summary="Close with an outcome", request=OutcomeInput, responses={201: Referral}
    )
    def post(self, request: Request, referralId: uuid.UUID) -> Response:
        """Close the referral with an outcome; nothing else closes it."""
        del request
        sent = self.sent(OutcomeInput)
        return _created(actions.report_outcome(referral_id=referralId, **sent, by=self.actor, at=self.at))


class HandBacks(views.View):
    """The recipient offers a case back."""

    api_tag = TAG

    @idempotent(
        operation_id="handBackReferral", summary="Hand a case back", request=HandBackInput, responses={201: Referral}
    )
    def post(self, request: Request, referralId: uuid.UUID) -> Response:
        """Offer the case back to the sender, with consent, as a new referral; that one is the answer."""
        del request
        sent = dict(self.sent(HandBackInput))
        if ("needs" in sent) != ("urgency" in sent):
            raise rules.OfferInvalid("`needs` and `urgency` are told together, or neither.", field="needs")
        wanted = _help(sent) if "needs" in sent else None
        sent.pop("wished_help", None)
        found = actions.hand_back(referral_id=referralId, **sent, wanted=wanted, by=self.actor, at=self.at)
        return _created(found)


class Advice(views.View):
    """The recipient answers a request for advice."""

    api_tag = TAG

    @idempotent(operation_id="giveAdvice", summary="Give advice", request=AdviceInput, responses={201: Referral})
    def post(self, request: Request, referralId: uuid.UUID) -> Response:
        """Answer a request for advice, which ends it."""
        del request
        sent = self.sent(AdviceInput)
        return _created(actions.give_advice(referral_id=referralId, **sent, by=self.actor, at=self.at))


def _withdrawn_before(view: views.View, _request: Request, consentId: uuid.UUID) -> Response:
    consent = consents.get_consent(consentId, by=view.actor)
    return _withdrawn(consent, queries.told_of_withdrawal(consent.id, at=consent.withdrawn_at))


def _withdrawn(consent: consents.ConsentView, told: Iterable[uuid.UUID]) -> Response:
    values = {"id": consent.id, "withdrawn_at": consent.withdrawn_at, "told": list(told)}
    return views.created(Withdrawal.of(values))


class Withdrawals(views.View):
    """A person takes consent back."""

    api_tag = "Consents"

    @idempotent(
        operation_id="withdrawConsent",
        summary="Take a consent back",
        request=Nothing,
        responses={201: Withdrawal},
        again=_withdrawn_before,
    )
    def post(self, request: Request, consentId: uuid.UUID) -> Response:
        """Record that the person takes the consent back; every referral that rests on it is driven to its end."""
        del request
        self.sent(Nothing)
        found = actions.withdraw_consent(consent_id=consentId, by=self.actor, at=self.at)
        return _withdrawn(found.consent, [referral.pk for referral in found.told])


def _created(referral: queries.ReferralRow) -> Response:
    return views.created(Referral.of(referral))


def _kind(code: str) -> Kind:
    try:
        return Kind(code)
    except ValueError:
        message = f"`kind` is one of: {', '.join(Kind)}."
        raise rules.OfferInvalid(message, field="kind") from None


def _help(sent: dict[str, Any]) -> Help:
    return Help(needs=tuple(sent.pop("needs")), urgency=sent.pop("urgency"), wished_help=tuple(sent.pop("wished_help")))
