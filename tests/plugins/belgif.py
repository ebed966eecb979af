"""The rules of the Belgian REST guide (Belgif, June 2026) that can be seen in a printed description.

Each rule is one function under the guide's own id; it yields where and what is wrong. A finding may be
set aside beside the thing itself: `x-ignore-rules: {rule-id: why}`. A reason that is empty, or that
sets nothing aside, is a finding too.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema

Pointer = tuple[str | int, ...]
Found = Iterator[tuple[Pointer, str]]
METHODS = ("get", "put", "post", "patch", "delete", "head", "options")
LOWER = re.compile(r"[a-z][a-z0-9]*(?:[A-Z][a-z0-9]+)*[A-Z]?")
UPPER = re.compile(r"[A-Z][a-z0-9]*(?:[A-Z][a-z0-9]+)*[A-Z]?")
KEBAB = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z0-9]*)*")
SERVER = re.compile(r"(?:https://[^/\s]+)?/(?:[a-z][A-Za-z0-9]*/)*[a-z][A-Za-z0-9]*/v[0-9]+")
KNOWN_HEADERS = {"ETag", "WWW-Authenticate"}
PERSONAL = re.compile(r"(?i)(first|last|family|given)?name$|birth|ssin|insz|niss|phone|email|address|language|search")
NO_MEANING = {
    "get": {"201", "202", "204", "409", "412", "413"},
    "delete": {"201", "202", "304", "413"},
    "patch": {"201", "202", "304"},
    "post": {"304"},
    "put": {"202", "304"},
}


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


# --- the whole file


@rule("oas-contra")
def _version(description: Description) -> Found:
    if not re.fullmatch(r"3\.0\.[0-9]+", str(description.content.get("openapi", ""))):
        yield ("openapi",), "must be OpenAPI 3.0"


@rule("uri-format")
def _servers(description: Description) -> Found:
    servers = description.content.get("servers", [])
    if not servers:
        yield ("servers",), "must be named"
    for number, server in enumerate(servers):
        if not SERVER.fullmatch(server["url"]):
            yield ("servers", number), "must be /{prefix}/{apiName}/v{major}"


@rule("hlth-res")
def _health(description: Description) -> Found:
    health = description.at(("paths", "/health", "get"))
    if not health:
        yield ("paths", "/health"), "must exist"
    elif not {"200", "503"} <= set(health.get("responses", {})) or health.get("security"):
        yield ("paths", "/health", "get"), "answers strangers with 200 or 503"


@rule("oas-comp")
def _component_names(description: Description) -> Found:
    for kind, members in description.content.get("components", {}).items():
        for name in members:
            if not UPPER.fullmatch(name):
                yield ("components", kind, name), "UpperCamelCase"


@rule("oas-unused")
def _unused(description: Description) -> Found:
    """Not in the guide: what nothing refers to misleads the reader."""
    text = str(description.content)
    for kind in ("schemas", "responses"):
        for name in description.content.get("components", {}).get(kind, {}):
            if f"'#/components/{kind}/{name}'" not in text:
                yield ("components", kind, name), "nothing refers to it"


# --- paths


@rule("uri-notat")
def _paths(description: Description) -> Found:
    for path in description.paths:
        steps = [step for step in path.split("/")[1:] if not step.startswith("{")]
        if path.endswith("/") or not all(LOWER.fullmatch(step) for step in steps):
            yield ("paths", path), "lowerCamelCase, no trailing slash"
    for pointer, parameter in description.parameters():
        if parameter["in"] == "query" and not LOWER.fullmatch(parameter["name"].replace(".", "")):
            yield pointer, "lowerCamelCase"


@rule("uri-extens")
def _extensions(description: Description) -> Found:
    for path in description.paths:
        if "." in path:
            yield ("paths", path), "no file extension"


@rule("path-param")
def _path_parameters(description: Description) -> Found:
    for pointer, path, _, operation in description.operations():
        named = {one["name"] for one in map(description.real, operation.get("parameters", ())) if one["in"] == "path"}
        if named != set(re.findall(r"{(\w+)}", path)):
            yield pointer, "path and parameters name the same"
    for pointer, parameter in description.parameters():
        if parameter["in"] == "path" and not LOWER.fullmatch(parameter["name"]):
            yield pointer, "lowerCamelCase"


@rule("id-name")
def _ids(description: Description) -> Found:
    for pointer, parameter in description.parameters():
        if parameter["in"] == "path" and parameter["name"] in {"id", "code", "uuid", "pk"}:
            yield pointer, "carries its resource's name"


@rule("child-ent")
def _children(description: Description) -> Found:
    for path in description.paths:
        if path.count("{") > 2:
            yield ("paths", path), "at most one level below"


@rule("sens-dat")
def _sensitive(description: Description) -> Found:
    for pointer, parameter in description.parameters():
        if parameter["in"] in {"query", "header", "path"} and PERSONAL.search(parameter["name"]):
            yield pointer, "personal data only in bodies"


@rule("qry-multi")
def _repeated(description: Description) -> Found:
    for pointer, parameter in description.parameters():
        is_list = description.real(parameter.get("schema")).get("type") == "array"
        exploded = parameter.get("style", "form") == "form" and parameter.get("explode", True)
        if parameter["in"] == "query" and is_list and not exploded:
            yield pointer, "several values are the parameter repeated"


# --- operations


@rule("oas-descr")
def _summaries(description: Description) -> Found:
    for pointer, _, _, operation in description.operations():
        if not str(operation.get("summary", "")).strip():
            yield pointer, "needs a summary"
    for pointer, schema in description.schemas():
        if "title" in schema and not UPPER.fullmatch(schema["title"]):
            yield pointer, "title in UpperCamelCase"
        named = pointer[:2] == ("components", "schemas") and len(pointer) == 3
        inner = pointer[-2] not in {"allOf", "oneOf", "anyOf"}
        if schema.get("type") == "object" and not named and inner and "title" not in schema:
            yield pointer, "an object within needs a title"


@rule("openapi-opid")
def _operation_ids(description: Description) -> Found:
    ids = Counter(operation.get("operationId", "") for _, _, _, operation in description.operations())
    for pointer, _, _, operation in description.operations():
        name = operation.get("operationId", "")
        if not LOWER.fullmatch(name) or ids[name] > 1:
            yield pointer, "lowerCamelCase, and once"


@rule("oas-tags")
def _tags(description: Description) -> Found:
    declared = {tag["name"] for tag in description.content.get("tags", ())}
    for pointer, _, _, operation in description.operations():
        tags = operation.get("tags", [])
        if len(tags) != 1 or tags[0] not in declared or not tags[0][:1].isupper():
            yield pointer, "one declared tag with a capital"


@rule("reqBodyReq")
def _bodies(description: Description) -> Found:
    for pointer, _, _, operation in description.operations():
        body = operation.get("requestBody")
        if body is not None and "$ref" not in body and "required" not in body:
            yield (*pointer, "requestBody"), "says whether it is required"


@rule("meth-http")
def _payloads(description: Description) -> Found:
    for pointer, _, method, operation in description.operations():
        if method in {"get", "head", "delete", "options"} and "requestBody" in operation:
            yield pointer, f"{method} has no body"
    for pointer, _, method, status, answer in description.answers():
        has_content = bool(answer.get("content"))
        if (status == "200" and not has_content and method != "head") or (status == "204" and has_content):
            yield pointer, "200 has a body and 204 has none"


@rule("doc-patch")
def _patches(description: Description) -> Found:
    for pointer, _, method, operation in description.operations():
        kinds = description.real(operation.get("requestBody")).get("content", {})
        if (method == "patch") != ("application/merge-patch+json" in kinds):
            yield pointer, "PATCH, and only PATCH, takes a merge patch"


@rule("prf-lstmod")
def _if_match(description: Description) -> Found:
    for pointer, _, method, operation in description.operations():
        named = {one["name"] for one in map(description.real, operation.get("parameters", ())) if one["in"] == "header"}
        if method in {"put", "patch"} and "If-Match" not in named:
            yield pointer, "a change says what was read"


@rule("stat-codes")
def _statuses(description: Description) -> Found:
    for pointer, _, method, status, _ in description.answers():
        if status in NO_MEANING.get(method, ()):
            yield pointer, f"{status} has no meaning for {method}"


@rule("crea-location")
def _locations(description: Description) -> Found:
    for pointer, _, _, status, answer in description.answers():
        if status == "201" and "Location" not in answer.get("headers", {}):
            yield pointer, "201 says where"


@rule("trc-header")
def _traces(description: Description) -> Found:
    for pointer, _, _, status, answer in description.answers():
        if status[:1] == "2" and "BelGov-Trace-Id" not in answer.get("headers", {}):
            yield pointer, "each answer has its number"


@rule("hdr-case")
def _headers(description: Description) -> Found:
    for pointer, _, _, _, answer in description.answers():
        for name in answer.get("headers", {}):
            if name not in KNOWN_HEADERS and (not KEBAB.fullmatch(name) or name.startswith("X-")):
                yield pointer, f"{name}: Kebab-Case, no new X-"
    for pointer, parameter in description.parameters():
        name = parameter["name"]
        if parameter["in"] == "header" and (not KEBAB.fullmatch(name) or name.startswith("X-")):
            yield pointer, "Kebab-Case, no new X-"


@rule("prb-defaul")
def _default_problems(description: Description) -> Found:
    for pointer, _, method, operation in description.operations():
        default = description.real(operation.get("responses", {}).get("default"))
        schema = default.get("content", {}).get("application/problem+json", {}).get("schema", {})
        if method != "head" and not str(schema.get("$ref", "")).endswith("/Problem"):
            yield pointer, "the default answer is a Problem"


@rule("err-problem")
def _problems(description: Description) -> Found:
    for pointer, path, _, status, answer in description.answers():
        is_problem = "application/problem+json" in answer.get("content", {})
        is_error = status == "default" or status[:1] in "45"
        if is_problem != is_error and not (path == "/health" and status == "503"):
            yield pointer, "errors, and only errors, are problems"


@rule("err-sanit")
def _sanitized(description: Description) -> Found:
    issue = description.at(("components", "schemas", "InputValidationIssue", "properties")) or {}
    if "value" in issue:
        yield ("components", "schemas", "InputValidationIssue"), "an answer never repeats what was sent"


@rule("sec-declared")
def _security(description: Description) -> Found:
    """Not in the guide's list: an operation without a word on security is open by mistake."""
    for pointer, path, _, operation in description.operations():
        if path != "/health" and not operation.get("security", description.content.get("security")):
            yield pointer, "says who may call"


