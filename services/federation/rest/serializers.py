"""What goes in and out of every API: named fields in lowerCamelCase, nothing unknown in, no null out."""

import functools
from collections.abc import Mapping
from typing import Any, Self

from django.http import QueryDict
from rest_framework import exceptions, serializers

EMPTY = (None, "")


class Input(serializers.Serializer[Any]):
    """Base of what callers send. It refuses what it does not know (Belgif req-valid) and null (jsn-null)."""

    merge_patch = False
    """Whether null means "remove", which it does in a merge patch only (Belgif doc-patch)."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the values by their inner names."""
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: [exceptions.ErrorDetail("This is not known here.", code="unknownInput")] for name in unknown}
                )
            nulls = sorted(name for name, value in data.items() if value is None and not self._removes(name))
            if nulls:
                raise serializers.ValidationError(
                    {name: ["null is not allowed: leave it out."] for name in nulls}, code="null"
                )
        values: dict[str, Any] = super().to_internal_value(data)
        return values

    def _removes(self, name: str) -> bool:
        return self.merge_patch and self.fields[name].allow_null


class Nothing(Input):
    """An empty object, for an act that needs no words: the address says it all."""


class Patch(Input):
    """Base of a merge patch: what is left out stays as it is, null removes where that is possible."""

    merge_patch = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Will ask for no field."""
        super().__init__(*arguments, partial=True, **options)


class Output(serializers.Serializer[Any]):
    """Base of what is given back. Empty properties are left out (Belgif jsn-null). An output has no context."""

    @classmethod
    def of(cls, value: Any) -> dict[str, Any]:
        """Return the properties of `value` by their outer names."""
        return cls._shape().to_representation(value)

    @classmethod
    @functools.cache  # each object copies every field of its class, which takes longer than showing a value
    def _shape(cls) -> Self:
        return cls()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the values by their outer names."""
        found: dict[str, Any] = super().to_representation(instance)
        return {name: value for name, value in found.items() if value not in EMPTY}


class Query(Input):
    """Base of query parameters. A parameter that takes several values is repeated (Belgif qry-multi)."""

    def to_internal_value(self, data: QueryDict) -> dict[str, Any]:
        """Return lists where the field takes several values, else the one value; twice the same is a mistake."""
        found: dict[str, Any] = {}
        for name, values in data.lists():
            if isinstance(self.fields.get(name), serializers.ListField | serializers.MultipleChoiceField):
                found[name] = values
            elif len(values) > 1:
                raise serializers.ValidationError({name: ["This stands here more than once."]})
            else:
                found[name] = values[0]
        return super().to_internal_value(found)
