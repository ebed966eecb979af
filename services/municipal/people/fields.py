"""Fields of forms about a person: people choose names, and codes are kept."""

from typing import Any

from django import forms as controls
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from federation.portal import forms, town
from municipal.people import languages, municipalities, rules


class LanguageSelect(controls.Select):
    """A list of languages; a code that is kept already and is not listed stands in it too."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """Return the groups of the list."""
        groups = super().optgroups(name, value, attrs)
        shown = {str(option["value"]) for _label, options, _index in groups for option in options}
        for code in value:
            if code not in shown:
                option = self.create_option(name, code, code, selected=True, index=len(groups), attrs=attrs)
                groups.append((None, [option], len(groups)))
        return groups


class LanguageField(controls.ChoiceField):
    """A language: the town's own first, then those that are spoken most, then all others."""

    widget = LanguageSelect

    def __init__(self, **options: Any) -> None:
        """Will offer the languages by their names in the reader's language."""
        super().__init__(choices=_offered, **options)

    def valid_value(self, value: Any) -> bool:
        """Return whether `value` is a language: one that is not listed may have been kept by a program."""
        return super().valid_value(value) or rules.LANGUAGE.fullmatch(str(value)) is not None


def _offered() -> list[tuple[Any, Any]]:
    first, reader = town.own().official_languages, town.language()
    return [
        ("", forms.CHOOSE),
        (_("Often spoken"), languages.usual(first, reader=reader)),
        (_("Other languages"), languages.others(first, reader=reader)),
    ]


class MunicipalityInput(controls.TextInput):
    """A field that proposes the names of municipalities while one writes; it needs no script."""

    template_name = "people/municipality.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template shows."""
        found = super().get_context(name, value, attrs)
        found["names"] = municipalities.names(reader=town.language())
        found["widget"]["attrs"]["list"] = f"{found['widget']['attrs'].get('id', name)}-names"
        return found


class MunicipalityField(controls.CharField):
    """A municipality of Belgium: people write its name, in any of its languages, and its NIS code is kept."""

    widget = MunicipalityInput
    default_error_messages = {"unknown": _("Choose a municipality from the list.")}

    def __init__(self, **options: Any) -> None:
        """Will propose names."""
        super().__init__(max_length=100, **options)

    def clean(self, value: Any) -> str:
        """Return the code; raise ValidationError. A code may be written too, also one from before a merger."""
        written = str(super().clean(value))
        if not written or rules.NIS_CODE.fullmatch(written):
            return written
        code = municipalities.find(written)
        if code is None:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        return code

    def prepare_value(self, value: Any) -> Any:
        """Return the name of what is kept; what somebody wrote stays as he wrote it."""
        return municipalities.name(value, reader=town.language()) if isinstance(value, str) else value
