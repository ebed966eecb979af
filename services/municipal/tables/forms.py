"""The forms of partner tables. Each names its fields as the rules do, so that a refusal finds its field."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms as controls
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from federation.contracts import codes
from federation.portal import forms, town
from municipal.tables import queries, rules

THE_PERSON = "person"
"""The choice of who is told when it is the person himself."""


class MeetingForm(forms.Form):
    """When which table meets."""

    table = forms.CodeField(list="table-kind", label=_("Table"))
    held_on = forms.DayField(label=_("Day"))
    begins_at = controls.TimeField(
        label=_("Begins at"),
        input_formats=["%H:%M", "%H.%M", "%Hu%M", "%Hh%M"],
        widget=controls.TimeInput(format="%H:%M", attrs={"size": 6}),
        error_messages={"invalid": _("Write the time as hours and minutes, for example 14:00.")},
        initial="14:00",
    )


class SeatForm(forms.Form):
    """Who sits at the table."""

    name = controls.CharField(
        label=_("Name"), help_text=_("As people at the table say it: Karen M."), max_length=rules.NAME_LENGTH
    )
    organisation = forms.CodeField(list="organisation", label=_("From where"))
    me = controls.BooleanField(label=_("This is me"), required=False)


class PointForm(forms.Form):
    """Which case comes on the agenda, and what is asked of the table."""

    reference = controls.CharField(
        label=_("Reference of the case"), help_text=_("For example VV-2026-0042."), max_length=20
    )
    question = controls.CharField(
        label=_("Question to the table"),
        help_text=_("One sentence, without a name: it stands on the projector. May stay empty."),
        max_length=rules.TEXT_LENGTH,
        required=False,
    )


class QuestionForm(forms.Form):
    """What is asked of the table about a case."""

    question = controls.CharField(
        label=_("Question to the table"),
        help_text=_("One sentence, without a name: it stands on the projector. May stay empty."),
        max_length=rules.TEXT_LENGTH,
        required=False,
    )


class AgreementForm(forms.Form):
    """Who does what by when, and tells whom: one sentence."""

    who = controls.ChoiceField(label=_("Who"))
    what = controls.CharField(label=_("does what"), max_length=rules.TEXT_LENGTH)
    due_on = forms.DayField(label=pgettext_lazy("deadline of an agreement", "by"), help_text="")
    tells = controls.ChoiceField(label=pgettext_lazy("sentence of an agreement", "and tells"))

    def __init__(self, *arguments: Any, seats: Sequence[queries.SeatView], **named: Any) -> None:
        """Will offer those who sit at the table; who is excused can still be told."""
        super().__init__(*arguments, **named)
        present = [(str(seat.id), seat_words(seat)) for seat in seats if not seat.excused]
        everybody = [(str(seat.id), seat_words(seat)) for seat in seats]
        self.fields["due_on"].widget.attrs["placeholder"] = _("dd/mm/yyyy")
        self.fields["who"].choices = [("", forms.CHOOSE), *present]  # type: ignore[attr-defined]
        self.fields["tells"].choices = [  # type: ignore[attr-defined]
            ("", forms.CHOOSE),
            (THE_PERSON, pgettext_lazy("who is told", "the person")),
            *everybody,
        ]

    def values(self) -> dict[str, Any]:
        """Return what is agreed, as `actions.agree` takes it."""
        told = self.cleaned_data["tells"]
        return {
            "who": uuid.UUID(self.cleaned_data["who"]),
            "what": self.cleaned_data["what"],
            "due_on": self.cleaned_data["due_on"],
            "tells": None if told == THE_PERSON else uuid.UUID(told),
        }


class PostponeForm(forms.Form):
    """To which later day, and why."""

    due_on = forms.DayField(label=_("New day"))
    reason = forms.CodeField(list="postpone-reason", label=_("Why"))


class NotWorkedForm(forms.Form):
    """Why it did not work."""

    why = controls.CharField(
        label=_("What happened?"),
        help_text=_("One sentence: the table reads it at the next meeting."),
        max_length=rules.TEXT_LENGTH,
    )


def seat_words(seat: queries.SeatView) -> str:
    """Return how somebody at the table is called: name and organisation."""
    return f"{seat.name} ({codes.label('organisation', seat.organisation, town.language())})"
