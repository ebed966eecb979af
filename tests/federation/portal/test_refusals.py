"""Pages of refusal: calm words, the right status, a way on, and nothing about anybody."""

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404
from django.urls import path

from casework import CASEWORKER
from federation.errors import DomainError, Kind
from federation.identity import login
from federation.identity.actor import Role
from federation.portal import pages, refusals, urls
from federation.portal.models import Draft

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
NAME = "Sami Verzonnen"


class CaseGone(DomainError):
    """There is no such case."""

    kind = Kind.NOT_FOUND


class FileShut(DomainError):
    """Somebody changed this since you read it."""

    kind = Kind.CONFLICT


class Secret(DomainError):
    """Your role does not include this."""

    kind = Kind.NOT_ALLOWED


class Asleep(DomainError):
    """The search does not answer."""

    kind = Kind.UNAVAILABLE


RAISED = {
    "CaseGone": CaseGone(NAME),
    "FileShut": FileShut(NAME),
    "Secret": Secret(NAME),
    "Asleep": Asleep(NAME),
    "RealmUnavailable": login.RealmUnavailable(),
    "Http404": Http404(NAME),
    "PermissionDenied": PermissionDenied(NAME),
    "RequestDataTooBig": RequestDataTooBig(NAME),
    "DataError": DataError(NAME),
    "IntegrityError": IntegrityError(NAME),
    "OperationalError": OperationalError(NAME),
    "ValueError": ValueError(NAME),
}


class Failing(pages.Page):
    """A page that fails as it is told."""

    roles = frozenset({Role.CASEWORKER})
    template = "portal/logged_out.html"
    title = "Failing"

    def get(self, request, failure):
        """Fail."""
        del request
        raise RAISED[failure]


urlpatterns = [path("failing/<str:failure>", Failing.as_view(), name="my-work"), *urls.urlpatterns]
handler400, handler403 = refusals.bad_request, refusals.not_allowed
handler404, handler500 = refusals.not_found, refusals.server_error


@pytest.fixture(autouse=True)
def _without_other_pages(settings):
    settings.PORTAL_NAVIGATION = settings.PORTAL_COUNTS = []


@pytest.mark.parametrize(
    ("failure", "status", "title"),
    [
        ("CaseGone", 404, "This page is not there"),
        ("Secret", 403, "You may not open this"),
        ("FileShut", 409, "This cannot be done now"),
        ("Asleep", 503, "This does not work at the moment"),
        ("RealmUnavailable", 503, "This does not work at the moment"),
        ("Http404", 404, "This page is not there"),
        ("PermissionDenied", 403, "You may not open this"),
        ("RequestDataTooBig", 413, "This is too much at once"),
        ("DataError", 400, "That did not work"),
        ("IntegrityError", 409, "This cannot be done now"),
        ("OperationalError", 503, "This does not work at the moment"),
        ("ValueError", 500, "Something went wrong"),
    ],
)
def test_each_failure_has_its_page_and_quotes_nothing(page_client, failure, status, title):
    client = page_client(CASEWORKER)
    client.raise_request_exception = False

    answer = client.get(f"/failing/{failure}")

    text = answer.content.decode()
    assert (answer.status_code, f"<h1>{title}</h1>" in text) == (status, True)
    assert NAME not in text
    assert '<a href="' in text


def test_what_cannot_be_stored_says_what_one_can_do(page_client):
    text = page_client(CASEWORKER).get("/failing/DataError").content.decode()

    assert "Something in the form cannot be kept" in text
    assert "write it anew instead of pasting it" in text


def test_a_conflict_says_what_stands_in_the_way_in_the_readers_language(page_client):
    text = page_client(CASEWORKER, language="fr").get("/failing/FileShut").content.decode()

    assert "Quelqu&#x27;un a modifié ceci depuis que vous l&#x27;avez lu" in text


def test_what_exists_is_told_to_nobody_who_may_not_know_it(page_client):
    here, gone = (page_client(CASEWORKER).get(f"/failing/{failure}") for failure in ("CaseGone", "Http404"))

    assert "no such case" not in here.content.decode()
    assert here.content.decode().count("<p") == gone.content.decode().count("<p")


def test_a_form_of_another_site_is_refused_and_changes_nothing(page_client):
    from django.test import Client  # noqa: PLC0415 -- Django is set up after plugins are imported

    own = {"X-Forwarded-Proto": "https", "Accept-Language": "en"}
    client = Client(enforce_csrf_checks=True, HTTP_HOST="vilvoorde.localhost", headers=own)

    answer = client.post("/account/language", {"language": "fr"}, headers={"Origin": "https://elsewhere.example"})

    assert answer.status_code == 403
    assert "This form was open too long" in answer.content.decode()
    assert "__Host-zenne-language" not in answer.cookies
    assert not Draft.objects.exists()


def test_a_method_that_a_page_does_not_have(page_client):
    assert page_client(CASEWORKER).post("/failing/CaseGone").status_code == 405
