"""Whether an access token is one of ours, decided without asking anybody but for the realm's public keys.

Nothing in a token chooses what it is checked with: one issuer, one audience, one algorithm, one
type, and keys from one address. The door checks some of this before; a service that believed the
door would believe whoever gets past it.
"""

import base64
import binascii
import datetime
import json
import re
import threading
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx
import structlog
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from federation import errors
from federation.identity.actor import Actor, Role

log = structlog.get_logger(__name__)

ALGORITHM = "RS256"
TYPE = "at+jwt"
"""RFC 9068: what keeps ID, refresh and logout tokens of the same realm from being used as access tokens."""

LONGEST = 8192
LEEWAY = datetime.timedelta(seconds=5)
SMALLEST_MODULUS = 2048
LAST_INSTANT = 253_402_300_800
"""The year 10000; beyond it Python's dates and floats give out."""

_HEADER = {"alg", "typ", "kid"}
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_KID = re.compile(r"[A-Za-z0-9_-]{1,200}")


class NoAccessToken(errors.DomainError):
    """The request carries no access token."""

    kind = errors.Kind.NOT_ALLOWED
    http: ClassVar[int] = 401
    challenge: ClassVar[str] = "Bearer"


class InvalidAccessToken(errors.DomainError):
    """The access token is not valid here.

    `facts["reason"]` is the first check that it failed, never anything out of the token.
    """

    kind = errors.Kind.NOT_ALLOWED
    http: ClassVar[int] = 401
    challenge: ClassVar[str] = 'Bearer error="invalid_token"'


class ExpiredAccessToken(errors.DomainError):
    """The access token has expired."""

    kind = errors.Kind.NOT_ALLOWED
    http: ClassVar[int] = 401
    challenge: ClassVar[str] = 'Bearer error="invalid_token", error_description="expired"'


class RealmKeysUnavailable(errors.DomainError):
    """The realm's public keys cannot be had, so no token can be checked."""

    kind = errors.Kind.UNAVAILABLE


def _refuse(reason: str) -> InvalidAccessToken:
    return InvalidAccessToken(reason=reason)


class RealmKeys:
    """The public keys of one realm, kept for a while.

    A key that the realm no longer publishes is forgotten after `fresh`. A kid that is not known
    causes one fetch, and no second within `cooldown`: otherwise whoever sends nonsense makes us
    flood our own identity provider. When the realm gives no answer for `patience`, the keys count
    no more: one of them may have been withdrawn meanwhile.
    """

    def __init__(
        self,
        url: str,
        *,
        fresh: datetime.timedelta = datetime.timedelta(minutes=5),
        cooldown: datetime.timedelta = datetime.timedelta(seconds=10),
        patience: datetime.timedelta = datetime.timedelta(minutes=30),
    ) -> None:
        self._url = url
        self._fresh = fresh
        self._cooldown = cooldown
        self._patience = patience
        self._keys: dict[str, RSAKey] = {}
        self._fetched_at: datetime.datetime | None = None
        self._tried_at: datetime.datetime | None = None
        self._lock = threading.Lock()
        self._http = httpx.Client(timeout=3.0, follow_redirects=False, trust_env=False)
        self.fetches = 0

    def get(self, kid: str, *, at: datetime.datetime) -> RSAKey:
        """Return the key `kid`; raises InvalidAccessToken (unknown) or RealmKeysUnavailable."""
        # Who knows the key already does not wait for another thread's fetch; who does not, must.
        if self._wanted(kid, at) and self._lock.acquire(blocking=kid not in self._keys):
            try:
                # Another thread may have fetched while this one waited.
                if self._wanted(kid, at):
                    self._fetch(at)
            finally:
                self._lock.release()
        if self._fetched_at is None or at - self._fetched_at > self._patience:
            raise RealmKeysUnavailable
        key = self._keys.get(kid)
        if key is None:
            raise _refuse("unknownKey")
        return key

    def _wanted(self, kid: str, at: datetime.datetime) -> bool:
        if self._tried_at is not None and abs(at - self._tried_at) <= self._cooldown:
            return False
        return kid not in self._keys or self._fetched_at is None or abs(at - self._fetched_at) > self._fresh

    def _fetch(self, at: datetime.datetime) -> None:
        self.fetches += 1
        try:
            answer = self._http.get(self._url)
            answer.raise_for_status()
            published = answer.json()["keys"]
            self._keys = {key["kid"]: _public(key) for key in published if _is_ours(key)}
        except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as problem:
            log.warning("the realm's keys could not be fetched", problem=type(problem).__name__)
        else:
            self._fetched_at = at
        finally:
            # Only now: a thread that asks meanwhile shall wait for the answer, not take it for a "no".
            self._tried_at = at


def _is_ours(key: object) -> bool:
    """Say whether a published key may sign access tokens: never a shared secret, never one for encryption."""
    return (
        isinstance(key, dict)
        and key.get("kty") == "RSA"
        and key.get("use") == "sig"
        and key.get("alg", ALGORITHM) == ALGORITHM
        and isinstance(key.get("kid"), str)
        and len(_decoded(str(key.get("n", "")))) * 8 >= SMALLEST_MODULUS
    )


