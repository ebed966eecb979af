"""HTTP of what partner tables agreed: read with the case, and said how far it is. Meetings are held in the pages."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from federation.rest import fields, pages, views
from federation.rest.idempotency import idempotent
from federation.rest.serializers import Input, Output
from municipal.cases.api import PURPOSE
from municipal.tables import actions, queries, rules
from municipal.tables.rules import State


class ProgressInput(Input):
    """How far an agreement is."""

    state = fields.Code(help_text="open, postponed, done or didNotWork.")
    dueOn = fields.Day(source="due_on", required=False, help_text="The later day of `postponed`.")
    reason = fields.Code(required=False, help_text="Why `postponed`.")
    why = fields.Text(max_length=rules.TEXT_LENGTH, required=False, help_text="Why `didNotWork`.")


class AgreementItem(Output):
    """An agreement in a list."""

    href = fields.Href("casework/v1/agreements/{id}")
    id = fields.Uuid()
    state = fields.Code()
    dueOn = fields.Day(source="due_on")


class Agreement(AgreementItem):
    """Who does what by when, and tells whom."""

    case = fields.Href("casework/v1/cases/{case_id}")
    who = serializers.SerializerMethodField(help_text="As people at the table say it.")
    organisation = serializers.SerializerMethodField()
    what = fields.Text()
    tells = serializers.SerializerMethodField(help_text="Left out when it is the person himself.")
    postponeReason = fields.Code(source="postpone_reason", required=False)
    whyNot = fields.Text(source="why_not", required=False)
    agreedAt = fields.Instant(source="agreed_at")
    settledAt = fields.Instant(source="settled_at", required=False)

    def get_who(self, view: queries.AgreementView) -> str:
        """Return who does it."""
        return view.who.name

    def get_organisation(self, view: queries.AgreementView) -> str:
        """Return the code of the organisation that does it."""
        return view.who.organisation

    def get_tells(self, view: queries.AgreementView) -> str | None:
        """Return who is told."""
        return view.tells.name if view.tells else None


class AgreementPage(pages.Page):
    """Agreements, what is still to do first."""

    items = AgreementItem(many=True)
    embedded = serializers.DictField(child=Agreement(), required=False, help_text="The whole agreements, by address.")


class AgreementQuery(pages.PageQuery):
    """Whether as a whole."""

    embed = serializers.ChoiceField(choices=["items"], required=False)


class CaseAgreements(views.View):
    """What partner tables agreed about a case."""

    api_tag = "Agreements"

    @extend_schema(
        operation_id="listAgreements",
        summary="List the agreements of a case",
        parameters=[AgreementQuery, PURPOSE],
        responses={200: AgreementPage},
    )
    def get(self, request: Request, caseId: uuid.UUID) -> Response:
        """List every agreement about a case; with `embed=items` the whole ones stand beside. The reading is logged."""
        asked = self.asked(AgreementQuery)
        found = actions.read_agreements(case_id=caseId, purpose=self.purpose, by=self.actor, at=self.at)
        return pages.page(request, found, AgreementItem, asked, embed=Agreement if "embed" in asked else None)


class AgreementDetail(views.View):
    """One agreement."""

    api_tag = "Agreements"

    @extend_schema(operation_id="getAgreement", summary="Read an agreement", responses={200: Agreement})
    def get(self, request: Request, agreementId: uuid.UUID) -> Response:
        """Read an agreement that one may settle. The reading is logged."""
        del request
        self.no_query()
        view = actions.read_agreement(agreement_id=agreementId, by=self.actor, at=self.at)
        return Response(_shown(view))


class Progress(views.View):
    """How far an agreement is."""

    api_tag = "Agreements"

    @idempotent(
        operation_id="reportAgreement",
        summary="Say how far an agreement is",
        request=ProgressInput,
        responses={200: Agreement},
    )
    def post(self, request: Request, agreementId: uuid.UUID) -> Response:
        """Say that an agreement is done, did not work, has a later day, or is to do again."""
        del request
        sent = self.sent(ProgressInput)
        which: dict[str, Any] = {"agreement_id": agreementId, "by": self.actor, "at": self.at}
        match sent["state"]:
            case State.DONE:
                view = actions.tick_agreement(**which)
            case State.DID_NOT_WORK:
                view = actions.mark_not_worked(**which, why=sent.get("why", ""))
            case State.POSTPONED if "due_on" in sent:
                view = actions.postpone_agreement(**which, to=sent["due_on"], reason=sent.get("reason", ""))
            case State.OPEN:
                view = actions.reopen_agreement(**which)
            case _:
                message = f"`state` is one of: {', '.join(State)}; `postponed` needs `dueOn` and `reason`."
                raise rules.AgreementInvalid(message, field="state")
        return Response(_shown(view))


def _shown(view: queries.AgreementView) -> dict[str, Any]:
    return Agreement.of(view)
