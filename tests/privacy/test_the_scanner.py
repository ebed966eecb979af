"""The scanner finds a word in every form in which it could slip through."""

import base64
import gzip
import json
import urllib.parse

import pytest

from privacy.scanner import found

WORD = "Zoë Grasmusch"
WRAPPED = {
    "plain": f"naam: {WORD}.".encode(),
    "in another case": WORD.upper().encode(),
    "URL-coded": urllib.parse.quote(WORD, safe="").encode(),
    "URL-coded as a form": urllib.parse.quote_plus(WORD).encode(),
    "JSON-escaped": json.dumps({"naam": WORD}).encode(),
    "gzip": b"vooraf" + gzip.compress(WORD.encode()) + b"daarna",
    "base64": base64.b64encode(f"0 {WORD} 0".encode()),
    "base64 for addresses, moved by one": b"x" + base64.urlsafe_b64encode(f"?? {WORD} ??".encode()),
    "gzip in base64 in JSON": json.dumps({"d": base64.b64encode(gzip.compress(WORD.encode())).decode()}).encode(),
}


@pytest.mark.parametrize("form", WRAPPED)
def test_a_word_is_found(form) -> None:
    assert found(WRAPPED[form], [WORD, "Iemand Anders"]) == {WORD}


def test_a_word_that_is_not_there_is_not_found() -> None:
    assert found(b"\n".join(WRAPPED.values()), ["Iemand Anders"]) == set()
