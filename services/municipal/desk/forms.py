"""The forms of the desk. Each names its fields as the API does, so that a refusal finds the field that it is about."""

import datetime
import re
from collections.abc import Mapping
from typing import Any

from django import forms as controls
from django.utils.translation import gettext_lazy as _

from federation import clock
from federation.portal import forms
from municipal.cases import contents
from municipal.cases.rules import Block
from municipal.people import fields, rules as people

LONG = 8000


def text(label: Any, *, hint: Any = "", longest: int = LONG, rows: int = 3) -> controls.CharField:
    """Return a field for sentences."""
    return controls.CharField(
        label=label, help_text=hint, max_length=longest, widget=controls.Textarea(attrs={"rows": rows})
    )


class SearchForm(forms.Form):
    """Whom or what one looks for; sent by POST, because a name never stands in an address."""

    words = controls.CharField(
        label=_("Search"), help_text=_("Reference, or the first letters of a name."), max_length=100
    )


class LinkForm(forms.Form):
    """The case of a brother or sister."""

    reference = controls.CharField(
        label=_("Reference of the brother's or sister's case"), help_text=_("For example VV-2026-0042."), max_length=20
    )


class PurposeForm(forms.Form):
    """Why a file outside one's own work is opened."""

    purpose = forms.CodeField(list="reading-purpose", label=_("Why do you open this file?"))


class PersonForm(forms.Form):
    """The least that must be known of a person."""

    first_name = controls.CharField(label=_("First name"), max_length=people.NAME_LENGTH)
    last_name = controls.CharField(label=_("Last name"), max_length=people.NAME_LENGTH)
    birth_on = forms.DayField(label=_("Birth date"))
    contact_language = fields.LanguageField(label=_("Language to speak with the person"))
    interpreter_needed = controls.BooleanField(label=_("An interpreter is needed"), required=False)
    phone = controls.CharField(
        label=_("Telephone"),
        help_text=_("With the country: +32 2 000 11 99. May stay empty."),
        max_length=30,
        required=False,
    )
    municipality = fields.MunicipalityField(
        label=_("Municipality of stay"),
        help_text=_("In Belgium: its name in Dutch, French or German. May stay empty."),
        required=False,
    )

    def details(self) -> dict[str, Any]:
        """Return what was filled in about the person."""
        return {name: self.cleaned_data[name] for name in people.FIELDS}


class NewCaseForm(PersonForm):
    """What opens a case."""

    stay_kind = forms.CodeField(list="stay-kind", label=_("Stay"))

    def __init__(self, *arguments: Any, teams: list[tuple[str, str]], **named: Any) -> None:
        """Will ask which of `teams` works with the person, where there are any to choose from."""
        super().__init__(*arguments, **named)
        if teams:
            self.fields["team"] = controls.ChoiceField(label=_("Team"), choices=teams)


class VersionForm(forms.Form):
    """Which version somebody had before him when he ticked something."""

    version = controls.IntegerField(widget=controls.HiddenInput)


class IdentityForm(NewCaseForm):
    """A correction of who somebody is, on top of the version that was read."""

    version = controls.IntegerField(widget=controls.HiddenInput)


class NextContactForm(forms.Form):
    """Who speaks with the person next, and when; and why the day moves, where one was planned."""

    version = controls.IntegerField(widget=controls.HiddenInput)
    next_contact_on = forms.DayField(label=_("Day"))
    next_contact_who = controls.CharField(
        label=_("Who does it, and how"), help_text=_("For example: Els, home visit."), max_length=200
    )
    reason = forms.CodeField(list="postpone-reason", label=_("Why does the day move?"), required=False)


class NoteForm(forms.Form):
    """A quick note of a contact: now, unless another day is told."""

    text = text(_("Quick note"), rows=3)
    contact_kind = forms.CodeField(list="contact-kind", label=_("Kind of contact"), empty=None, initial="homeVisit")
    visibility = forms.CodeField(list="visibility", label=_("Who reads it"), empty=None, initial="team")
    happened_on = forms.DayField(
        label=_("On another day"),
        help_text=_("Empty means now. Day/month/year, for example 23/11/2026."),
        required=False,
    )

    def clean_happened_on(self) -> datetime.date | None:
        """Return the day; a contact that has not been is an agreement, not a note."""
        day: datetime.date | None = self.cleaned_data["happened_on"]
        if day and day > self.today:
            raise controls.ValidationError(_("This day is still to come."))
        return day

    def __init__(self, *arguments: Any, at: datetime.datetime, **named: Any) -> None:
        """Will take a day up to that of `at`."""
        super().__init__(*arguments, **named)
        self.now, self.today = at, clock.today_in_brussels(at)

    @property
    def happened_at(self) -> datetime.datetime:
        """The instant of the contact: now, or noon of the day that was told."""
        day = self.cleaned_data["happened_on"]
        if day is None or day == self.today:
            return self.now
        return datetime.datetime.combine(day, datetime.time(12), clock.BRUSSELS)


