"""The printed description (OpenAPI 3.0.3) as the Belgian guide asks for it.

What the guide wants everywhere is added here once: operation ids and summaries, one declared tag,
`requestBody.required`, the problem as default answer, the trace header, no `nullable`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from django.urls import URLPattern, URLResolver, include, path as route
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from federation import clock, problems

METHODS = ("get", "put", "post", "patch", "delete")
PROBLEM_ANSWER = {"$ref": "#/components/responses/ProblemResponse"}
URI = {"type": "string", "format": "uri"}

PROBLEM = {
    "type": "object",
    "description": "Why a call was refused (RFC 9457). It never repeats what was sent.",
    "required": ["type"],
    "properties": {
        "type": {**URI, "example": f"{problems.BELGIF}badRequest"},
        "href": {**URI, "description": "Where the problem is explained."},
        "title": {"type": "string"},
        "status": {"type": "integer", "format": "int32", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {**URI, "description": "Number of this very refusal, to be quoted on the phone."},
        "issues": {"type": "array", "items": {"$ref": "#/components/schemas/InputValidationIssue"}},
    },
}
ISSUE = {
    "type": "object",
    "description": "One finding about the input.",
    "properties": {
        "type": {**URI, "example": f"{problems.VALIDATION}unknownInput"},
        "in": {"type": "string", "enum": ["body", "header", "path", "query"]},
        "name": {"type": "string", "example": "person.birthOn"},
        "detail": {"type": "string"},
    },
}
BOUNDS = f"Days and instants lie in the years {clock.FIRST_YEAR} to {clock.LAST_YEAR}."
DESCRIPTIONS = {"200": "Done.", "201": "It came to be.", "202": "It will be done.", "503": "It cannot work now."}
TRACE = {"description": "Number of this call, for the phone.", "schema": {"type": "string", "maxLength": 36}}
LOCATION = {"description": "Address of what came to be.", "schema": URI}

SHARED: dict[str, dict[str, Any]] = {
    "schemas": {"Problem": PROBLEM, "InputValidationIssue": ISSUE},
    "responses": {
        "ProblemResponse": {
            "description": "The call was refused; nothing came to be.",
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    },
    "securitySchemes": {"BearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
}


@dataclass(frozen=True)
class Api:
    """One API of a service: what its description says of it as a whole, and its addresses."""

    name: str
    major: int
    title: str
    description: str
    routes: Sequence[URLPattern | URLResolver]

    @property
    def prefix(self) -> str:
        """Where it is found below the host."""
        return f"/api/{self.name}/v{self.major}"

    def mounted(self) -> list[URLPattern | URLResolver]:
        """Return its addresses as they stand in a service's urls."""
        return [route(f"{self.prefix[1:]}/", include(list(self.routes)))]


def printed(api: Api) -> str:
    """Return the description of an API as YAML; raise when drf-spectacular had to guess."""
    generator: Any = SchemaGenerator
    found: dict[str, Any] = generator(patterns=api.mounted()).get_schema(request=None, public=True)
    paths = {path.removeprefix(api.prefix): operations for path, operations in found["paths"].items()}
    about = {"title": api.title, "version": f"{api.major}.0.0", "description": f"{api.description} {BOUNDS}"}
    whole = {**found, "info": about, "servers": [{"url": api.prefix}], "paths": paths}
    ordered = {name: whole[name] for name in ("openapi", "info", "servers", "tags", "paths", "components")}
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=120)


class Schema(AutoSchema):  # type: ignore[no-untyped-call, misc, unused-ignore]
    """Describes one operation. Operation id and summary stand at the view's method (`extend_schema`)."""

    def get_tags(self) -> list[str]:
        """Return the one tag of the view."""
        view: Any = self.view
        return [view.api_tag]

    def get_auth(self) -> list[dict[str, Any]]:
        """Return that a bearer token is needed, unless the view is open to strangers."""
        return [{"BearerAuth": []}] if self.view.authentication_classes else []

    def map_parsers(self) -> list[str]:
        """Return the media types that a method takes."""
        plain = ["application/json"]
        return ["application/merge-patch+json", *plain] if self.method == "PATCH" else plain

    def map_renderers(self, attribute: str) -> list[str]:
        """Return JSON, which is all that is given back."""
        if attribute == "media_type":
            return ["application/json"]
        found: list[str] = super().map_renderers(attribute)
        return found


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: FBT001 -- drf-spectacular's signature
    """Add to a description what the guide wants everywhere, as drf-spectacular's last hook."""
    del generator, request, public
    components = result.setdefault("components", {})
    for kind, members in SHARED.items():
        components[kind] = dict(sorted({**components.get(kind, {}), **members}.items()))
    for path, operations in result["paths"].items():
        for method in METHODS:
            if method in operations:
                _finish_operation(operations[method], path)
                for part in _parts(operations[method]):
                    part.pop("x-spec-enum-id", None)
    for name, schema in components["schemas"].items():
        _finish_schema(name, schema)
    used = {tag for operations in result["paths"].values() for one in operations.values() for tag in one["tags"]}
    result["tags"] = [{"name": tag} for tag in sorted(used)]
    return result


def _finish_operation(operation: dict[str, Any], path: str) -> None:
    answers: dict[str, Any] = operation["responses"]
    answers.setdefault("default", PROBLEM_ANSWER)
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
    for status, answer in answers.items():
        if "$ref" in answer:
            continue
        if status[:1] in "45" and not path.endswith("/health"):
            answers[status] = PROBLEM_ANSWER
            continue
        answer["description"] = DESCRIPTIONS[status]
        answer["headers"] = {"BelGov-Trace-Id": TRACE} | ({"Location": LOCATION} if status == "201" else {})


def _finish_schema(name: str, schema: dict[str, Any]) -> None:
    """Take `nullable` out but where null means "remove", and give objects within a title."""
    for inner in _parts(schema):
        inner.pop("x-spec-enum-id", None)
        if inner.get("default") == "":
            inner.pop("default")  # the code's word for "not given", which is no value of the API
        if not name.endswith("Patch"):
            inner.pop("nullable", None)
    for property_name, inner in schema.get("properties", {}).items():
        if inner.get("type") == "object":
            inner.setdefault("title", property_name[:1].upper() + property_name[1:])
    if name == "HealthStatus":
        schema["properties"]["status"]["x-ignore-rules"] = {
            "cod-design": "UP, DEGRADED and DOWN are the guide's own words (hlth-res)."
        }


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and every schema within it."""
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from _parts(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _parts(inner)
