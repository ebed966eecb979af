"""A form bears a key: sent again it does nothing and leads to the same place; refused it keeps its key."""

import datetime
import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.urls import path

from casework import AT, CASEWORKER, OTHER_TEAM
from federation import clock
from federation.errors import DomainError, Kind
from federation.identity.actor import Role
from federation.portal import drafts, forms, once, pages, urls
from federation.portal.models import Draft, SentForm
from federation.portal.notices import InCookie

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
NOTE = "/notes/7f3a"
K, L = "0" * 32, "1" * 32


class NothingWorks(DomainError):
    """Nothing works."""

    kind = Kind.CONFLICT


class Note(pages.Page):
    """A page that writes something whenever its form is sent, as apps' pages do."""

    roles = frozenset({Role.CASEWORKER})
    template = "portal/logged_out.html"
    title = "Note"
    draft = "note"

    def get(self, request, **_):
        """Show the form."""
        return self.form(request)

    def post(self, request, **_):
        """Write a row, then refuse, fail or say where one goes on."""
        if request.POST["text"] == "":
            return self.form(request, status=422)
        number = Draft.objects.filter(form="written").count()
        Draft.objects.create(
            subject=self.actor.subject, form="written", object=str(number), content={}, kept_at=self.at
        )
        if request.POST["text"] == "fail":
            raise NothingWorks
        return self.saved("Saved", to=f"/notes/{number}")

    def form(self, request, status=200):
        """Return two forms with their keys: the one that the page is about, and another to the same address."""
        text = forms.Form(request.POST if status == 422 else None)
        shown = (
            engines["django"].from_string("{% load zenne %}{% once text %}{% once %}").render({"text": text}, request)
        )
        return HttpResponse(shown, status=status)


urlpatterns = [path("notes/<str:noteId>", Note.as_view(), name="note"), path("", Note.as_view(), name="my-work")]
urlpatterns += urls.urlpatterns


@pytest.fixture(autouse=True)
def _without_other_pages(settings):
    settings.PORTAL_NAVIGATION = settings.PORTAL_COUNTS = []


def written():
    return Draft.objects.filter(form="written").count()


def said(browser):
    """Return what the next page says on top."""
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in browser.cookies.items()}
    return [str(message) for message in InCookie(request)]


def keys_in(answer):
    return re.findall(r'name="once" value="([^"]*)"', answer.content.decode())


def key_in(answer):
    return keys_in(answer)[0]


def test_the_same_form_again_does_nothing_and_leads_to_the_same_place(page_client):
    browser = page_client(CASEWORKER)

    first = browser.post(NOTE, {"text": "Hij belde.", "once": K})
    again = page_client(CASEWORKER).post(NOTE, {"text": "Hij belde.", "once": K})

    assert (first.status_code, first["Location"]) == (302, "/notes/0")
    assert (again.status_code, again["Location"]) == (302, "/notes/0")
    assert written() == 1


def test_who_sends_a_form_again_is_told_so(page_client):
    browser = page_client(CASEWORKER)
    browser.post(NOTE, {"text": "Hij belde.", "once": K})

    browser.post(NOTE, {"text": "Hij belde.", "once": K})

    assert said(browser) == ["Saved", "You sent this form twice. It was done once."]


def test_what_was_changed_since_is_not_saved_but_told_and_kept_as_a_draft(page_client):
    browser = page_client(CASEWORKER)
    browser.post(NOTE, {"text": "Hij belde.", "once": K})

    again = browser.post(NOTE, {"text": "Hij belde zelf.", "once": K})

    assert (again["Location"], written()) == ("/notes/0", 1)
    assert "what you changed in it since then is not saved" in said(browser)[1]
    place = drafts.Place(CASEWORKER.subject, "note", "7f3a")
    assert drafts.find(place).content == {"text": ["Hij belde zelf."]}


def test_a_page_that_is_opened_again_has_another_key_and_acts_again(page_client):
    browser = page_client(CASEWORKER)
    keys = [key_in(browser.get(NOTE)) for _ in range(2)]

    answers = [browser.post(NOTE, {"text": "Hij belde.", "once": key}) for key in keys]

    assert keys[0] != keys[1]
    assert [answer["Location"] for answer in answers] == ["/notes/0", "/notes/1"]
    assert written() == 2


