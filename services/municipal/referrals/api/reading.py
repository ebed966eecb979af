"""What can be read of one referral."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from federation.rest import pages, views
from municipal.cases.api import PURPOSE
from municipal.referrals import actions, queries, rules
from municipal.referrals.api.shapes import Dossier, EventItem, EventPage, Referral

TAG = "Referrals"


class ReferralDetail(views.View):
    """One referral."""

    api_tag = TAG

    @extend_schema(operation_id="getReferral", summary="Read a referral", responses={200: Referral})
    def get(self, request: Request, referralId: uuid.UUID) -> Response:
        """Read a referral: before acceptance it names nobody."""
        del request
        self.no_query()
        return Response(Referral.of(queries.get_referral(referralId, by=self.actor)))


class Events(views.View):
    """The tracker of a referral."""

    api_tag = TAG

    @extend_schema(
        operation_id="listReferralEvents",
        summary="List what happened to a referral",
        parameters=[pages.PageQuery],
        responses={200: EventPage},
    )
    def get(self, request: Request, referralId: uuid.UUID) -> Response:
        """List the states of a referral and the reports about it, oldest first."""
        asked = self.asked(pages.PageQuery)
        found = queries.events(queries.get_referral(referralId, by=self.actor))
        return pages.page(request, found, EventItem, asked)


class EventDetail(views.View):
    """One line of the tracker."""

    api_tag = TAG

    @extend_schema(operation_id="getReferralEvent", summary="Read one event", responses={200: EventItem})
    def get(self, request: Request, referralId: uuid.UUID, eventNumber: int) -> Response:
        """Read one line of the tracker."""
        del request
        self.no_query()
        found = queries.events(queries.get_referral(referralId, by=self.actor))
        if not 1 <= eventNumber <= len(found):
            raise rules.ReferralUnknown
        return Response(EventItem.of(found[eventNumber - 1]))


class DossierDetail(views.View):
    """The dossier that came with a release."""

    api_tag = TAG

    @extend_schema(
        operation_id="getReferralDossier", summary="Read the dossier", parameters=[PURPOSE], responses={200: Dossier}
    )
    def get(self, request: Request, referralId: uuid.UUID) -> Response:
        """Read exactly the consented blocks, as long as the file is open to the caller; the reading leaves an entry.

        Where the case went on, the blocks are as closed as its file: a coordinator says why, a caseworker reads the
        tracker alone. The person may ask for the log of readings.
        """
        del request
        self.no_query()
        found = actions.read_dossier(referral_id=referralId, purpose=self.purpose, by=self.actor, at=self.at)
        values = {"id": referralId, "digest": found.digest, "received_at": found.received_at, "blocks": found.blocks}
        return Response(Dossier.of(values))
