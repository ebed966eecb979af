"""Forms as every page has them: a label, a hint, what is wrong, the field; and a summary of what is wrong on top."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from federation import clock
from federation.contracts import codes
from federation.errors import DomainError
from federation.portal import dates, refusals, town

SUMMARY = "__all__"
CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Select, "form-select"),
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
)
"""The class of the look by the kind of a control; every other one is a `form-control`."""


CHOOSE = _("Choose")


class Renderer(TemplatesSetting):
    """Finds the templates of forms and fields."""

    form_template_name = "portal/form.html"
    field_template_name = "portal/field.html"


class Field(BoundField):
    """A field in a form: its control bears the class of the look, and names its hint and its mistake."""

    @property
    def kind(self) -> str:
        """The kind of the control: text, textarea, select, checkbox, radioselect, …."""
        return self.widget_type

    @property
    def grouped(self) -> bool:
        """Whether several controls stand under one legend."""
        return bool(self.use_fieldset)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Return the attributes of the control."""
        found = dict(super().build_widget_attrs(attrs, widget) or {})
        control = widget or self.field.widget
        look = next((look for kind, look in CLASSES if isinstance(control, kind)), "form-control")
        found["class"] = f"{control.attrs.get('class', '')} {look}".strip()
        # what is written here is about somebody else: a shared computer must not offer it to the next one who writes
        found["autocomplete"] = "off"
        described = [f"{self.auto_id}-hint"] if self.help_text else []
        described += [f"{self.auto_id}-wrong"] if self.errors else []
        found.pop("aria-describedby", None)
        if described and not self.use_fieldset:
            found["aria-describedby"] = " ".join(described)
        return found


class Form(forms.Form):
    """The base of every form. It names its fields; it knows no table."""

    bound_field_class = Field
    use_required_attribute = False
    """The browser's own words about what is missing come in the browser's language, and before ours."""
    required_css_class = ""

    def refuse(self, refusal: DomainError) -> None:
        """Put a refusal of the rules at the field that it names, else into the summary."""
        name = re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", refusal.field or "")
        self.add_error(name if name in self.fields else None, refusals.words_of(refusal))

    @property
    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is wrong: of a control its id and its label with the words, of the form as a whole "" and the words."""
        for name, errors in self.errors.items():
            for error in errors:
                if name == SUMMARY:
                    yield "", str(error)
                else:
                    control = self[name]
                    words = _("%(field)s: %(mistake)s") % {"field": control.label, "mistake": error}
                    yield control.id_for_label or control.auto_id, str(words)


class CodeField(forms.ChoiceField):
    """One code of a list in `schemas/codes`, read in the reader's language."""

    def __init__(self, *, list: str, empty: Any = CHOOSE, **options: Any) -> None:  # noqa: A002 -- the word of the schemas
        """Will offer the codes of `list` in their order."""
        only = options.pop("only", None)
        super().__init__(choices=lambda: _choices(list, only, empty), **options)


class RadioCodeField(CodeField):
    """One code of a list, all of them in sight; nothing is chosen beforehand but what `initial` says."""

    widget = forms.RadioSelect

    def __init__(self, **options: Any) -> None:
        """Will offer the codes alone."""
        super().__init__(empty=None, **options)


class CodesField(forms.MultipleChoiceField):
    """Several codes of a list, as boxes to tick."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, list: str, **options: Any) -> None:  # noqa: A002
        """Will offer the codes of `list` in their order."""
        only = options.pop("only", None)
        super().__init__(choices=lambda: _choices(list, only, None), **options)


class DayField(forms.Field):
    """A day as people here write it, `23/11/2026`; programs may write `2026-11-23`. The years are those of `clock`."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("Write a day as day/month/year, for example 23/11/2026."),
        "outOfBounds": _("Write a day between %(first)d and %(last)d."),
        "outOfBoundsOrNone": _("Write a day between %(first)d and %(last)d; leave the field empty when there is none."),
    }

    def __init__(self, **options: Any) -> None:
        """Will show where the parts stand."""
        options.setdefault("help_text", _("day/month/year, for example 23/11/2026"))
        super().__init__(**options)

    def to_python(self, value: Any) -> datetime.date | None:
        """Return the day; raise ValidationError."""
        if value in self.empty_values:
            return None
        try:
            day = value if isinstance(value, datetime.date) else dates.read(str(value).strip())
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not clock.within(day):
            code = "outOfBounds" if self.required else "outOfBoundsOrNone"
            bounds = {"first": clock.FIRST_YEAR, "last": clock.LAST_YEAR}
            raise ValidationError(self.error_messages[code], code=code, params=bounds)
        return day

    def prepare_value(self, value: Any) -> Any:
        """Return the day as it is shown for mending."""
        return f"{value:%d/%m/%Y}" if isinstance(value, datetime.date) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return attributes that bring up the keys for digits."""
        return {**super().widget_attrs(widget), "inputmode": "numeric", "size": "12"}


def _choices(name: str, only: Any, empty: Any) -> list[tuple[str, Any]]:
    listed = [code for code in codes.ordered(name) if only is None or code in only]
    found: list[tuple[str, Any]] = [(code, codes.label(name, code, town.language())) for code in listed]
    return found if empty is None else [("", empty), *found]
