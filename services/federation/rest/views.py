"""The base of every view: who calls, why, when, and what was sent."""

import datetime
import functools
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import Http404
from rest_framework import exceptions, parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from federation import clock
from federation.identity.actor import Actor
from federation.rest.parsers import Json, MergePatch
from federation.rest.serializers import Input, Query

PURPOSE = re.compile(r"[a-z][A-Za-z]{1,40}")


class View(APIView):
    """One address of an API. Subclasses have one method a use case, each with one call into actions or queries."""

    api_tag: ClassVar[str] = ""
    """The heading under which the printed description shows it."""
    parser_classes = (Json,)

    def get_parsers(self) -> list[parsers.BaseParser]:
        """Return the parsers: a merge patch for PATCH alone (Belgif doc-patch)."""
        kinds: Sequence[type[parsers.BaseParser]] = self.parser_classes
        request = getattr(self, "request", None)
        if request is not None and request.method == "PATCH":
            kinds = (MergePatch, *kinds)
        return [kind() for kind in kinds]

    @property
    def actor(self) -> Actor:
        """Who calls."""
        actor: Actor = self.request.user.actor  # type: ignore[union-attr]
        return actor

    @functools.cached_property
    def at(self) -> datetime.datetime:
        """The instant of the call, the same for everything that it does."""
        return clock.now()

    @property
    def purpose(self) -> str:
        """The code in `Zenne-Purpose`, "" without one: why somebody opens what is not in his own work."""
        purpose = self.request.headers.get("Zenne-Purpose", "")
        if purpose and not PURPOSE.fullmatch(purpose):
            error = serializers.ValidationError({"Zenne-Purpose": ["A code such as complaint."]})
            error.where = "header"  # type: ignore[attr-defined]
            raise error
        return purpose

    def sent(self, kind: type[Input]) -> dict[str, Any]:
        """Return the body by inner names; raise ValidationError."""
        if not isinstance(self.request.data, dict):
            message = "The body is a JSON object."
            raise exceptions.ParseError(message)
        form = kind(data=self.request.data)
        form.is_valid(raise_exception=True)
        values: dict[str, Any] = form.validated_data
        return values

    def asked(self, kind: type[Query]) -> dict[str, Any]:
        """Return the query parameters; raise ValidationError for an unknown, doubled or wrong one."""
        form = kind(data=self.request.query_params)
        if not form.is_valid():
            raise _in_query(form.errors)
        values: dict[str, Any] = form.validated_data
        return values

    def no_query(self) -> None:
        """Refuse query parameters where there are none."""
        self.asked(Query)

    def initial(self, request: Request, *arguments: Any, **named: Any) -> None:
        """Refuse query parameters on everything but collections, which say themselves what they take."""
        super().initial(request, *arguments, **named)
        if request.method != "GET":
            self.no_query()


def created(body: dict[str, Any], **headers: str) -> Response:
    """Return 201 with the address of what came to be."""
    return Response(body, status=201, headers={"Location": body["href"], **headers})


def uuid_in_path(text: str) -> str:
    """Return an id of a path; what is no UUID does not exist."""
    if not re.fullmatch(r"[0-9a-f-]{36}", text):
        raise Http404
    return text


def _in_query(errors: Any) -> serializers.ValidationError:
    error = serializers.ValidationError(errors)
    error.where = "query"  # type: ignore[attr-defined]
    return error
