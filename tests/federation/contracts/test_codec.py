"""Messages to bytes and back."""

import dataclasses
import datetime
import json
import uuid

import pytest
from hypothesis import given, settings, strategies as st

import spoken
from federation.contracts import codec, messages, schemas, strict_json
from federation.contracts.messages import Message

AT = datetime.datetime(2026, 11, 23, 9, 41, 7, 250_000, datetime.UTC)


def declined(**changes: object) -> Message:
    values: dict[str, object] = {
        "type": "ReferralDeclined",
        "sender": "molenbeek",
        "recipient": "vilvoorde",
        "epoch": 1,
        "time": AT,
        "body": messages.ReferralDeclined("noCapacity"),
        "referral_id": uuid.UUID(int=7),
        "seq": 2,
    }
    return Message(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("type_name", sorted(messages.BODIES))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_message_of_every_type_is_read_as_it_was_said(type_name, data):
    message = data.draw(spoken.spoken(type_name))

    raw = codec.encode(message)

    assert codec.decode(raw) == message
    assert codec.encode(codec.decode(raw)) == raw
    assert strict_json.dumps(json.loads(raw)) == raw


def test_the_text_of_a_message_is_fixed_to_the_byte():
    assert codec.encode(declined()) == (
        b'{"body":{"reason":"noCapacity"},"epoch":1,"recipient":"vilvoorde",'
        b'"referralId":"00000000-0000-0000-0000-000000000007","sender":"molenbeek","seq":2,'
        b'"time":"2026-11-23T09:41:07.250000Z","type":"be.zenne.exchange.v1.ReferralDeclined"}'
    )


def test_another_zone_is_written_as_the_same_instant_in_utc():
    brussels = datetime.timezone(datetime.timedelta(hours=1))
    message = Message(
        type="ConsentWithdrawn",
        sender="vilvoorde",
        recipient="molenbeek",
        epoch=1,
        time=AT,
        referral_id=uuid.UUID(int=7),
        body=messages.ConsentWithdrawn(AT.astimezone(brussels)),
    )

    assert json.loads(codec.encode(message))["body"] == {"withdrawnAt": "2026-11-23T09:41:07.250000Z"}


@pytest.mark.parametrize(
    ("changes", "path", "keyword"),
    [
        ({"body": messages.ReferralDeclined("notListedAnywhere")}, "/body/reason", "codeList"),
        ({"body": messages.ReferralDeclined("Jan Peeters")}, "/body/reason", "pattern"),
        ({"sender": "vilvoorde"}, "/recipient", "another"),
        ({"seq": 0}, "/seq", "minimum"),
        ({"seq": None}, "/", "required"),
        ({"referral_id": None}, "/", "required"),
        ({"relates_to": uuid.UUID(int=1)}, "/", "additionalProperties"),
        ({"consent_digest": "sha256:" + "0" * 64}, "/", "additionalProperties"),
        ({"epoch": 2**53}, "/epoch", "maximum"),
        ({"time": AT.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=2)))}, "/time", "utc"),
    ],
)
def test_what_its_schema_forbids_is_not_said(changes, path, keyword):
    message = declined(**changes)

    with pytest.raises(schemas.MessageMalformed) as refused:
        codec.encode(message)

    assert refused.value.facts == {"path": path, "keyword": keyword}


def test_a_code_of_a_newer_town_is_read_as_it_is():
    raw = codec.encode(declined()).replace(b"noCapacity", b"somethingOfTomorrow")

    assert codec.decode(raw).body == messages.ReferralDeclined("somethingOfTomorrow")


@pytest.mark.parametrize(
    "type_name",
    [
        "be.zenne.exchange.v2.ReferralDeclined",
        "be.zenne.exchange.v1.ReferralEaten",
        "ReferralDeclined",
        "be.zenne.exchange.v1.DirectoryRecord",
        "be.zenne.exchange.v1.",
        "",
    ],
)
def test_a_type_that_is_not_known_is_told_from_a_broken_message(type_name):
    raw = codec.encode(declined()).replace(b"be.zenne.exchange.v1.ReferralDeclined", type_name.encode())

    with pytest.raises(codec.MessageTypeUnknown) as refused:
        codec.decode(raw)

    assert refused.value.facts == {}
    assert refused.value.code == "messageTypeUnknown"


@pytest.mark.parametrize("raw", [b"[]", b'"a"', b"1", b"null", b"{}", b'{"type":1}', b'{"type":null}'])
def test_what_names_no_type_is_malformed(raw):
    with pytest.raises(schemas.MessageMalformed) as refused:
        codec.decode(raw)

    assert refused.value.facts == {"path": "/type", "keyword": "required"}


def test_a_message_beyond_every_length_is_refused_unread():
    with pytest.raises(schemas.MessageMalformed) as refused:
        codec.decode(b" " * (codec.LONGEST + 1))

    assert refused.value.facts == {"path": "/", "keyword": "maxLength"}


def test_the_longest_advice_can_be_said():
    message = dataclasses.replace(
        declined(), type="AdviceGiven", body=messages.AdviceGiven("\N{PERSON WITH FOLDED HANDS}" * 8000)
    )

    raw = codec.encode(message)

    assert len(raw) < codec.LONGEST
    assert codec.decode(raw) == message


@pytest.mark.parametrize("time", ["2026-12-31T23:59:60Z", "2026-02-29T00:00:00Z", "0000-01-01T00:00:00Z"])
def test_an_instant_that_python_cannot_hold_is_malformed(time):
    raw = codec.encode(declined()).replace(b"2026-11-23T09:41:07.250000Z", time.encode())

    with pytest.raises(schemas.MessageMalformed) as refused:
        codec.decode(raw)

    assert refused.value.facts["keyword"] == "format"


@pytest.mark.parametrize("tail", ["\\n", " ", "\\r", "\\u2028"])
def test_a_pattern_holds_to_the_very_end_of_the_text(tail):
    raw = codec.encode(declined()).replace(b'"molenbeek"', f'"molenbeek{tail}"'.encode())

    with pytest.raises(schemas.MessageMalformed) as refused:
        codec.decode(raw)

    assert refused.value.facts == {"path": "/sender", "keyword": "pattern"}


@settings(max_examples=300, deadline=None)
@given(message=spoken.ANY_MESSAGE, place=st.integers(min_value=0), byte=st.integers(0, 255))
def test_a_changed_byte_gives_another_message_or_a_refusal_and_never_an_accident(message, place, byte):
    raw = bytearray(codec.encode(message))
    raw[place % len(raw)] = byte

    try:
        read = codec.decode(bytes(raw))
    except (schemas.MessageMalformed, codec.MessageTypeUnknown) as refused:
        assert set(refused.facts) <= {"path", "keyword"}  # noqa: PT017 -- either way is right
    else:
        assert type(read.body) is messages.BODIES[read.type]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(raw):
    with pytest.raises((schemas.MessageMalformed, codec.MessageTypeUnknown)):
        codec.decode(raw)


def test_a_type_and_its_body_belong_together():
    with pytest.raises(messages.TypeMismatch):
        declined(type="ReferralOpened")
