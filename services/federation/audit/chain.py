"""The arithmetic of the chain: plain functions, so that a verifier in another language can be held to them."""

import hashlib
import hmac
from collections.abc import Mapping

from federation.contracts import codec, digests, strict_json

BEGINNING = digests.digest("zenne audit")
"""What stands before the first link."""


def of_entry(entry: Mapping[str, object]) -> str:
    """Return the digest of one entry: of the one text of all its fields."""
    return digests.digest(strict_json.dumps({name: codec.to_json(value) for name, value in entry.items()}))


def link(number: int, before: str, entry: str) -> str:
    """Return the digest of link `number`: of its place, the link before it, and its entry."""
    return digests.digest(f"{number}\n{before}\n{entry}")


def keyed(salt: bytes, value: str) -> str:
    """Return the digest of a personal value under a case's salt."""
    return "hmac-sha256:" + hmac.new(salt, value.encode(), hashlib.sha256).hexdigest()
