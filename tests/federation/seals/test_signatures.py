"""Signatures: one algorithm, one spelling, one purpose."""

import base64
import dataclasses
import json

import pytest
from hypothesis import given, settings, strategies as st
from joserfc import jws as jose
from joserfc.jwk import OctKey, OKPKey, RSAKey

import sealing
from federation import seals
from federation.contracts.keys import COMPROMISED, RETIRED
from federation.seals import compact, keys, signatures

KEY = sealing.VILVOORDE.signing_key
JWS = seals.sign(b'{"a":1}', KEY)
KNOWN = sealing.VILVOORDE.public_signing_keys


def crafted(header: object, payload: bytes = b"{}", signature: bytes | None = None) -> str:
    """Return a JWS whose header is anything, signed correctly over it with Vilvoorde's own key."""
    head = compact.encode(header if isinstance(header, bytes) else json.dumps(header).encode())
    signed = f"{head}.{compact.encode(payload)}"
    if signature is None:
        signature = keys.jose_private(KEY).get_op_key("sign").sign(signed.encode())
    return f"{signed}.{compact.encode(signature)}"


RIGHT = {"alg": "Ed25519", "kid": KEY.kid, "typ": "zenne-message"}


def test_what_was_signed_is_read_back():
    assert seals.verify(JWS, KNOWN) == b'{"a":1}'
    assert seals.verify(crafted(RIGHT), KNOWN) == b"{}"
    assert json.loads(compact.parts(JWS, 3)[0]) == RIGHT


def test_the_same_words_signed_twice_are_the_same_signature():
    assert seals.sign(b'{"a":1}', KEY) == JWS


@pytest.mark.parametrize("key", [KNOWN[0], dataclasses.replace(KNOWN[0], state=RETIRED)])
def test_a_retired_key_verifies_for_ever(key):
    assert seals.verify(JWS, [key]) == b'{"a":1}'


def test_a_compromised_key_verifies_nothing():
    with pytest.raises(seals.SigningKeyCompromised) as refused:
        seals.verify(JWS, [dataclasses.replace(KNOWN[0], state=COMPROMISED)])

    assert refused.value.facts == {"kid": KEY.kid}


@pytest.mark.parametrize("known", [(), sealing.MOLENBEEK.public_signing_keys, sealing.VILVOORDE.public_encryption_keys])
def test_an_unknown_key_is_told_by_its_name(known):
    with pytest.raises(seals.SigningKeyUnknown) as refused:
        seals.verify(JWS, known)

    assert refused.value.facts == {"kid": KEY.kid}


def test_the_signature_of_another_under_our_name_is_invalid():
    other = seals.PrivateKey(KNOWN[0], "")
    forged = crafted(RIGHT, signature=keys.jose_private(sealing.MOLENBEEK.signing_key).get_op_key("sign").sign(b"x"))

    with pytest.raises(seals.SignatureInvalid):
        seals.verify(forged, KNOWN)
    with pytest.raises(keys.KeysMissing):
        seals.sign(b"{}", other)


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ({**RIGHT, "alg": "none"}, "header"),
        ({**RIGHT, "alg": "EdDSA"}, "header"),
        ({**RIGHT, "alg": "HS256"}, "header"),
        ({**RIGHT, "alg": "ed25519"}, "header"),
        ({**RIGHT, "crit": ["exp"]}, "header"),
        ({**RIGHT, "crit": []}, "header"),
        ({**RIGHT, "b64": False, "crit": ["b64"]}, "header"),
        ({**RIGHT, "jwk": {"kty": "OKP"}}, "header"),
        ({**RIGHT, "jku": "https://example.org"}, "header"),
        ({**RIGHT, "x5c": []}, "header"),
        ({**RIGHT, "typ": "zenne-record"}, "header"),
        ({**RIGHT, "typ": None}, "header"),
        ({"alg": "Ed25519", "kid": KEY.kid}, "header"),
        ({"alg": "Ed25519", "typ": "zenne-message"}, "header"),
        ({**RIGHT, "kid": 7}, "kid"),
        ({**RIGHT, "kid": [KEY.kid]}, "kid"),
        ({**RIGHT, "kid": KEY.kid + "A"}, "kid"),
        ({**RIGHT, "kid": "Jan Peeters, Grote Markt 1 te Vilvoorde...."[:43]}, "kid"),
        ({}, "header"),
        ([], "header"),
        (b"", "header"),
        (b"nonsense", "header"),
        (b'{"alg":"Ed25519","alg":"none"}', "header"),
        (b'{"alg":"Ed25519","kid":NaN}', "header"),
        (b"[" * 400, "header"),
    ],
)
def test_any_other_header_is_refused_although_its_signature_is_right(header, rule):
    with pytest.raises(seals.SignatureInvalid) as refused:
        seals.verify(crafted(header), KNOWN)

    assert refused.value.facts == {"rule": rule}


