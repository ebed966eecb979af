"""Sealed messages: only the recipient opens them, and their size says nothing."""

import datetime
import json
import uuid

import pytest
from hypothesis import given, settings, strategies as st
from joserfc import jwe as jose
from joserfc.jwk import ECKey, OKPKey

import sealing
import spoken
from federation import seals
from federation.contracts import codec, schemas, strict_json
from federation.seals import compact, envelope, keys

RAW = sealing.sealed()
EVENT = json.loads(RAW)
OPENER = sealing.MOLENBEEK.encryption_key
HEADER = json.loads(compact.parts(EVENT["data"], 5)[0])
CONTENT = {"jws": seals.sign(b"{}", sealing.VILVOORDE.signing_key), "pad": ""}


class AnySize(jose.JWERegistry):
    """What a hostile sender is free to do."""

    max_ciphertext_length = 4 * envelope.LIMIT


def padded(event: object, size: int = 0) -> bytes:
    """Return `event` as a hostile sender would write it, filled with spaces to a size that is allowed."""
    text = event if isinstance(event, bytes) else json.dumps(event).encode()
    return text.ljust(size or next(size for size in seals.SIZES if size >= len(text)))


def crafted(content: object = None, *, header: dict[str, object] | None = None, **event: object) -> bytes:
    """Return a sealed message whose inside is anything, sealed correctly to Molenbeek."""
    around = {name: EVENT[name] for name in EVENT if name != "data"} | event
    bound = compact.encode("\n".join((around["source"], around["id"], around["time"])).encode())
    protected = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": OPENER.kid, "apu": bound} | (header or {})
    plaintext = content if isinstance(content, bytes) else json.dumps(CONTENT if content is None else content).encode()
    algorithms = [*jose.JWERegistry.recommended, "ECDH-ES+A256KW", "ECDH-ES", "A256GCM", "A128GCM", "DEF", "dir"]
    registry = AnySize(algorithms=algorithms)
    public = keys.jose_public("X25519", OPENER.public.x)
    return padded({**around, "data": jose.encrypt_compact(protected, plaintext, public, registry=registry)})


def refused_rule(raw: bytes) -> str:
    with pytest.raises(seals.SealInvalid) as refused:
        seals.open_seal(raw, sealing.MOLENBEEK)
    assert set(refused.value.facts) == {"rule"}
    assert str(refused.value) == f"The sealed message breaks the rule {refused.value.facts['rule']}."
    return str(refused.value.facts["rule"])


def test_a_sealed_message_is_opened_by_its_recipient():
    opened = seals.open_seal(RAW, sealing.MOLENBEEK)

    assert (opened.event_id, opened.source, opened.dossier) == (sealing.EVENT, "vilvoorde", None)
    assert seals.verify_message(opened, sealing.keys_of) == sealing.advice()
    assert seals.open_seal(crafted(), sealing.MOLENBEEK).jws == CONTENT["jws"]


def test_a_sealed_message_looks_like_every_other():
    schemas.check("sealed-message", EVENT)
    assert {name: EVENT[name] for name in EVENT if name != "data"} == {
        "specversion": "1.0",
        "type": "be.zenne.exchange.v1.SealedMessage",
        "service": "be.zenne.exchange.v1",
        "source": "urn:zenne:participant:vilvoorde",
        "id": str(sealing.EVENT),
        "time": "2026-11-23T09:00:00Z",
        "datacontenttype": "application/jose",
    }
    assert HEADER.keys() == {"alg", "enc", "kid", "apu", "epk"}
    assert (HEADER["alg"], HEADER["enc"], HEADER["kid"]) == ("ECDH-ES+A256KW", "A256GCM", OPENER.kid)


def test_the_time_is_cut_to_the_hour_in_utc():
    brussels = datetime.timezone(datetime.timedelta(hours=1))
    at = datetime.datetime(2026, 11, 24, 0, 59, 59, tzinfo=brussels)

    raw = seals.seal(
        jws=CONTENT["jws"],
        dossier=None,
        sender="vilvoorde",
        recipient_key=OPENER.public,
        at=at,
        event_id=sealing.EVENT,
    )

    assert json.loads(raw)["time"] == "2026-11-23T23:00:00Z"


