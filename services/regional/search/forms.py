"""The form by which people search: choices only, never a text of their own."""

from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from federation.portal import forms
from regional.search.queries import OPEN_PHASES
from regional.search.rules import Criteria

ALL = _("All")
SILENCES = (2, 5, 10, 20)


def _silences() -> list[tuple[str, Any]]:
    words = ngettext_lazy("%(days)d working day", "%(days)d working days", "days")
    return [("", ALL), *[(str(days), words % {"days": days}) for days in SILENCES]]


class SearchForm(forms.Form):
    """What to look for, and why."""

    sender = django_forms.ChoiceField(label=_("From"), required=False)
    recipient = django_forms.ChoiceField(label=_("To"), required=False)
    kind = forms.CodeField(list="referral-kind", label=_("Kind"), empty=ALL, required=False)
    silent = django_forms.ChoiceField(label=_("Silent for"), choices=_silences, required=False)
    began_from = forms.DayField(label=_("Begun from"), required=False)
    began_until = forms.DayField(label=_("Begun until"), required=False)
    decline_reason = forms.CodeField(list="decline-reason", label=_("Reason of a no"), empty=ALL, required=False)
    state = forms.CodeField(list="referral-state", label=_("State on one of the sides"), empty=ALL, required=False)
    disagreeing = django_forms.BooleanField(label=_("Only where the two sides disagree"), required=False)
    phases = forms.CodesField(list="referral-phase", label=_("Waits for"), initial=OPEN_PHASES, required=False)
    purpose = forms.CodeField(
        list="search-purpose",
        label=_("Why you look"),
        initial="followUpOfSilence",
        help_text=_("It stands in the log."),
    )
    after = django_forms.CharField(required=False, max_length=120, widget=django_forms.HiddenInput)

    def __init__(self, *arguments: Any, towns: dict[str, str], **options: Any) -> None:
        """Will offer the municipalities `towns`, by id and name."""
        super().__init__(*arguments, **options)
        choices = [("", ALL), *sorted(towns.items(), key=lambda town: town[1])]
        for name in ("sender", "recipient"):
            field: Any = self.fields[name]
            field.choices = choices

    def criteria(self) -> Criteria:
        """Return what was asked for; the form is valid."""
        asked = self.cleaned_data
        return Criteria(
            senders=_one(asked["sender"]),
            recipients=_one(asked["recipient"]),
            kinds=_one(asked["kind"]),
            phases=tuple(asked["phases"]) or OPEN_PHASES,
            states=_one(asked["state"]),
            decline_reasons=_one(asked["decline_reason"]),
            silent_days=int(asked["silent"]) if asked["silent"] else None,
            began_from=asked["began_from"],
            began_until=asked["began_until"],
            disagreeing=asked["disagreeing"],
        )


class PurposeForm(forms.Form):
    """Why somebody opens a life line."""

    purpose = forms.CodeField(
        list="search-purpose",
        label=_("Why you open it"),
        initial="followUpOfSilence",
        help_text=_("It stands in the log."),
    )


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()