# --- bodies


@rule("evo-object")
def _objects(description: Description) -> Found:
    for pointer, _, _, operation in description.operations():
        bodies = [description.real(operation.get("requestBody"))]
        bodies += [description.real(answer) for answer in operation.get("responses", {}).values()]
        for body in bodies:
            for kind, content in body.get("content", {}).items():
                if "json" in kind and not description.is_object(content.get("schema", {})):
                    yield pointer, f"{kind} is an object at the top"


@rule("col-repres")
def _collections(description: Description) -> Found:
    for pointer, path, method, operation in description.operations():
        item = description.collection_item(operation)
        has_children = any(re.fullmatch(re.escape(path) + r"/{\w+}", other) for other in description.paths)
        if method == "get" and has_children and item is None:
            yield pointer, "a collection has items"
        if item is not None and "href" not in description.properties(item):
            yield pointer, "each item has its href"


@rule("col-name")
def _plurals(description: Description) -> Found:
    for pointer, path, method, operation in description.operations():
        name = path.rsplit("/", 1)[-1]
        if method == "get" and description.collection_item(operation) is not None and not name.endswith("s"):
            yield pointer, "plural noun"


@rule("col-paging")
def _paging(description: Description) -> Found:
    needed = {"self", "items", "next", "first", "page", "pageSize", "total"}
    for pointer, _, method, operation in description.operations():
        if method != "get" or description.collection_item(operation) is None:
            continue
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        named = {one["name"] for one in map(description.real, operation.get("parameters", ()))}
        if needed - set(description.properties(schema)) or {"page", "pageSize"} - named:
            yield pointer, "pages by page and pageSize"