def test_nothing_of_what_was_said_stands_outside():
    text = "zeldzaamwoord"
    message = sealing.release(f'{{"{text}":1}}')

    raw = sealing.sealed(message, dossier=f'{{"{text}":1}}')

    assert text.encode() not in raw
    assert seals.open_seal(raw, sealing.MOLENBEEK).dossier == f'{{"{text}":1}}'
    for word in (
        b"molenbeek",
        b"DossierReleased",
        str(message.referral_id).encode(),
        compact.encode(b"molenbeek").encode(),
    ):
        assert word not in raw


def test_the_same_words_sealed_twice_differ_and_open_equal():
    again = sealing.sealed()

    assert again != RAW
    assert len(again) == len(RAW)
    assert seals.open_seal(again, sealing.MOLENBEEK) == seals.open_seal(RAW, sealing.MOLENBEEK)


def test_nobody_else_opens_it():
    with pytest.raises(seals.EncryptionKeyUnknown) as refused:
        seals.open_seal(RAW, sealing.VILVOORDE)

    assert refused.value.facts == {"kid": OPENER.kid}


def test_an_older_key_still_opens_what_was_sealed_to_it():
    newer = seals.make_encryption_key(sealing.AT)
    ring = seals.KeyRing((*sealing.MOLENBEEK.keys, newer))

    assert seals.open_seal(RAW, ring).source == "vilvoorde"


def test_a_peek_names_id_and_source_without_a_key():
    assert seals.peek(RAW) == (sealing.EVENT, "vilvoorde")
    assert seals.peek(RAW + b" ") == (sealing.EVENT, "vilvoorde")


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 190_000), st.sampled_from(["a", "é", "😀", '"', "\\", "\n"]))
def test_a_sealed_message_has_one_of_six_sizes_whatever_it_holds(length, letter):
    dossier = letter * length

    raw = sealing.seal(CONTENT["jws"], dossier=dossier)

    assert len(raw) in seals.SIZES
    assert raw.rstrip(b" ")[-1:] == b"}"
    assert len(raw) - len(raw.rstrip(b" ")) <= 1
    assert seals.open_seal(raw, sealing.MOLENBEEK).dossier == dossier


def capacity(size: int) -> int:
    """Return how many bytes of dossier a size holds, found by sealing."""
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        fits = size in seals.SIZES[: seals.SIZES.index(size) + 1] and _size(middle) <= size
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def _size(length: int) -> int:
    try:
        return len(sealing.seal(CONTENT["jws"], dossier="a" * length))
    except seals.TooLarge:
        return 2 * envelope.LIMIT


@pytest.mark.parametrize("size", seals.SIZES)
def test_each_size_is_filled_to_its_last_byte_before_the_next_begins(size):
    most = capacity(size)

    for length in range(max(0, most - 4), most + 1):
        raw = sealing.seal(CONTENT["jws"], dossier="a" * length)
        assert len(raw) == size
        assert seals.open_seal(raw, sealing.MOLENBEEK).dossier == "a" * length
    assert _size(most + 1) > size


def test_what_no_size_holds_is_too_large():
    with pytest.raises(seals.TooLarge) as refused:
        sealing.seal(CONTENT["jws"], dossier="a" * envelope.LIMIT)

    assert refused.value.facts == {}


@settings(max_examples=60, deadline=None)
@given(message=spoken.ANY_MESSAGE, event_id=st.uuids())
def test_every_message_arrives_as_it_was_said(message, event_id):
    ring = sealing.VILVOORDE if message.recipient == "vilvoorde" else sealing.MOLENBEEK
    signer = seals.make_signing_key(sealing.AT)
    raw = seals.seal(
        jws=seals.sign(codec.encode(message), signer),
        dossier=None,
        sender=message.sender,
        recipient_key=ring.encryption_key.public,
        at=message.time,
        event_id=event_id,
    )

    opened = seals.open_seal(raw, ring)

    assert opened.event_id == event_id
    assert seals.verify_message(opened, lambda _name: [signer.public]) == message


@settings(max_examples=400, deadline=None)
@given(bit=st.integers(0, len(RAW.rstrip()) * 8 - 1))
def test_a_flipped_bit_is_always_refused(bit):
    changed = bytearray(RAW)
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises((seals.SealInvalid, seals.EncryptionKeyUnknown)) as refused:
        seals.open_seal(bytes(changed), sealing.MOLENBEEK)

    assert set(refused.value.facts) <= {"rule", "kid"}


@pytest.mark.parametrize("name", ["source", "id", "time", "type", "service", "specversion", "datacontenttype"])
def test_every_bit_of_what_stands_outside_is_guarded(name):
    start = RAW.index(f'"{name}"'.encode())
    end = RAW.index(b'"', start + len(name) + 4)

    for bit in range(start * 8, end * 8):
        changed = bytearray(RAW)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(seals.SealInvalid):
            seals.open_seal(bytes(changed), sealing.MOLENBEEK)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000))
