"""The rules of the Belgian REST guide (Belgif, June 2026) that can be seen in a printed description.

Each rule is one function under the guide's own id; it yields where and what is wrong. A finding may be
set aside beside the thing itself: `x-ignore-rules: {rule-id: why}`. A reason that is empty, or that
sets nothing aside, is a finding too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Pointer = tuple[str | int, ...]
Found = Iterator[tuple[Pointer, str]]
METHODS = ("get", "put", "post", "patch", "delete", "head", "options")


@dataclass(frozen=True)
class Finding:
    """One thing in a description that breaks a rule."""

    rule: str
    pointer: Pointer
    text: str

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"{self.rule} /{'/'.join(str(step) for step in self.pointer)}: {self.text}"


class Description:
    """An OpenAPI description, with ways to walk through it."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        """Will look at `content`."""
        self.content = content
        self.paths: Mapping[str, Any] = content.get("paths", {})

    def at(self, pointer: Pointer) -> Any:
        """Return what stands at a pointer, None where nothing does."""
        found: Any = self.content
        for step in pointer:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def real(self, part: Any) -> Any:
        """Return a part with its references followed."""
        while isinstance(part, Mapping) and "$ref" in part:
            steps = part["$ref"].split("/")[1:]
            part = self.at(tuple(step.replace("~1", "/").replace("~0", "~") for step in steps))
        return part or {}

    def operations(self) -> Iterator[tuple[Pointer, str, str, Mapping[str, Any]]]:
        """Yield pointer, path, method and content of every operation."""
        for path, item in self.paths.items():
            for method in METHODS:
                if method in item:
                    yield ("paths", path, method), path, method, item[method]

    def answers(self) -> Iterator[tuple[Pointer, str, str, str, Mapping[str, Any]]]:
        """Yield pointer, path, method, status and content of every answer."""
        for pointer, path, method, operation in self.operations():
            for status, answer in operation.get("responses", {}).items():
                yield (*pointer, "responses", status), path, method, status, self.real(answer)

    def parameters(self) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
        """Yield pointer and content of every parameter."""
        for pointer, _, _, operation in self.operations():
            for number, parameter in enumerate(operation.get("parameters", ())):
                yield (*pointer, "parameters", number), self.real(parameter)

    def schemas(self) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
        """Yield pointer and content of every schema that stands somewhere, references not followed."""
        for root in ("paths", "components"):
            yield from _schemas(self.content.get(root, {}), (root,))

    def properties(self, schema: Any) -> dict[str, Any]:
        """Return the properties of a schema, those of its parts with them."""
        found = self.real(schema)
        properties = dict(found.get("properties", {}))
        for word in ("allOf", "oneOf", "anyOf"):
            for part in found.get(word, ()):
                properties |= self.properties(part)
        return properties

    def is_object(self, schema: Any) -> bool:
        """Say whether a schema describes a JSON object."""
        found = self.real(schema)
        parts = [part for word in ("allOf", "oneOf", "anyOf") for part in found.get(word, ())]
        return found.get("type") == "object" or (bool(parts) and all(self.is_object(part) for part in parts))

    def collection_item(self, operation: Mapping[str, Any]) -> Any:
        """Return the schema of one item if the operation gives back a collection, else None."""
        answer = self.real(operation.get("responses", {}).get("200"))
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        items = self.real(self.properties(schema).get("items")) if schema else {}
        return items.get("items") if items.get("type") == "array" else None


Rule = Callable[[Description], Found]
RULES: dict[str, list[Rule]] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    """Return what registers a function as a check of the guide's rule `name`."""

    def register(check: Rule) -> Rule:
        RULES.setdefault(name, []).append(check)
        return check

    return register


def findings(content: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with a description and not set aside with a reason."""
    description = Description(content)
    set_aside = dict(asides(content, ()))
    used: set[tuple[Pointer, str]] = set()
    found = []
    for name, checks in RULES.items():
        for check in checks:
            for pointer, text in check(description):
                if str(set_aside.get(pointer, {}).get(name, "")).strip():
                    used.add((pointer, name))
                else:
                    found.append(Finding(name, pointer, text))
    for pointer, reasons in set_aside.items():
        found += [
            Finding("x-ignore-rules", pointer, f"sets nothing aside: {name}")
            for name in reasons
            if (pointer, name) not in used
        ]
    return found


def asides(part: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Mapping[str, str]]]:
    """Yield where findings are set aside, and with which reasons by rule."""
    if isinstance(part, Mapping):
        if "x-ignore-rules" in part:
            yield pointer, part["x-ignore-rules"]
        for name, inner in part.items():
            yield from asides(inner, (*pointer, name))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from asides(inner, (*pointer, number))


def _schemas(part: Any, pointer: Pointer) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    if isinstance(part, list):
        for number, inner in enumerate(part):
            yield from _schemas(inner, (*pointer, number))
        return
    if not isinstance(part, Mapping):
        return
    above = pointer[-2] if len(pointer) > 1 else ""
    if "$ref" not in part and (
        pointer[-1] in {"schema", "items", "additionalProperties"}
        or above in {"properties", "schemas", "allOf", "oneOf", "anyOf"}
    ):
        yield pointer, part
    for name, inner in part.items():
        if name not in {"example", "examples", "default", "enum", "x-ignore-rules"}:
            yield from _schemas(inner, (*pointer, name))
