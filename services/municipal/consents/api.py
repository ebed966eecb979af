"""HTTP of consents: what people agreed to. Taking back stands in `referrals.api`, because it ends referrals."""

import uuid
from enum import StrEnum
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from federation.identity.actor import Role
from federation.rest import fields, pages, views
from federation.rest.idempotency import idempotent
from federation.rest.serializers import Input, Output
from municipal.consents import actions, queries, rules

CODE = TypeVar("CODE", bound=StrEnum)


class ConsentInput(Input):
    """What the person agreed to."""

    recipient = fields.Name(help_text="Id of the municipality that may get the blocks.")
    purpose = fields.Code(help_text="share or handover.")
    blocks = serializers.ListField(child=fields.Code(), min_length=1, max_length=len(rules.BLOCKS))
    giver = fields.Code(help_text="person, guardian or both; which one, the age decides.")
    how = fields.Code(help_text="written or spoken.")
    language = fields.Text(max_length=3, help_text="ISO 639 code of the language in which it was asked.")
    givenOn = fields.Day(source="given_on")
    validUntil = fields.Day(source="valid_until", help_text="First day on which it stands no more.")


class ConsentItem(Output):
    """A consent in a list."""

    href = fields.Href("casework/v1/consents/{id}")
    id = fields.Uuid()
    recipient = fields.Text()
    purpose = fields.Code()
    standsFrom = fields.Day(source="stands_from", help_text="First day on which it stands.")
    validUntil = fields.Day(source="valid_until", help_text="First day on which it stands no more.")
    withdrawnAt = fields.Instant(source="withdrawn_at", required=False)


class Consent(ConsentItem):
    """A consent as it was given."""

    case = fields.Href("casework/v1/cases/{case_id}")
    blocks = serializers.SerializerMethodField()
    giver = fields.Code()
    how = fields.Code()
    language = fields.Text()
    givenOn = fields.Day(source="given_on")
    recordedAt = fields.Instant(source="recorded_at")
    digest = fields.Text(help_text="Digest of the record; it travels with an offer, the record does not.")

    def get_blocks(self, consent: Any) -> list[str]:
        """Return the blocks in a fixed order."""
        return sorted(consent.blocks)


class ConsentPage(pages.Page):
    """Consents, the newest first."""

    items = ConsentItem(many=True)


class ConsentQuery(pages.PageQuery):
    """Which consents."""

    recipient = serializers.ListField(child=fields.Name(), required=False)
    purpose = serializers.ListField(child=fields.Code(), required=False)


class CaseConsents(views.View):
    """The consents of a case."""

    api_tag = "Consents"

    @idempotent(
        operation_id="createConsent", summary="Record a consent", request=ConsentInput, responses={201: Consent}
    )
    def post(self, request: Request, caseId: uuid.UUID) -> Response:
        """Record what the person, or who speaks for him, agreed to; one that ends soon is renewed from its end on."""
        del request
        sent = dict(self.sent(ConsentInput))
        sent["purpose"] = _code(rules.Purpose, sent["purpose"], "purpose")
        sent["giver"] = _code(rules.Giver, sent["giver"], "giver")
        sent["how"] = _code(rules.How, sent["how"], "how")
        view = actions.record_consent(case_id=caseId, **sent, by=self.actor, at=self.at)
        return views.created(Consent.of(view))

    @extend_schema(
        operation_id="listConsents",
        summary="List the consents of a case",
        parameters=[ConsentQuery],
        responses={200: ConsentPage},
    )
    def get(self, request: Request, caseId: uuid.UUID) -> Response:
        """List the consents of a case, withdrawn and ended ones too."""
        asked = self.asked(ConsentQuery)
        queries.check_register(caseId, by=self.actor)
        return pages.page(request, _narrowed(queries.of_case(caseId), asked), ConsentItem, asked)


class Register(views.View):
    """Every consent of this town."""

    api_tag = "Consents"

    @extend_schema(
        operation_id="listAllConsents",
        summary="Read the register of consents",
        parameters=[ConsentQuery],
        responses={200: ConsentPage},
    )
    def get(self, request: Request) -> Response:
        """List every consent, for the data protection officer; nobody is named."""
        asked = self.asked(ConsentQuery)
        self.actor.check_role(Role.DATA_PROTECTION_OFFICER)
        return pages.page(request, _narrowed(queries.register(), asked), ConsentItem, asked)


class ConsentDetail(views.View):
    """One consent."""

    api_tag = "Consents"

    @extend_schema(operation_id="getConsent", summary="Read a consent", responses={200: Consent})
    def get(self, request: Request, consentId: uuid.UUID) -> Response:
        """Read a consent as it was given."""
        del request
        self.no_query()
        return Response(Consent.of(queries.get_consent(consentId, by=self.actor)))


def _narrowed(found: Any, asked: dict[str, Any]) -> Any:
    for name in ("recipient", "purpose"):
        if name in asked:
            found = found.filter(**{f"{name}__in": asked[name]})
    return found


def _code(kind: type[CODE], code: str, field: str) -> CODE:
    try:
        return kind(code)
    except ValueError:
        message = f"`{field}` is one of: {', '.join(kind)}."
        raise rules.ConsentInvalid(message, field=field) from None
