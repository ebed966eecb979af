"""Directory records: read as they were written, and what protocols and keys in them mean."""

import dataclasses
import datetime
import json

import pytest

from federation.contracts import directory, keys, schemas

EXAMPLES = schemas.FOLDER / "messages" / "examples" / "valid" / "directory-record"


def example(name: str) -> directory.DirectoryRecord:
    return directory.decode((EXAMPLES / f"{name}.json").read_bytes())


@pytest.mark.parametrize("name", ["first", "after-a-rotation", "region"])
def test_a_record_is_read_as_it_was_written(name):
    record = example(name)

    raw = directory.encode(record)

    assert directory.decode(raw) == record
    assert json.loads(raw).keys() == json.loads((EXAMPLES / f"{name}.json").read_bytes()).keys()


def test_the_current_keys_are_the_ones_that_say_so():
    record = example("after-a-rotation")

    assert record.current_signing_key == record.signing_keys[0]
    assert record.current_encryption_key == record.encryption_keys[0]
    assert record.signing_keys[1].state == keys.RETIRED


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (datetime.date(2025, 12, 31), frozenset()),
        (datetime.date(2026, 1, 1), frozenset({"handover", "share", "advice"})),
        (datetime.date(2026, 12, 31), frozenset({"handover", "share", "advice"})),
        (datetime.date(2027, 1, 1), frozenset()),
    ],
)
def test_a_protocol_is_in_force_from_its_first_day_to_before_its_end(day, kinds):
    record = example("after-a-rotation")

    assert record.protocol_with("molenbeek", day) == kinds
    assert record.protocol_with("vilvoorde", day) == frozenset()


def test_a_protocol_without_end_stays_in_force():
    assert example("first").protocol_with("molenbeek", datetime.date(2199, 1, 1))


def test_a_name_is_read_in_each_language_and_else_in_dutch():
    names = example("first").names

    assert [names.in_language(language) for language in ("nl", "fr", "de", "en", "ar")] == [
        *("Vilvoorde", "Vilvorde", "Vilvoorde", "Vilvoorde", "Vilvoorde")
    ]


def test_a_record_that_contradicts_itself_is_not_written():
    record = dataclasses.replace(example("first"), signing_keys=example("after-a-rotation").signing_keys[1:])

    with pytest.raises(schemas.MessageMalformed) as refused:
        directory.encode(record)

    assert refused.value.facts == {"path": "/signingKeys", "keyword": "oneCurrent"}


def test_a_record_beyond_every_length_is_refused_unread():
    with pytest.raises(schemas.MessageMalformed) as refused:
        directory.decode(b" " * (directory.LONGEST + 1))

    assert refused.value.facts["keyword"] == "maxLength"


def test_the_thumbprint_is_that_of_rfc_8037():
    # RFC 8037, appendix A.3: the example key and its thumbprint
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

    assert keys.thumbprint("Ed25519", x) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_fingerprint_is_eight_groups_that_can_be_read_on_the_telephone():
    record = example("first")

    found = keys.fingerprint(record.current_signing_key)

    assert [len(group) for group in found.split(" ")] == [4] * 8
    assert set(found) <= set("0123456789ABCDEF ")
    assert found != keys.fingerprint(record.current_encryption_key)
