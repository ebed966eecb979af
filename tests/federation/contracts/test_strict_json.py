"""JSON with one meaning: what two readers could read differently is refused."""

import json
import time

import pytest
from hypothesis import given, settings, strategies as st

from federation.contracts import strict_json

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
WHOLE = st.integers(min_value=-strict_json.LARGEST, max_value=strict_json.LARGEST)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)

REFUSED = {
    "doubledName": [b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}', b'{"\\u0061":1,"a":2}'],
    "number": [b"1.0", b"1e3", b"NaN", b"Infinity", b"-Infinity", b"9007199254740992", b"-" + b"9" * 5000],
    "utf8": [b'"\xff"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b"\xff\xfe1\x00"],
    "syntax": [b"", b"{", b"[1,]", b"{'a':1}", b'"a\nb"', b"1 2", b"\xef\xbb\xbf1", b"01", b'"\\x41"', b"]"],
    "depth": [b"[" * 17 + b"]" * 17, b'{"a":' * 17 + b"1" + b"}" * 17, b"[" * 500_000],
    "character": [b'"\\u0000"', b'"\\ud800"', b'{"\\udfff":1}', b'["a",{"b":["\\u0000"]}]'],
}


@pytest.mark.parametrize(("rule", "raw"), [(rule, raw) for rule, texts in REFUSED.items() for raw in texts])
def test_a_text_that_breaks_a_rule_is_refused_by_its_name(rule, raw):
    with pytest.raises(strict_json.JsonRefused) as refused:
        strict_json.loads(raw)

    assert refused.value.facts == {"rule": rule}
    assert str(refused.value) == f"The text breaks the rule {rule}."


@pytest.mark.parametrize(
    "raw", [b"[" * 16 + b"]" * 16, b'"[[[[[[[[[[[[[[[[[[[[[["', b'"\\\\\\"[[[[[[[[[[[[[[[[[[[[["', b"9007199254740991"]
)
def test_a_text_at_the_limit_is_read(raw):
    assert strict_json.loads(raw) == json.loads(raw)


def test_the_words_of_an_escape_are_no_escape():
    assert strict_json.loads(rb'"\\u0000"') == r"\u0000"


@settings(deadline=None)
@given(VALUES)
def test_what_is_written_is_read_as_the_same_value(value):
    assert strict_json.loads(strict_json.dumps(value)) == value


@settings(deadline=None)
@given(st.dictionaries(TEXT, WHOLE, max_size=5))
def test_one_value_has_one_text(value):
    shuffled = dict(reversed(value.items()))

    assert strict_json.dumps(shuffled) == strict_json.dumps(value)


@pytest.mark.parametrize("value", ["a\x00b", {"\x00": 1}, ["\ud800"], {"a": "\udc00"}])
def test_what_could_not_be_stored_is_not_written(value):
    with pytest.raises(strict_json.JsonRefused) as refused:
        strict_json.dumps(value)

    assert refused.value.facts == {"rule": "character"}


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused_and_nothing_else(raw):
    try:
        strict_json.loads(raw)
    except strict_json.JsonRefused as refused:
        assert set(refused.facts) == {"rule"}  # noqa: PT017 -- either way is right


@pytest.mark.parametrize(
    "raw", [b'"\\"' * 350_000, b'"' * 1_000_000, b"[]" * 500_000, b"\\" * 1_000_000, b"9" * 999_999]
)
def test_a_hostile_megabyte_costs_no_more_than_a_moment(raw):
    began = time.process_time()

    with pytest.raises(strict_json.JsonRefused):
        strict_json.loads(raw)

    assert time.process_time() - began < 2
