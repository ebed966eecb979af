"""Signatures: JWS in compact form, Ed25519 (RFC 9864), a type for each purpose, nothing else."""

from collections.abc import Iterable

from joserfc import jws as jose
from joserfc.errors import JoseError

from federation.contracts.keys import COMPROMISED, PublicKey
from federation.errors import DomainError, Kind
from federation.seals import compact, keys
from federation.seals.keys import SIGNING_ALG, PrivateKey

MESSAGE, RECORD, COUNTERSIGNED = "zenne-message", "zenne-record", "zenne-countersigned"
"""What was signed: a signature for one purpose never counts for another."""

KID_LENGTH = 43
SIGNATURE_LENGTH = 64


class SignatureInvalid(DomainError):
    """A signature is not one, or not the named key's."""

    kind = Kind.INVALID


class SigningKeyUnknown(DomainError):
    """No known record of the sender names the key that signed."""

    kind = Kind.CONFLICT


class SigningKeyCompromised(DomainError):
    """The key that signed is marked compromised: others may have it."""

    kind = Kind.INVALID


class _Registry(jose.JWSRegistry):
    # A directory record with its countersignature is the longest thing that is signed.
    max_payload_length = 1024 * 1024


_REGISTRY = _Registry(algorithms=[SIGNING_ALG])


def sign(payload: bytes, key: PrivateKey, *, purpose: str = MESSAGE) -> str:
    """Return `payload` with the signature of `key` as compact JWS."""
    header = {"alg": SIGNING_ALG, "kid": key.kid, "typ": purpose}
    return jose.serialize_compact(header, payload, keys.jose_private(key), registry=_REGISTRY)


def verify(jws: str, known: Iterable[PublicKey], *, purpose: str = MESSAGE) -> bytes:
    """Return the payload of `jws` when one of the `known` keys signed it.

    Raises SignatureInvalid, SigningKeyUnknown and SigningKeyCompromised. A retired key still
    counts: what it signed stays said.
    """
    kid = signer(jws, purpose=purpose)
    key = next((key for key in known if key.kid == kid), None)
    if key is None:
        raise SigningKeyUnknown(kid=kid)
    if key.state == COMPROMISED:
        raise SigningKeyCompromised(kid=kid)
    try:
        found = jose.deserialize_compact(jws, keys.jose_public(key.crv, key.x), registry=_REGISTRY)
    except (JoseError, ValueError):
        raise SignatureInvalid(rule="signature") from None
    return found.payload


def signer(jws: str, *, purpose: str = MESSAGE) -> str:
    """Return the name of the key that claims to have signed. Raises SignatureInvalid; proves nothing."""
    try:
        raw_header, _, signature = compact.parts(jws, 3)
        header = compact.header(raw_header)
    except compact.CompactRefused as refused:
        raise SignatureInvalid(rule=str(refused)) from None
    kid = header.get("kid")
    if header != {"alg": SIGNING_ALG, "kid": kid, "typ": purpose}:
        raise SignatureInvalid(rule="header")
    if not isinstance(kid, str) or len(kid) != KID_LENGTH:
        raise SignatureInvalid(rule="kid")
    try:
        compact.decode(kid)
    except compact.CompactRefused:
        raise SignatureInvalid(rule="kid") from None
    if len(signature) != SIGNATURE_LENGTH:
        raise SignatureInvalid(rule="signature")
    return kid


def payload_of(jws: str) -> bytes:
    """Return the payload of one of our own stored signatures, without checking it."""
    return compact.parts(jws, 3)[1]