class AddendumForm(forms.Form):
    """What is added to a note, which itself stays as it was."""

    text = text(_("What do you add or correct?"))


class PictureForm(forms.Form):
    """One side of the person's life as it is now."""

    life_domain = forms.CodeField(list="life-domain", label=_("About"))
    text = text(_("How it is now"), rows=6)


class GoalForm(forms.Form):
    """A goal as the person says it."""

    own_words = text(
        _("The goal, as the person says it"), hint=_("Ask: what do you want yourself? Write it as it is said.")
    )
    progress_sign = text(_("How you will both see progress"), longest=1000, hint=_("One sign that anybody can see."))


class WayForm(forms.Form):
    """What is done towards a goal."""

    what = text(_("What will be done"))
    who = controls.CharField(label=_("Who does it"), max_length=200)
    until = forms.DayField(
        label=_("Until when"),
        error_messages={
            "outOfBounds": _(
                "Write a day between %(first)d and %(last)d; where there is no end, the day on which you look at it"
                " again."
            )
        },
    )


class EvaluationForm(forms.Form):
    """How far a goal is, held against the picture before."""

    evaluated_on = forms.DayField(label=_("Looked at on"))
    finding = text(_("What you found together"))
    compared_with_picture = text(_("Compared with the picture before"))


OF_BLOCK: Mapping[Block, type[forms.Form]] = {
    Block.SITUATION_PICTURE: PictureForm,
    Block.GOALS: GoalForm,
    Block.WAYS: WayForm,
    Block.EVALUATIONS: EvaluationForm,
}


def version_form(block: Block, **how: Any) -> forms.Form:
    """Return the form of the next version of an entry: what it is about stays as it was."""
    form = OF_BLOCK[block](**how)
    form.fields.pop("life_domain", None)
    form.fields["version"] = controls.IntegerField(widget=controls.HiddenInput)
    return form


def again(form: forms.Form, *, version: int) -> forms.Form:
    """Return a form with the same words on top of a newer version: who sends it again has seen that one."""
    form.data = {**form.data.dict(), "version": str(version)}  # type: ignore[attr-defined]  # what a browser sent
    return form


def draft(block: Block, form: forms.Form, **more: Any) -> contents.Draft:
    """Return what a form that is in order wants to write; raise EntryInvalid."""
    given = {name: form.cleaned_data.get(snake(name)) for name in contents.FIELDS[block]} | more
    return contents.draft(block, {name: value for name, value in given.items() if value not in (None, "")})


def snake(name: str) -> str:
    """Return the name of a field in a form by its name outside: `lifeDomain` is `life_domain`."""
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)


class ConsentForm(forms.Form):
    """What the person, or who speaks for the person, agreed to."""

    recipient = controls.ChoiceField(label=_("To whom"))
    purpose = forms.CodeField(list="referral-kind", only=("share", "handover"), label=_("What for"))
    blocks = forms.CodesField(list="block", label=_("Which parts of the file"))
    giver = forms.CodeField(list="consent-giver", label=_("Who agrees"))
    how = forms.CodeField(
        list="consent-how",
        label=_("How"),
        help_text=_("In writing? After you have recorded it, print the form and have it signed."),
    )
    language = fields.LanguageField(label=_("In which language you asked"))
    given_on = forms.DayField(label=_("Given on"))
    valid_until = forms.DayField(
        label=_("Valid until"),
        help_text=_("The first day on which it stands no more; at most two years. Day/month/year."),
    )

    def __init__(self, *arguments: Any, recipients: list[tuple[str, str]], **named: Any) -> None:
        """Will offer the towns with which there is a protocol."""
        super().__init__(*arguments, **named)
        self.fields["recipient"].choices = [("", _("Choose")), *recipients]  # type: ignore[attr-defined]


class LogForm(forms.Form):
    """Which part of the log of accesses is looked at."""

    reference = controls.CharField(label=_("Reference of the case"), max_length=20, required=False)
    since = forms.DayField(label=_("First day"), required=False)
    until = forms.DayField(label=_("Last day"), required=False)