def _public(key: Mapping[str, str]) -> RSAKey:
    return RSAKey.import_key({"kty": "RSA", "n": key["n"], "e": key["e"]})


def _decoded(text: str) -> bytes:
    """Return the bytes of base64url `text`; raises ValueError for another spelling of the same bytes."""
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise binascii.Error
    return raw


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a dict; raises ValueError for a name that comes twice.

    Two readers of one token could take a different one of the two.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise _refuse("malformed") from None
    if not isinstance(value, dict):
        raise _refuse("malformed")
    return value


def signed(token: str, *, kinds: Collection[str], keys: RealmKeys, at: datetime.datetime) -> dict[str, Any]:
    """Return what a token of one of `kinds` (the header's `typ`, in small letters) says, signed by the realm.

    Raises InvalidAccessToken or RealmKeysUnavailable. Whom it is meant for, and until when, the caller checks.
    """
    if len(token) > LONGEST or not _COMPACT.fullmatch(token):
        raise _refuse("malformed")
    try:
        header = _object(_decoded(token.split(".", 1)[0]))
    except ValueError:
        raise _refuse("malformed") from None
    if header.get("alg") != ALGORITHM:
        raise _refuse("algorithm")
    # jku, x5u, jwk and x5c would let the token name its own key, crit its own rules.
    if set(header) - _HEADER:
        raise _refuse("header")
    if str(header.get("typ", "")).lower() not in kinds:
        raise _refuse("type")
    kid = header.get("kid")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise _refuse("unknownKey")
    try:
        found = jws.deserialize_compact(token, keys.get(kid, at=at), algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        raise _refuse("signature") from None
    return _object(found.payload)


@dataclass(frozen=True)
class Verifier:
    """What one API accepts: tokens of its own town's realm, meant for it, got by a client it knows."""

    issuer: str
    audience: str
    parties: frozenset[str]
    participant: str
    keys: RealmKeys = field(compare=False)

    def actor(self, token: str, *, at: datetime.datetime) -> Actor:
        """Return who acts with `token`.

        Raises InvalidAccessToken, ExpiredAccessToken or RealmKeysUnavailable. That a token has
        expired is said only of one that is right in everything else.
        """
        claims = signed(token, kinds={TYPE}, keys=self.keys, at=at)
        self._check_meant_for_us(claims)
        check_time(claims, at)
        return Actor(
            subject=_subject(claims),
            roles=_roles(claims),
            team=_team(claims),
            participant=self.participant,
        )

    def _check_meant_for_us(self, claims: Mapping[str, Any]) -> None:
        if claims.get("iss") != self.issuer:
            raise _refuse("issuer")
        # Exactly this one: a token for two services lets either of them act at the other.
        if claims.get("aud") not in (self.audience, [self.audience]):
            raise _refuse("audience")
        if claims.get("typ") != "Bearer":
            raise _refuse("type")
        if not isinstance(claims.get("azp"), str) or claims["azp"] not in self.parties:
            raise _refuse("authorizedParty")
        # Bound to a key that the caller would have to prove: it is no bearer token.
        if "cnf" in claims:
            raise _refuse("confirmation")


def check_time(claims: Mapping[str, Any], at: datetime.datetime) -> None:
    """Raise InvalidAccessToken or ExpiredAccessToken where a token's times are none, or not now."""
    now = at.timestamp()
    leeway = LEEWAY.total_seconds()
    for name in ("exp", "iat"):
        if not _is_instant(claims.get(name)):
            raise _refuse(name)
    if claims["iat"] > now + leeway:
        raise _refuse("iat")
    if "nbf" in claims and (not _is_instant(claims["nbf"]) or claims["nbf"] > now + leeway):
        raise _refuse("nbf")
    if claims["exp"] <= claims["iat"]:
        raise _refuse("exp")
    if now >= claims["exp"] + leeway:
        raise ExpiredAccessToken


def _is_instant(value: object) -> bool:
    # bool is an int in Python: `exp: true` would be the second after 1970 began
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < LAST_INSTANT


def _subject(claims: Mapping[str, Any]) -> str:
    """Return who it is, as the UUID that the realm gave: a name here would reach every audit entry."""
    subject = claims.get("sub")
    try:
        if isinstance(subject, str) and str(uuid.UUID(subject)) == subject:
            return subject
    except ValueError:
        pass
    raise _refuse("subject")


def _roles(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the roles that Zenne knows; others of the realm mean nothing here."""
    roles = claims.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise _refuse("roles")
    return frozenset(str(role) for role in Role if role in roles)


def _team(claims: Mapping[str, Any]) -> str:
    team = claims.get("team", "")
    if not isinstance(team, str):
        raise _refuse("team")
    return team


def verifier(
    *,
    issuer: str,
    jwks_url: str,
    audience: str,
    parties: Collection[str],
    participant: str,
) -> Verifier:
    """Return the verifier of one API with its own store of keys."""
    return Verifier(
        issuer=issuer,
        audience=audience,
        parties=frozenset(parties),
        participant=participant,
        keys=RealmKeys(jwks_url),
    )
