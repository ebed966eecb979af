"""Public keys as directory records name them (RFC 7517, RFC 8037), and how humans compare them."""

import base64
import datetime
import hashlib
import json
from dataclasses import dataclass

CURRENT, RETIRED, COMPROMISED = "current", "retired", "compromised"
SIGNING, ENCRYPTION = "sig", "enc"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key of a participant.

    No date decides: `state` does. A retired signing key verifies for ever, a compromised one never.
    """

    kid: str
    use: str
    crv: str
    alg: str
    x: str
    not_before: datetime.datetime
    state: str
    kty: str = "OKP"


def thumbprint(crv: str, x: str) -> str:
    """Return the RFC 7638 thumbprint of a key: its `kid` everywhere in Zenne."""
    text = json.dumps({"crv": crv, "kty": "OKP", "x": x}, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def fingerprint(key: PublicKey) -> str:
    """Return what two people read to each other on the telephone: 8 groups of 4 hexadecimal digits.

    128 bits of the thumbprint: a second key with the same ones cannot be made.
    """
    digits = hashlib.sha256(thumbprint(key.crv, key.x).encode()).hexdigest()[:32].upper()
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))
