"""Drafts: kept for one person, one form and one thing; through the end of a session; gone when the form is saved."""

import dataclasses
import datetime
import uuid

import pytest
from django import forms as controls
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from casework import AT, CASEWORKER, OFFICER, OTHER_TEAM
from federation.identity import sessions
from federation.identity.actor import Role
from federation.identity.models import Session
from federation.portal import drafts, forms, pages, urls
from federation.portal.models import Draft

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
NOTE = "/notes/7f3a"


class NoteForm(forms.Form):
    """A form with one field."""

    text = controls.CharField(label="Note")


class Note(pages.Page):
    """A page with a form, as apps have them."""

    roles = frozenset({Role.CASEWORKER})
    template = "portal/logged_out.html"
    title = "Note"
    draft = "note"

    def get(self, *_, **__):
        """Show the form."""
        form = engines["django"].from_string("{% load zenne %}{{ form }}{% draft_keeper %}")
        context = {"form": NoteForm(initial=self.unfinished), "page": self, "at": self.at}
        return HttpResponse(form.render(context, self.request))

    def post(self, *_, **__):
        """Save nothing but say so."""
        return self.saved("Saved", to="/notes/7f3a")


urlpatterns = [path("notes/<str:noteId>", Note.as_view(), name="note"), path("", Note.as_view(), name="my-work")]
urlpatterns += urls.urlpatterns
PLACE = drafts.Place(CASEWORKER.subject, "note", "7f3a")
BESIDE = dataclasses.replace(PLACE, beside=True)
K, L = "0" * 32, "1" * 32


@pytest.fixture(autouse=True)
def _without_other_pages(settings):
    settings.PORTAL_NAVIGATION = settings.PORTAL_COUNTS = []


def test_drafts_about_a_thing_go_with_it_everybodys_and_no_others():
    thing, other = uuid.uuid4(), uuid.uuid4()
    for subject, about in (("els", thing), ("karim", f"{thing}/7"), ("els", other), ("els", f"{other}/{thing}")):
        place = drafts.Place(subject, "note", str(about))
        assert drafts.keep(place, {"text": ["Hij belde zelf."]}, at=AT)

    assert drafts.erase_about(thing) == 2
    assert set(Draft.objects.values_list("object", flat=True)) == {str(other), f"{other}/{thing}"}


def test_what_is_kept_comes_back_in_the_form(page_client):
    answer = page_client(CASEWORKER).post(NOTE, {"text": "Hij belde zelf.", "keep-draft": "1"})

    assert (answer.status_code, answer["Location"]) == (302, NOTE)
    assert 'value="Hij belde zelf."' in page_client(CASEWORKER).get(NOTE).content.decode()


