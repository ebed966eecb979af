"""The schemas of messages, the classes that are one to one with them, and the examples kept for ever."""

import contextlib
import dataclasses
import json
import pathlib
import re
import types
import typing
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from federation import clock
from federation.contracts import codec, directory, messages, schemas, strict_json
from federation.contracts.keys import PublicKey

FOLDER = schemas.FOLDER / "messages"
EXAMPLES = FOLDER / "examples"
NAMES = sorted(path.name.removesuffix(".v1.json") for path in FOLDER.glob("*.v1.json"))
WHOLE = [name for name in NAMES if name != "common"]
MESSAGE_SCHEMAS = {schemas.file_of(name): name for name in messages.BODIES}
VALID = sorted(EXAMPLES.glob("valid/*/*.json"))
INVALID = sorted(EXAMPLES.glob("invalid/*/*.json"))

PORTABLE = {
    *("$schema", "$id", "$ref", "$defs", "title", "description", "x-codes"),
    *("type", "const", "enum", "pattern", "format", "minimum", "maximum", "minLength", "maxLength"),
    *("required", "properties", "additionalProperties", "items", "minItems", "maxItems", "uniqueItems"),
}
"""The keywords that OpenAPI 3.0, AsyncAPI 3.0 and every validator understand alike."""


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema within `schema`, itself included."""
    yield schema
    for group in ("properties", "$defs"):
        for part in schema.get(group, {}).values():
            yield from parts(part)
    if "items" in schema:
        yield from parts(schema["items"])


def example_id(path: pathlib.Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def decode(schema: str, raw: bytes) -> object:
    """Read an example as the program would."""
    if schema in MESSAGE_SCHEMAS:
        return codec.decode(raw)
    if schema == "directory-record":
        return directory.decode(raw)
    value = codec.load(raw)
    schemas.check(schema, value)
    return value


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_json_schema_2020_12_in_the_portable_subset(name):
    schema = schemas.load(name)

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://zenne.be/schemas/messages/{name}.v1.json"
    for part in parts(schema):
        assert set(part) <= PORTABLE
        assert not isinstance(part.get("type"), list)


@pytest.mark.parametrize("name", WHOLE)
def test_no_object_of_a_message_takes_unknown_fields(name):
    objects = [part for part in parts(schemas.whole(name)) if part.get("type") == "object"]

    assert objects
    for part in objects:
        assert part["additionalProperties"] is False
        assert set(part["required"]) <= set(part["properties"])


@pytest.mark.parametrize("name", WHOLE)
def test_every_text_of_a_message_is_bound_in_form_or_length(name):
    texts = [part for part in parts(schemas.whole(name)) if part.get("type") == "string"]

    for part in texts:
        assert {"const", "enum", "pattern", "maxLength", "minLength"} & set(part)


@pytest.mark.parametrize("name", WHOLE)
def test_patterns_are_anchored_and_mean_the_same_in_every_language(name):
    for part in parts(schemas.whole(name)):
        pattern = part.get("pattern", "^$")

        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert not re.search(r"\\[dwsDWSZA]", pattern)


def test_every_message_class_has_a_schema_and_every_schema_a_class():
    others = {"common", "dossier", "directory-record", "sealed-message", "sealed-content"}

    assert set(NAMES) == set(MESSAGE_SCHEMAS) | others
    assert messages.BODIES.keys() == {body.__name__ for body in typing.get_args(messages.Body)}


@pytest.mark.parametrize("schema_name", sorted(MESSAGE_SCHEMAS))
def test_a_class_says_what_its_schema_says_and_nothing_else(schema_name):
    type_name = MESSAGE_SCHEMAS[schema_name]
    schema = schemas.whole(schema_name)

    assert schema["title"] == type_name
    assert schema["properties"]["type"]["const"] == "be.zenne.exchange.v1." + type_name
    assert ("seq" in schema["required"]) == (type_name in messages.SEQUENCED)
    assert ("seq" in schema["properties"]) == (type_name in messages.SEQUENCED)
    assert set(schema["properties"]) <= {codec.camel(field.name) for field in dataclasses.fields(messages.Message)}
    assert_same_fields(messages.BODIES[type_name], schema["properties"]["body"])


def test_a_directory_record_says_what_its_schema_says_and_nothing_else():
    schema = dict(schemas.whole("directory-record"))
    schema["properties"] = {name: part for name, part in schema["properties"].items() if name != "type"}
    schema["required"] = [name for name in schema["required"] if name != "type"]

    assert_same_fields(directory.DirectoryRecord, schema)
    assert_same_fields(PublicKey, schema["properties"]["signingKeys"]["items"])


def assert_same_fields(cls: Any, schema: dict[str, Any]) -> None:
    """Compare names, types and what may be absent, in both directions, all the way down."""
    hints = typing.get_type_hints(cls)
    fields = {codec.camel(field.name): hints[field.name] for field in dataclasses.fields(cls)}
    assert set(fields) == set(schema["properties"])
    for name, hint in fields.items():
        present = [part for part in typing.get_args(hint) if part is not types.NoneType]
        optional = types.NoneType in typing.get_args(hint)
        assert optional == (name not in schema["required"]), name
        assert_same_type(present[0] if optional else hint, schema["properties"][name])


def assert_same_type(hint: Any, schema: dict[str, Any]) -> None:
    if typing.get_origin(hint) is tuple:
        assert schema["type"] == "array"
        assert_same_type(typing.get_args(hint)[0], schema["items"])
    elif dataclasses.is_dataclass(hint):
        assert_same_fields(hint, schema)
    else:
        expected = {"str": "string", "int": "integer", "bool": "boolean"}.get(hint.__name__, "string")
        assert schema["type"] == expected
        if hint.__name__ in {"datetime", "date"}:
            assert schema["format"] == {"datetime": "date-time", "date": "date"}[hint.__name__]


@pytest.mark.parametrize("name", ["day", "instant"])
def test_days_and_instants_lie_in_the_years_that_the_code_takes(name):
    pattern = schemas.load("common")["$defs"][name]["pattern"]
    rest = "-06-30" if name == "day" else "-06-30T12:00:00Z"

    taken = [year for year in range(1, 10_000) if re.fullmatch(pattern, f"{year:04d}{rest}")]

    assert taken == list(range(clock.FIRST_YEAR, clock.LAST_YEAR + 1))


def test_the_dossier_stands_alone_with_the_same_common_parts():
    repeated = schemas.load("dossier")["$defs"]

    assert repeated == {name: schemas.load("common")["$defs"][name] for name in repeated}


@pytest.mark.parametrize("name", WHOLE)
def test_every_schema_has_valid_and_invalid_examples(name):
    assert len(list(EXAMPLES.glob(f"valid/{name}/*.json"))) >= 2
    assert len(list(EXAMPLES.glob(f"invalid/{name}/*.json"))) >= 5


@pytest.mark.parametrize("path", VALID, ids=example_id)
def test_a_valid_example_can_be_read(path):
    decode(path.parent.name, path.read_bytes())


@pytest.mark.parametrize("path", [path for path in VALID if path.parent.name in MESSAGE_SCHEMAS], ids=example_id)
def test_a_valid_message_written_again_is_the_same_message(path):
    message = codec.decode(path.read_bytes())

    again = codec.encode(message)

    assert codec.decode(again) == message
    assert set(json.loads(again)) == set(json.loads(path.read_bytes()))
    assert json.loads(again)["body"].keys() == json.loads(path.read_bytes())["body"].keys()


@pytest.mark.parametrize("path", INVALID, ids=example_id)
def test_an_invalid_example_is_refused_for_the_reason_in_its_name_and_quotes_nothing(path):
    raw = path.read_bytes()
    rule = path.stem.rsplit(".", 1)[1]

    with pytest.raises(schemas.MessageMalformed) as refused:
        decode(path.parent.name, raw)

    assert refused.value.facts["keyword"] == rule
    assert set(refused.value.facts) == {"path", "keyword"}
    assert re.fullmatch(r"/[A-Za-z0-9/]*", str(refused.value.facts["path"]))
    assert str(refused.value) == f"The message breaks {rule} at {refused.value.facts['path']}."


@pytest.mark.parametrize("path", INVALID, ids=example_id)
def test_an_invalid_example_is_wrong_in_one_way_only(path):
    rule = path.stem.rsplit(".", 1)[1]
    with contextlib.suppress(strict_json.JsonRefused):
        value = strict_json.loads(path.read_bytes())
        found = {str(error.validator) for error in schemas.validator(path.parent.name).iter_errors(value)}
        # None: a rule between fields. A list has no fields at all.
        assert found in ({rule}, set()) or path.stem == "a-list.required"