@pytest.mark.parametrize(
    ("jws", "rule"),
    [
        ("", "parts"),
        ("a.b", "parts"),
        (JWS + ".", "parts"),
        (JWS + "=", "base64"),
        (JWS.replace(".", ".\n", 1), "base64"),
        (JWS + " ", "base64"),
        (JWS[:-1], "signature"),
        (JWS.rsplit(".", 1)[0] + ".", "signature"),
        (crafted(RIGHT, signature=b"0" * 64), "signature"),
        (crafted(RIGHT, signature=b"0" * 63), "signature"),
        (JWS.replace("-", "+").replace("_", "/") + "é", "base64"),
    ],
)
def test_another_spelling_of_a_signature_is_refused(jws, rule):
    with pytest.raises(seals.SignatureInvalid) as refused:
        seals.verify(jws, KNOWN)

    assert refused.value.facts["rule"] in {rule, "base64"}
    assert set(refused.value.facts) == {"rule"}


def test_the_public_key_as_a_shared_secret_signs_nothing():
    public = compact.decode(KNOWN[0].x)
    forged = jose.serialize_compact({**RIGHT, "alg": "HS256"}, b"{}", OctKey.import_key(public), algorithms=["HS256"])

    with pytest.raises(seals.SignatureInvalid):
        seals.verify(forged, KNOWN)


@pytest.mark.parametrize(
    ("alg", "key"), [("RS256", RSAKey.generate_key(2048)), ("Ed448", OKPKey.generate_key("Ed448"))]
)
def test_a_key_of_another_kind_signs_nothing(alg, key):
    forged = jose.serialize_compact({**RIGHT, "alg": alg}, b"{}", key, algorithms=[alg])

    with pytest.raises(seals.SignatureInvalid):
        seals.verify(forged, KNOWN)


def test_a_second_spelling_of_the_last_character_is_refused():
    # 64 bytes leave four unused bits: eight spellings decode to the same signature, one is ours
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [JWS[:-1] + letter for letter in alphabet if letter != JWS[-1]]
    same = [
        text
        for text in others
        if base64.urlsafe_b64decode(text.rsplit(".")[2] + "==") == base64.urlsafe_b64decode(JWS.rsplit(".")[2] + "==")
    ]

    assert same
    for text in others:
        with pytest.raises(seals.SignatureInvalid):
            seals.verify(text, KNOWN)


@pytest.mark.parametrize("purpose", [signatures.RECORD, signatures.COUNTERSIGNED])
def test_a_signature_for_one_purpose_counts_for_no_other(purpose):
    other = seals.sign(b"{}", KEY, purpose=purpose)

    with pytest.raises(seals.SignatureInvalid):
        seals.verify(other, KNOWN)
    with pytest.raises(seals.SignatureInvalid):
        signatures.verify(JWS, KNOWN, purpose=purpose)


@settings(max_examples=200, deadline=None)
@given(bit=st.integers(0, len(JWS) * 8 - 1))
def test_a_flipped_bit_is_never_accepted(bit):
    changed = bytearray(JWS.encode())
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises((seals.SignatureInvalid, seals.SigningKeyUnknown)):
        seals.verify(changed.decode("latin-1"), KNOWN)