def test_while_one_writes_the_draft_keeps_itself_and_says_when(page_client):
    writer = page_client(CASEWORKER)

    for text in ("Hij", "Hij belde"):
        answer = writer.post(NOTE, {"text": text, "keep-draft": "1"}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "Draft kept" in answer.content.decode()
    assert [row.content for row in Draft.objects.all()] == [{"text": ["Hij belde"]}]


def test_a_draft_is_seen_by_the_one_who_wrote_it_about_that_thing_alone(page_client):
    page_client(CASEWORKER).post(NOTE, {"text": "Hij belde zelf.", "keep-draft": "1"})

    assert "Hij belde" not in page_client(OTHER_TEAM).get(NOTE).content.decode()
    assert "Hij belde" not in page_client(CASEWORKER).get("/notes/0000").content.decode()


def test_saving_takes_the_draft_away(page_client):
    writer = page_client(CASEWORKER)
    writer.post(NOTE, {"text": "Hij belde", "keep-draft": "1"})

    writer.post(NOTE, {"text": "Hij belde zelf."})

    assert not Draft.objects.exists()


def test_a_draft_can_be_thrown_away(page_client):
    writer = page_client(CASEWORKER)
    writer.post(NOTE, {"text": "Hij belde", "keep-draft": "1"})

    writer.post(NOTE, {"text": "Hij belde", "drop-draft": "1"})

    assert not Draft.objects.exists()


def test_what_somebody_sends_after_his_session_has_ended_is_kept_for_him(page_client):
    writer = page_client(CASEWORKER)
    Session.objects.update(seen_at=AT - sessions.IDLE, facts="")
    Session.objects.update(seen_at=Session.objects.get().since - sessions.IDLE)

    answer = writer.post(NOTE, {"text": "Hij belde zelf."})

    assert answer.status_code == 401
    assert "Your text is kept" in answer.content.decode()
    assert "/account/login?next=%2Fnotes%2F7f3a" in answer.content.decode()
    assert drafts.find(PLACE).content == {"text": ["Hij belde zelf."]}


@pytest.fixture
def ended(page_client):
    """A browser whose session has ended, and in which somebody sends a form: its answer."""

    def send(text, key=K, **more):
        writer = page_client(CASEWORKER)
        ended = Session.objects.filter(pk__in=[row.pk for row in Session.objects.order_by("-since")[:1]])
        ended.update(seen_at=ended.get().since - sessions.IDLE, facts="")
        return writer.post(NOTE, {"text": text, "once": key, **more}).content.decode()

    return send


def test_what_comes_after_the_end_stands_beside_the_draft_that_there_is(page_client, ended):
    drafts.keep(PLACE, {"text": ["Hij belde zelf."]}, at=AT)

    assert "Your text is kept" in ended("Gewist.")

    assert drafts.find(PLACE).content == {"text": ["Hij belde zelf."]}
    shown = page_client(CASEWORKER).get(NOTE).content.decode()
    assert 'value="Hij belde zelf."' in shown
    assert "Gewist." in shown.partition("after your session had ended")[2]


def test_who_writes_on_in_a_page_whose_session_has_ended_writes_on_in_the_same_place(ended):
    for text in ("Hij", "Hij belde", "Hij belde zelf."):
        assert "Your text is kept" in ended(text)

    assert [(row.content, row.beside) for row in Draft.objects.all()] == [({"text": ["Hij belde zelf."]}, False)]


def test_another_form_after_the_end_takes_the_place_of_none(ended):
    drafts.keep(PLACE, {"text": ["Hij belde zelf."]}, at=AT)
    ended("En toen dit.")

    assert "copy it before you log in again" in ended("Gewist.", key=L)
    assert "Your text is kept" not in ended("Gewist.", key="")
    assert "Your text is kept" in ended("En toen dit.", key=L)

    kept = [drafts.find(place).content["text"] for place in (PLACE, BESIDE)]
    assert kept == [["Hij belde zelf."], ["En toen dit."]]


def test_what_stands_beside_the_draft_changes_place_with_it_and_nothing_is_lost(page_client, ended):
    drafts.keep(PLACE, {"text": ["Hij belde."]}, at=AT)
    ended("Hij belde zelf.")
    writer = page_client(CASEWORKER)

    answer = writer.post(NOTE, {"text": "Hij belde. Nog iets.", "swap-drafts": "1"})

    assert (answer.status_code, answer["Location"]) == (302, NOTE)
    kept = [drafts.find(place).content["text"] for place in (PLACE, BESIDE)]
    assert kept == [["Hij belde zelf."], ["Hij belde. Nog iets."]]
    assert set(Draft.objects.values_list("late_key", flat=True)) == {""}


def test_what_stands_beside_the_draft_goes_by_a_button_alone(page_client, ended):
    drafts.keep(PLACE, {"text": ["Hij belde."]}, at=AT)
    ended("Gewist.")
    writer = page_client(CASEWORKER)

    writer.post(NOTE, {"text": "Hij belde zelf."})
    assert [row.beside for row in Draft.objects.all()] == [True]

    writer.post(NOTE, {"text": "", "drop-draft-beside": "1"})
    assert not Draft.objects.exists()


def test_something_is_unfinished_once_though_a_second_text_stands_beside_it():
    later = AT + datetime.timedelta(hours=1)
    drafts.keep(BESIDE, {"text": ["Hij"]}, at=later)
    drafts.keep(PLACE, {"text": ["Hij"]}, at=AT)

    assert drafts.of_form("note", subject=PLACE.subject) == {"7f3a": later}


def test_a_sign_that_no_table_can_hold_does_not_stop_a_draft(page_client):
    answer = page_client(CASEWORKER).post(NOTE, {"text": "Hij\x00 belde", "o\x00dd": "1", "keep-draft": "1"})

    assert answer.status_code == 302
    assert drafts.find(PLACE).content == {"text": ["Hij belde"], "odd": ["1"]}


def test_a_stranger_leaves_nothing_behind(page_client):
    for stranger in (page_client(None), page_client(OFFICER)):
        answer = stranger.post(NOTE, {"text": "Hij belde zelf.", "keep-draft": "1"})

        assert answer.status_code in {401, 403}
        assert not Draft.objects.exists()


def test_nothing_and_too_much_are_not_kept():
    for text in ("", "x" * (drafts.LARGEST + 1)):
        assert drafts.keep(PLACE, {"text": [text]}, at=AT) is False

    assert not Draft.objects.exists()


def test_drafts_go_after_thirty_days():
    drafts.keep(PLACE, {"text": ["Hij"]}, at=AT)

    assert drafts.forget_before(AT + drafts.KEPT) == 0
    assert drafts.forget_before(AT + drafts.KEPT + datetime.timedelta(seconds=1)) == 1
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("form", "rule"),
    [("note", "one_draft_and_one_beside_it_a_person_and_form"), ("", "a_draft_knows_whose_it_is")],
)
def test_the_database_keeps_the_rules_of_drafts(form, rule):
    drafts.keep(PLACE, {"text": ["Hij"]}, at=AT)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_draft (subject, form, object, content, kept_at) VALUES (%s, %s, %s, '{}', %s)",
            [PLACE.subject, form, PLACE.object, AT],
        )
