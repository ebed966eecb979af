"""Forms: label, hint, mistake and control belong together; refusals of the rules land where they belong."""

import datetime
import html
import re

import pytest
from django import forms as controls
from django.template import Context, Template
from django.utils import translation

from federation.contracts import codes
from federation.errors import DomainError, Kind
from federation.portal import forms


class NoteForm(forms.Form):
    """A form with a control of each kind."""

    contact_kind = forms.CodeField(list="contact-kind", label="How")
    needs = forms.CodesField(list="need", label="Needs", required=False)
    held_on = forms.DayField(label="When")
    text = controls.CharField(label="What happened", widget=controls.Textarea, help_text="In short.")
    again = controls.BooleanField(label="Remind me", required=False)


class EntryWrong(DomainError):
    """This entry cannot be so."""

    kind = Kind.INVALID


RIGHT = {"contact_kind": "phone", "held_on": "23/11/2026", "text": "Belde zelf."}


def test_a_form_gives_codes_days_and_texts():
    form = NoteForm({**RIGHT, "needs": ["school", "family"]})

    assert form.is_valid()
    assert form.cleaned_data == {
        "contact_kind": "phone",
        "needs": ["school", "family"],
        "held_on": datetime.date(2026, 11, 23),
        "text": "Belde zelf.",
        "again": False,
    }


@pytest.mark.parametrize("language", codes.LANGUAGES)
def test_codes_are_offered_in_the_readers_language_and_in_their_order(language):
    with translation.override(language):
        shown = str(NoteForm()["contact_kind"])

    labels = [codes.label("contact-kind", code, language) for code in codes.ordered("contact-kind")]
    assert re.findall(r">([^<\n]+)</option>", html.unescape(shown))[1:] == labels


@pytest.mark.parametrize(
    ("text", "taken"),
    [("01/01/1900", True), ("31/12/2199", True), ("31/12/1899", False), ("01/01/2200", False), ("31/12/9999", False)],
)
def test_a_day_lies_in_the_years_in_which_people_live(text, taken):
    form = NoteForm({**RIGHT, "held_on": text})

    assert form.is_valid() is taken
    assert dict(form.errors) == ({} if taken else {"held_on": ["Write a day between 1900 and 2199."]})


def test_who_means_that_there_is_no_end_hears_that_the_field_may_stay_empty():
    class Until(forms.Form):
        """A form with a day that may be missing."""

        until = forms.DayField(required=False)

    refused = Until({"until": "31/12/9999"})

    way_out = "Write a day between 1900 and 2199; leave the field empty when there is none."
    assert refused.errors == {"until": [way_out]}
    assert Until({"until": ""}).is_valid()


def test_only_some_codes_of_a_list_can_be_offered():
    field = forms.CodeField(list="contact-kind", only={"phone"}, empty=None)

    assert [code for code, _ in field.choices] == ["phone"]


def test_each_control_has_its_label_its_hint_and_its_mistake():
    form = NoteForm({**RIGHT, "text": ""})
    shown = str(form["text"].as_field_group())

    assert '<label class="form-label" for="id_text">What happened</label>' in shown
    assert '<p class="hint" id="id_text-hint">In short.</p>' in shown
    assert re.search(r'<p class="bad-word" id="id_text-wrong">.*This field is required\.</p>', shown)
    control = re.search(r"<textarea[^>]*>", shown)[0]
    assert 'class="form-control"' in control
    assert 'aria-describedby="id_text-hint id_text-wrong"' in control
    assert 'aria-invalid="true"' in control


def test_several_controls_stand_under_one_legend():
    shown = NoteForm()["needs"].as_field_group()

    assert "<legend>Needs</legend>" in shown
    assert shown.count('class="form-check-input"') == len(codes.codes("need"))
    assert shown.count("<label") == len(codes.codes("need"))


def test_the_summary_leads_to_each_mistake_and_takes_the_focus():
    form = NoteForm({"text": "x", "held_on": "31/02/2026", "contact_kind": "phone"})
    form.add_error(None, "As a whole.")
    shown = Template("{% load zenne %}{% error_summary form %}").render(Context({"form": form}))

    label = form["held_on"].label
    assert f'<a href="#id_held_on">{label}: Write a day as day/month/year, for example 23/11/2026.</a>' in shown
    assert "<li>As a whole.</li>" in shown
    assert 'role="alert"' in shown
    assert "data-focus-first" in shown


def test_a_form_that_was_not_sent_has_no_summary():
    shown = Template("{% load zenne %}{% error_summary form %}").render(Context({"form": NoteForm()}))

    assert shown.strip() == ""


@pytest.mark.parametrize(("field", "place"), [("heldOn", "held_on"), ("unknown", "__all__"), (None, "__all__")])
def test_a_refusal_of_the_rules_lands_at_its_field_or_in_the_summary(field, place):
    form = NoteForm(RIGHT)
    assert form.is_valid()

    with translation.override("fr"):
        form.refuse(EntryWrong("Sami Verzonnen", field=field))

    assert form.errors == {place: ["Ceci ne peut pas être enregistré ainsi"]}


def test_a_day_is_shown_for_mending_as_it_is_written():
    shown = str(NoteForm(initial={"held_on": datetime.date(2026, 11, 23)})["held_on"])

    assert 'value="23/11/2026"' in shown
    assert 'inputmode="numeric"' in shown
    assert 'value="31/02/2026"' in str(NoteForm({**RIGHT, "held_on": "31/02/2026"})["held_on"])


@pytest.mark.parametrize(("language", "between"), [("nl", ": "), ("fr", "\xa0: "), ("de", ": "), ("en", ": ")])
def test_what_is_wrong_stands_behind_its_label_as_the_language_writes_a_colon(language, between):
    form = NoteForm({**RIGHT, "held_on": "yesterday"})

    with translation.override(language):
        told = dict(form.mistakes)

    assert told["id_held_on"].startswith(f"When{between}")
