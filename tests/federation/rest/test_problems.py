"""Every refusal becomes a problem of the agreed form, and none repeats what was sent."""

from typing import ClassVar

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions

from federation import problems
from federation.errors import DomainError, Kind
from federation.identity.actor import MissingPermission

NAME = "Sami Verzonnen"


class ConsentMissing(DomainError):
    """The person has not agreed."""

    kind = Kind.CONFLICT


class CaseNotFound(DomainError):
    """There is no such case."""

    kind = Kind.NOT_FOUND


class NameInvalid(DomainError):
    """This cannot be a name."""

    kind = Kind.INVALID


class LostUpdate(DomainError):
    """Somebody was faster."""

    kind = Kind.CONFLICT
    http: ClassVar[int] = 412


class RealmAway(DomainError):
    """The realm does not answer."""

    kind = Kind.UNAVAILABLE


class InvalidAccessToken(DomainError):
    """The token is not valid."""

    kind = Kind.NOT_ALLOWED
    http: ClassVar[int] = 401
    challenge: ClassVar[str] = 'Bearer error="invalid_token"'


BELGIF, OWN = "urn:problem-type:belgif:", "urn:problem-type:zenne:referral:"


def answer(exception):
    request = RequestFactory().get("/api/referral/v1/referrals")
    return problems.exception_handler(exception, {"request": request})


@pytest.mark.parametrize(
    ("exception", "status", "kind"),
    [
        (ConsentMissing(), 409, f"{OWN}consentMissing"),
        (LostUpdate(), 412, f"{OWN}lostUpdate"),
        (CaseNotFound(), 404, f"{BELGIF}resourceNotFound"),
        (NameInvalid(), 400, f"{BELGIF}badRequest"),
        (MissingPermission(), 403, f"{BELGIF}missingPermission"),
        (InvalidAccessToken(), 401, f"{BELGIF}invalidAccessToken"),
        (RealmAway(), 503, f"{BELGIF}serviceUnavailable"),
        (exceptions.NotAuthenticated(), 401, f"{BELGIF}noAccessToken"),
        (exceptions.ParseError(NAME), 400, f"{BELGIF}badRequest"),
        (exceptions.ValidationError({"name": [NAME]}), 400, f"{BELGIF}badRequest"),
        (exceptions.MethodNotAllowed("PUT"), 405, f"{BELGIF}methodNotAllowed"),
        (exceptions.NotAcceptable(), 406, f"{BELGIF}notAcceptable"),
        (exceptions.UnsupportedMediaType("text/x"), 415, f"{BELGIF}unsupportedMediaType"),
        (exceptions.Throttled(wait=7), 429, f"{BELGIF}tooManyRequests"),
        (Http404(NAME), 404, f"{BELGIF}resourceNotFound"),
        (PermissionDenied(NAME), 403, f"{BELGIF}missingPermission"),
        (RequestDataTooBig(NAME), 413, f"{BELGIF}payloadTooLarge"),
        (SuspiciousOperation(NAME), 400, f"{BELGIF}badRequest"),
        (BadRequest(NAME), 400, f"{BELGIF}badRequest"),
        (OperationalError(NAME), 503, f"{BELGIF}serviceUnavailable"),
        (DataError(NAME), 400, f"{BELGIF}badRequest"),
        (IntegrityError(NAME), 409, f"{OWN}ruleBroken"),
    ],
)
def test_a_refusal_has_its_status_and_type(exception, status, kind):
    found = answer(exception)

    assert (found.status_code, found.data["status"], found.data["type"]) == (status, status, kind)
    assert found.content_type == "application/problem+json"
    assert found.data["instance"].startswith("urn:uuid:")
    if not isinstance(exception, exceptions.ValidationError):
        assert NAME not in str(found.data)


def test_headers_say_how_to_go_on():
    assert answer(InvalidAccessToken()).headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert answer(RealmAway()).headers["Retry-After"] == "5"
    assert answer(exceptions.Throttled(wait=7)).headers["Retry-After"] == "7"


def test_what_a_domain_error_knows_is_told_but_for_tokens():
    assert answer(ConsentMissing(blocks=["goals"])).data["blocks"] == ["goals"]
    assert "reason" not in answer(InvalidAccessToken(reason="kid")).data


def test_an_invalid_input_names_its_field():
    [issue] = answer(NameInvalid("Too long.", field="person.lastName")).data["issues"]

    assert issue == {"type": f"{OWN}nameInvalid", "in": "body", "name": "person.lastName", "detail": "Too long."}


def test_nested_findings_name_their_place():
    detail = {
        "people": [{}, {"name": [exceptions.ErrorDetail("No.", code="unknownInput")]}],
        "non_field_errors": ["Odd."],
    }

    issues = answer(exceptions.ValidationError(detail)).data["issues"]

    assert [(one.get("name"), one["type"].rsplit(":", 1)[-1]) for one in issues] == [
        ("people[1].name", "unknownInput"),
        (None, "schemaViolation"),
    ]


def test_what_nobody_foresaw_is_not_explained():
    assert answer(RuntimeError(NAME)) is None
    assert b"Verzonnen" not in problems.server_error(RequestFactory().get("/")).content
