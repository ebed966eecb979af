"""The rules themselves: one function each, under the guide's id. See `belgif`."""

import re
from collections import Counter

import jsonschema

from belgif import Description, Found, rule

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