def test_random_bytes_are_refused(raw):
    assert refused_rule(raw) == "size"
    assert refused_rule(raw[:2048].ljust(2048)) in {"syntax", "utf8", "/ type", "number", "depth"}
    with pytest.raises(seals.SealInvalid):
        seals.peek(raw)


@pytest.mark.parametrize("size", [0, 1, 2047, 2049, 8191, 8193, envelope.LIMIT - 1, envelope.LIMIT + 1, 2**22])
def test_any_other_size_is_refused_unread(size):
    assert refused_rule(b"{" * size) == "size"


def test_a_seal_cannot_be_put_under_another_name_hour_or_id():
    other = {"source": "urn:zenne:participant:schaarbeek", "time": "2026-11-23T10:00:00Z", "id": str(uuid.UUID(int=3))}

    for name, value in other.items():
        assert refused_rule(padded({**EVENT, name: value})) == "header"


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ({"zip": "DEF"}, "header"),
        ({"enc": "A128GCM"}, "header"),
        ({"enc": "A256CBC-HS512"}, "header"),
        ({"alg": "ECDH-ES"}, "/data pattern"),  # no wrapped key at all
        ({"alg": "ECDH-ES+A128KW"}, "header"),
        ({"apv": "YWJj"}, "header"),
        ({"typ": "JOSE"}, "header"),
        ({"cty": "JWT"}, "header"),
        ({"jku": "https://example.org/keys"}, "header"),
        ({"apu": "YWJj"}, "header"),
        ({"kid": "of-molenbeek"}, "header"),
    ],
)
def test_a_seal_made_in_another_way_is_refused_although_it_could_be_opened(header, rule):
    assert refused_rule(crafted(header=header)) == rule


def rebuilt(**changes: object) -> bytes:
    """Return the sealed message with another header around the same ciphertext."""
    head = json.dumps({**HEADER, **changes}, separators=(",", ":"))
    return padded({**EVENT, "data": ".".join([compact.encode(head.encode()), *EVENT["data"].split(".")[1:]])})


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"epk": {**HEADER["epk"], "x": compact.encode(b"\x00" * 32)}}, "seal"),  # the point of low order
        ({"epk": {**HEADER["epk"], "x": compact.encode(b"\x01" + b"\x00" * 31)}}, "seal"),
        ({"epk": {**HEADER["epk"], "x": compact.encode(b"\x09" + b"\x00" * 31)}}, "seal"),
        ({"epk": {**HEADER["epk"], "crv": "X448"}}, "epk"),
        ({"epk": {**HEADER["epk"], "d": compact.encode(b"1" * 32)}}, "epk"),
        ({"epk": {**HEADER["epk"], "x": "AA"}}, "epk"),
        ({"epk": {**HEADER["epk"], "x": 7}}, "epk"),
        ({"epk": ECKey.generate_key("P-256").as_dict(private=False)}, "epk"),
        ({"epk": []}, "epk"),
        ({"epk": None}, "epk"),
        ({"epk": "x"}, "epk"),
        ({"alg": "dir"}, "header"),
        ({"alg": "none"}, "header"),
        ({"alg": None}, "header"),
        ({"enc": None}, "header"),
        ({"zip": "DEF"}, "header"),
        ({"kid": None}, "header"),
        ({"kid": 7}, "header"),
        ({"kid": ["a"]}, "header"),
        ({"p2c": 2**31}, "header"),
        ({"crit": ["apu"]}, "header"),
        ({"crit": ["exp"], "exp": 1}, "header"),
    ],
)
def test_another_header_around_a_seal_is_refused(changes, rule):
    assert refused_rule(rebuilt(**changes)) == rule


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("piece", ["", "AA", "A" * 60, "!"])
def test_another_part_of_a_seal_is_refused(place, piece):
    pieces = EVENT["data"].split(".")
    pieces[place] = piece

    assert refused_rule(padded({**EVENT, "data": ".".join(pieces)}, 8192)) in {
        *("/data pattern", "base64", "header", "parts", "seal")
    }


