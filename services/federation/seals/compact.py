"""The compact form of JOSE: dots between base64url, one spelling of each value."""

import base64
import binascii
from typing import Any

from federation.contracts import strict_json


class CompactRefused(ValueError):
    """A text is not a compact JWS or JWE in its one spelling."""


def parts(text: str, count: int) -> list[bytes]:
    """Return the `count` decoded parts of `text`.

    Raises CompactRefused, also when a part spells its bytes in a second way: the digest of a JWS is
    the message's identity, so nobody may make a second spelling of it.
    """
    pieces = text.split(".")
    if len(pieces) != count:
        raise CompactRefused("parts")
    return [decode(piece) for piece in pieces]


def decode(piece: str) -> bytes:
    """Return the bytes that `piece` spells in base64url without padding."""
    try:
        found = base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise CompactRefused("base64") from None
    if encode(found) != piece:
        raise CompactRefused("base64")
    return found


def encode(content: bytes) -> str:
    """Return `content` in base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def header(raw: bytes) -> dict[str, Any]:
    """Return a protected header. Raises CompactRefused unless it is a JSON object without doubled names."""
    try:
        found = strict_json.loads(raw)
    except strict_json.JsonRefused:
        raise CompactRefused("header") from None
    if not isinstance(found, dict):
        raise CompactRefused("header")
    return found