def test_a_form_that_was_refused_keeps_its_key_and_is_done_when_it_is_mended(page_client):
    browser = page_client(CASEWORKER)

    refused = browser.post(NOTE, {"text": "", "once": K})

    assert (refused.status_code, key_in(refused)) == (422, K)
    assert not SentForm.objects.exists()
    assert browser.post(NOTE, {"text": "Hij belde.", "once": key_in(refused)})["Location"] == "/notes/0"


def test_beside_a_form_that_was_refused_every_other_form_has_a_key_of_its_own(page_client):
    browser = page_client(CASEWORKER)
    refused = keys_in(browser.post(NOTE, {"text": "", "once": K}))

    answers = [browser.post(NOTE, {"text": "Hij belde.", "once": key}) for key in refused]

    assert refused[0] == K
    assert refused[1] != K
    assert [answer["Location"] for answer in answers] == ["/notes/0", "/notes/1"]


def test_a_form_that_failed_has_done_nothing_and_its_key_is_free(page_client):
    browser = page_client(CASEWORKER)

    failed = browser.post(NOTE, {"text": "fail", "once": K})

    assert failed.status_code == 409
    assert (written(), SentForm.objects.count()) == (0, 0)
    assert browser.post(NOTE, {"text": "Hij belde.", "once": K}).status_code == 302


def test_a_key_belongs_to_one_person_and_one_address(page_client):
    sent = {"text": "Hij belde.", "once": K}

    page_client(CASEWORKER).post(NOTE, sent)
    page_client(CASEWORKER).post("/notes/0000", sent)
    page_client(OTHER_TEAM).post(NOTE, sent)

    assert written() == 3


@pytest.mark.parametrize("wrong", ["", "0", "0" * 33, "g" * 32, "'; --"])
def test_a_key_that_no_page_made_is_refused(page_client, wrong):
    answer = page_client(CASEWORKER, language="nl").post(NOTE, {"text": "Hij belde.", "once": wrong})

    assert answer.status_code == 400
    assert "Dit formulier komt niet van een pagina van Zenne" in answer.content.decode()
    assert written() == 0


def test_a_key_is_no_part_of_a_draft_and_a_kept_draft_uses_none_up(page_client):
    browser = page_client(CASEWORKER)

    browser.post(NOTE, {"text": "Hij", "once": K, "keep-draft": "1"})

    assert [row.content for row in Draft.objects.all()] == [{"text": ["Hij"]}]
    assert not SentForm.objects.exists()


def test_a_key_is_known_for_a_day(page_client):
    page_client(CASEWORKER).post(NOTE, {"text": "Hij belde.", "once": K})
    later = clock.now() + once.KEPT

    assert once.forget_before(later - datetime.timedelta(minutes=1)) == 0
    assert once.forget_before(later + datetime.timedelta(minutes=1)) == 1
    assert not SentForm.objects.exists()


def test_the_worker_forgets_keys_by_the_clock(settings):
    assert settings.WORKER_TIMERS["sent forms"][0] == "federation.portal.once.forget_before"


ROW = """
INSERT INTO portal_sent_form (subject, address, key, digest, led_to, sent_at)
VALUES (%s, '/notes/7f3a', %s, 'sha256:0', %s, %s)
"""


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("a_form_is_done_once", ("els", K, "/notes/1")),
        ("a_sent_form_led_to_a_page_here", ("els", L, "https://elsewhere.example")),
        ("a_sent_form_led_to_a_page_here", ("els", L, "//elsewhere.example")),
        ("a_sent_form_led_to_a_page_here", ("els", L, "")),
    ],
)
def test_the_table_holds_its_rules(constraint, row):
    with connection.cursor() as cursor:
        cursor.execute(ROW, ["els", K, "/notes/0", AT])
        cursor.execute(ROW, ["els", L[:-1] + "2", "/notes/0", AT])

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            cursor.execute(ROW, [*row, AT])