def test_an_unknown_key_is_told_by_its_name_and_a_strange_name_is_not_repeated():
    other = seals.make_encryption_key(sealing.AT)

    with pytest.raises(seals.EncryptionKeyUnknown) as refused:
        seals.open_seal(rebuilt(kid=other.kid), sealing.MOLENBEEK)

    assert refused.value.facts == {"kid": other.kid}
    assert refused_rule(rebuilt(kid="Jan Peeters")) == "header"


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        ({"data": {"recipients": [{}, {}], "ciphertext": "YQ"}}, "/data type"),
        ({"data": EVENT["data"] + ".YQ"}, "/data pattern"),
        ({"data": EVENT["data"].rsplit(".", 1)[0]}, "/data pattern"),
        ({"data": EVENT["data"] + "\n"}, "/data pattern"),
        ({"data": ""}, "/data pattern"),
        ({"subject": "case"}, "/ additionalProperties"),
        ({"traceparent": "00-00-00-00"}, "/ additionalProperties"),
        ({"data_base64": "YQ=="}, "/ additionalProperties"),
        ({"source": "urn:zenne:participant:Vilvoorde"}, "/source pattern"),
        ({"source": "urn:zenne:participant:vilvoorde\n"}, "/source pattern"),
        ({"source": "https://vilvoorde.be"}, "/source pattern"),
        ({"id": "1"}, "/id pattern"),
        ({"id": str(sealing.EVENT).upper()}, "/id pattern"),
        ({"time": "2026-11-23T09:41:07Z"}, "/time pattern"),
        ({"time": "2026-99-23T09:00:00Z"}, "/time format"),
        ({"type": "be.zenne.exchange.v2.SealedMessage"}, "/type const"),
        ({"service": "be.zenne.exchange.v2"}, "/service const"),
        ({"specversion": "0.3"}, "/specversion const"),
        ({"datacontenttype": "application/json"}, "/datacontenttype const"),
    ],
)
def test_another_event_is_refused_by_place_and_keyword(event, rule):
    raw = padded({**EVENT, **event})

    assert refused_rule(raw) == rule
    with pytest.raises(seals.SealInvalid) as refused:
        seals.peek(raw)
    assert refused.value.facts == {"rule": rule}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"null", "/ type"),
        (b"[]", "/ type"),
        (b'"a"', "/ type"),
        (b"{}", "/ required"),
        (b"NaN", "number"),
        (b'{"id":1,"id":2}', "doubledName"),
        (b'{"a":' + b"9" * 1000 + b"}", "number"),
        (b"[" * 1900, "depth"),
        (b'{"a":"\xff"}', "utf8"),
        (b'{"a":"\\u0000"}', "character"),
        (b'{"a":"\\ud83d"}', "character"),
        (b"", "syntax"),
        (b"\x00" * 2048, "syntax"),
    ],
)
def test_what_is_no_plain_json_is_refused_by_the_rule(text, rule):
    assert refused_rule(padded(text, 2048)) == rule


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"nonsense", "syntax"),
        (b"\xff\xfe", "utf8"),
        (b"", "/data pattern"),  # an empty ciphertext
        (b"[]", "/ type"),
        ({"pad": ""}, "/ required"),
        ({"jws": "e30.e30", "pad": ""}, "/jws pattern"),
        ({"jws": CONTENT["jws"]}, "/ required"),
        ({**CONTENT, "pad": "hidden words"}, "/pad pattern"),
        ({**CONTENT, "dossier": {"version": 1}}, "/dossier type"),
        ({**CONTENT, "dossier": None}, "/dossier type"),
        ({**CONTENT, "attachment": "x"}, "/ additionalProperties"),
        (b'{"jws":"a.b.c","jws":"d.e.f","pad":""}', "doubledName"),
        (b'{"pad":' + b"[" * 50 + b"]" * 50 + b"}", "depth"),
        (json.dumps({**CONTENT, "dossier": "a\x00b"}).encode(), "character"),
    ],
)
def test_a_seal_with_anything_else_inside_is_refused(content, rule):
    assert refused_rule(crafted(content)) == rule


def test_what_was_sealed_to_another_key_under_our_kid_is_refused():
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": OPENER.kid, "apu": HEADER["apu"]}
    registry = jose.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM"])

    data = jose.encrypt_compact(header, strict_json.dumps(CONTENT), OKPKey.generate_key("X25519"), registry=registry)

    assert refused_rule(padded({**EVENT, "data": data})) == "seal"


def test_what_is_opened_shows_no_dossier_when_it_is_printed():
    raw = sealing.sealed(sealing.release('{"secret":1}'), dossier='{"secret":1}')

    assert "secret" not in repr(seals.open_seal(raw, sealing.MOLENBEEK))
