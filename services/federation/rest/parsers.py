"""Bodies: strict JSON of a size that somebody could have typed."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework import exceptions, parsers, status

from federation.contracts import strict_json

LARGEST = 262_144
"""Bytes of a request's body. The largest input is an entry of two texts; a dossier comes by the bus only."""


class PayloadTooLarge(exceptions.APIException):
    """The body is larger than any that this API takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "payloadTooLarge"


class Json(parsers.BaseParser):
    """JSON in which no name stands twice and nothing can hide (see `federation.contracts.strict_json`)."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what the body says; raise ParseError or PayloadTooLarge, before reading more than is allowed."""
        del media_type, parser_context
        raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise PayloadTooLarge
        try:
            return strict_json.loads(raw)
        except strict_json.JsonRefused as refused:
            raise exceptions.ParseError(refused.detail) from None


class MergePatch(Json):
    """A merge patch (RFC 7396); plain JSON is taken as one too."""

    media_type = "application/merge-patch+json"
