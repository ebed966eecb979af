"""The sealed message: a CloudEvent that only its recipient can open, of a size that says nothing."""

import datetime
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwe as jose
from joserfc.errors import JoseError

from federation.contracts import schemas, strict_json
from federation.contracts.keys import PublicKey
from federation.contracts.schemas import MessageMalformed
from federation.errors import DomainError, Kind
from federation.seals import compact, keys
from federation.seals.keys import ENCRYPTION_ALG, KeyRing

KIB = 1024
LIMIT = 1024 * KIB
SIZES = (2 * KIB, 8 * KIB, 32 * KIB, 128 * KIB, 512 * KIB, LIMIT)
"""The only sizes of a sealed message: who watches the bus learns one of six."""

ENC = "A256GCM"
POINT = 32
"""Bytes of a point of Curve25519 and of a thumbprint."""
SOURCE = "urn:zenne:participant:"
_FIXED = {
    "specversion": "1.0",
    "type": "be.zenne.exchange.v1.SealedMessage",
    "service": "be.zenne.exchange.v1",
    "datacontenttype": "application/jose",
}
_SIZES_OF_PARTS = {1: 40, 2: 12, 4: 16}
"""Bytes of the wrapped key, the initialisation vector and the tag: the same in every seal."""


class SealInvalid(DomainError):
    """A sealed message cannot be opened: it is damaged, forged, or not one."""

    kind = Kind.INVALID


class EncryptionKeyUnknown(DomainError):
    """A message was sealed to a key that this participant does not have."""

    kind = Kind.INVALID


class TooLarge(DomainError):
    """A message with its dossier is larger than the largest sealed message."""

    kind = Kind.INVALID


@dataclass(frozen=True, slots=True)
class Opened:
    """What stood inside a seal; nothing here is proved to be its source's before `verify_message`."""

    event_id: uuid.UUID
    source: str
    jws: str
    dossier: str | None = field(repr=False)


class _Registry(jose.JWERegistry):
    max_ciphertext_length = LIMIT


_REGISTRY = _Registry(algorithms=[ENCRYPTION_ALG, ENC])


def seal(
    *,
    jws: str,
    dossier: str | None,
    sender: str,
    recipient_key: PublicKey,
    at: datetime.datetime,
    event_id: uuid.UUID,
) -> bytes:
    """Return the bytes of a sealed message to the holder of `recipient_key`.

    Raises TooLarge when even the largest size does not hold it.
    """
    event = {**_FIXED, "source": SOURCE + sender, "id": str(event_id), "time": _hour(at)}
    content = {"jws": jws, "pad": ""} if dossier is None else {"jws": jws, "dossier": dossier, "pad": ""}
    header = {"alg": ENCRYPTION_ALG, "enc": ENC, "kid": recipient_key.kid, "apu": _bound(event)}
    size, pad = _fit(len(strict_json.dumps(content)), _overhead(event, header))
    plaintext = strict_json.dumps({**content, "pad": "0" * pad})
    public = keys.jose_public(recipient_key.crv, recipient_key.x)
    data = jose.encrypt_compact(header, plaintext, public, registry=_REGISTRY)
    return strict_json.dumps({**event, "data": data}).ljust(size)


def open_seal(raw: bytes, ring: KeyRing) -> Opened:
    """Return what `raw` holds, opened with a key of `ring`.

    Raises SealInvalid, and EncryptionKeyUnknown when it was sealed to another key; both name rules
    and ids, never content.
    """
    if len(raw) not in SIZES:
        raise _invalid("size")
    event = _event(raw)
    header = _header(event)
    key = ring.opener(header["kid"])
    if key is None:
        raise EncryptionKeyUnknown(kid=header["kid"])
    try:
        found = jose.decrypt_compact(event["data"], keys.jose_private(key), registry=_REGISTRY)
    except (JoseError, ValueError):
        raise _invalid("seal") from None
    content = _checked(found.plaintext or b"", "sealed-content")
    return Opened(uuid.UUID(event["id"]), _source(event), content["jws"], content.get("dossier"))


def peek(raw: bytes) -> tuple[uuid.UUID, str]:
    """Return the id and the claimed source of a sealed message, for an answer. Raises SealInvalid; proves nothing."""
    if len(raw) > LIMIT:
        raise _invalid("size")
    event = _event(raw)
    return uuid.UUID(event["id"]), _source(event)


def _fit(content: int, overhead: int) -> tuple[int, int]:
    """Return the smallest size that holds `content` bytes beside `overhead`, and the padding that fills it."""
    for size in SIZES:
        pad = (size - overhead) * 3 // 4 - content
        if pad >= 0:
            return size, pad
    raise TooLarge


def _overhead(event: dict[str, str], header: dict[str, str]) -> int:
    """Return how many bytes a sealed message has beside the ciphertext; its lengths hang on names only."""
    ephemeral = {"crv": "X25519", "x": "0" * 43, "kty": "OKP"}
    head = json.dumps({**header, "epk": ephemeral}, separators=(",", ":"))
    empty = [head.encode(), b"0" * 40, b"0" * 12, b"", b"0" * 16]
    return len(strict_json.dumps({**event, "data": ".".join(compact.encode(part) for part in empty)}))


def _hour(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:00:00Z")


def _bound(event: dict[str, str]) -> str:
    """Return the header's `apu`: it ties the seal to the event around it, so that neither can be changed alone."""
    return compact.encode("\n".join((event["source"], event["id"], event["time"])).encode())


def _event(raw: bytes) -> dict[str, Any]:
    return _checked(raw, "sealed-message")


def _checked(raw: bytes, schema: str) -> dict[str, Any]:
    """Return the JSON object `raw`, which schema `schema` describes."""
    try:
        found = strict_json.loads(raw)
        schemas.check(schema, found)
    except strict_json.JsonRefused as refused:
        raise _invalid(str(refused.facts["rule"])) from None
    except MessageMalformed as malformed:
        raise _invalid(f"{malformed.facts['path']} {malformed.facts['keyword']}") from None
    event: dict[str, Any] = found
    return event


def _header(event: dict[str, Any]) -> dict[str, Any]:
    """Return the protected header of the event's JWE: exactly ours, with one recipient, bound to this event."""
    try:
        parts = compact.parts(event["data"], 5)
        header = compact.header(parts[0])
    except compact.CompactRefused as refused:
        raise _invalid(str(refused)) from None
    kid, epk = header.get("kid"), header.get("epk")
    expected = {"alg": ENCRYPTION_ALG, "enc": ENC, "kid": kid, "epk": epk, "apu": _bound(event)}
    if header != expected or not _is_point(kid):
        raise _invalid("header")
    if (
        not isinstance(epk, dict)
        or epk != {"kty": "OKP", "crv": "X25519", "x": epk.get("x")}
        or not _is_point(epk["x"])
    ):
        raise _invalid("epk")
    if any(len(parts[place]) != size for place, size in _SIZES_OF_PARTS.items()):
        raise _invalid("parts")
    return header


def _is_point(text: object) -> bool:
    """Say whether `text` spells 32 bytes."""
    if not isinstance(text, str):
        return False
    try:
        return len(compact.decode(text)) == POINT
    except compact.CompactRefused:
        return False


def _source(event: dict[str, Any]) -> str:
    source: str = event["source"]
    return source.removeprefix(SOURCE)


def _invalid(rule: str) -> SealInvalid:
    return SealInvalid(f"The sealed message breaks the rule {rule}.", rule=rule)