@rule("jsn-naming")
def _names(description: Description) -> Found:
    for pointer, schema in description.schemas():
        for name in schema.get("properties", {}):
            if not LOWER.fullmatch(name):
                yield pointer, f"{name}: lowerCamelCase"


@rule("jsn-null")
def _nulls(description: Description) -> Found:
    for pointer, schema in description.schemas():
        patch = pointer[0] == "components" and str(pointer[2]).endswith("Patch")
        if schema.get("nullable") and not patch:
            yield pointer, "null only in a merge patch"


@rule("cod-design")
def _codes(description: Description) -> Found:
    for pointer, schema in description.schemas():
        codes = schema.get("enum", ())
        if schema.get("type") == "string" and not all(
            isinstance(code, str) and LOWER.fullmatch(code) for code in codes
        ):
            yield pointer, "codes in lowerCamelCase"


@rule("date-format")
def _dates(description: Description) -> Found:
    for pointer, schema in description.schemas():
        for name, inner in schema.get("properties", {}).items():
            wanted = "date-time" if re.search(r"[a-z]At$", name) else "date" if re.search(r"[a-z]On$", name) else ""
            if wanted and description.real(inner).get("format") != wanted:
                yield pointer, f"{name} is a {wanted}"


@rule("prop-req")
def _required(description: Description) -> Found:
    for pointer, schema in description.schemas():
        for name in schema.get("required", ()):
            properties = description.properties(schema)
            if name not in properties:
                yield pointer, f"{name} is required and not described"
            elif description.real(properties[name]).get("readOnly"):
                yield pointer, f"{name} is read only and not for callers to send"


@rule("oas-exampl")
def _examples(description: Description) -> Found:
    components = description.content.get("components", {})
    for pointer, schema in description.schemas():
        for word in ("example", "default"):
            plain = {name: value for name, value in schema.items() if name not in {"example", "nullable", "default"}}
            if word in schema and not jsonschema.Draft4Validator({**plain, "components": components}).is_valid(
                schema[word]
            ):
                yield pointer, f"the {word} is none"


@rule("sch-discr")
def _discriminators(description: Description) -> Found:
    for pointer, schema in description.schemas():
        if ("discriminator" in schema and not schema["discriminator"].get("mapping")) or (
            "oneOf" in schema and "discriminator" not in schema
        ):
            yield pointer, "alternatives are told apart by a discriminator with a mapping"
