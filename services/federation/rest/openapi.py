"""The printed description (OpenAPI 3.0.3) as the Belgian guide asks for it.

What the guide wants everywhere is added here once: operation ids and summaries, one declared tag,
`requestBody.required`, the problem as default answer, the trace header, no `nullable`.
"""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema

from federation import problems

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


class Schema(AutoSchema):  # type: ignore[no-untyped-call, misc, unused-ignore]
    """Describes one operation. Operation id and summary stand at the view's method (`extend_schema`)."""

    def get_tags(self) -> list[str]:
        """Return the one tag of the view."""
        return [self.view.api_tag]

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
        if status[:1] in "45" and path != "/health" and "$ref" not in answer:
            answers[status] = PROBLEM_ANSWER


def _finish_schema(name: str, schema: dict[str, Any]) -> None:
    """Take `nullable` out but where null means "remove", and give objects within a title."""
    for inner in _parts(schema):
        if not name.startswith("Patched") and not name.endswith("Patch"):
            inner.pop("nullable", None)


def _parts(schema: Any) -> list[dict[str, Any]]:
    """Return a schema and every schema within it."""
    found: list[dict[str, Any]] = []
    if isinstance(schema, Mapping):
        found.append(schema)  # type: ignore[arg-type]
        for inner in schema.values():
            found += _parts(inner)
    elif isinstance(schema, list):
        for inner in schema:
            found += _parts(inner)
    return found
