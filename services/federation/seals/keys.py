"""A participant's own keys: made by itself, kept in files that only it can read, never sent."""

import datetime
import functools
import json
import os
import pathlib
import secrets
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc.jwk import OKPKey

from federation import protection
from federation.contracts import codec, schemas
from federation.contracts.keys import COMPROMISED, CURRENT, ENCRYPTION, RETIRED, SIGNING, PublicKey, thumbprint
from federation.errors import DomainError, Kind
from federation.seals import compact

SIGNING_ALG = "Ed25519"
ENCRYPTION_ALG = "ECDH-ES+A256KW"
STATISTICS = "statistics.key"


class KeysExposed(DomainError):
    """A file or folder of private keys can be read by others than its owner."""

    kind = Kind.UNAVAILABLE


class KeysMissing(DomainError):
    """There is no current signing or encryption key."""

    kind = Kind.UNAVAILABLE


class KeysExist(DomainError):
    """There are keys already; rotate them instead of making first ones."""

    kind = Kind.CONFLICT


class KeyInUse(DomainError):
    """The current key cannot be destroyed; rotate first."""

    kind = Kind.CONFLICT


class KeyUnreadable(DomainError):
    """A file in the folder of keys is not a key that Zenne wrote."""

    kind = Kind.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key pair. `secret` is "" when only the public half was kept (a destroyed signing key)."""

    public: PublicKey
    secret: str = field(repr=False)

    @property
    def kid(self) -> str:
        """The name of the key: its thumbprint."""
        return self.public.kid


def make_signing_key(at: datetime.datetime) -> PrivateKey:
    """Return a new Ed25519 key pair."""
    made = Ed25519PrivateKey.generate()
    return _pair(made.public_key().public_bytes_raw(), made.private_bytes_raw(), SIGNING, at)


def make_encryption_key(at: datetime.datetime) -> PrivateKey:
    """Return a new X25519 key pair."""
    made = X25519PrivateKey.generate()
    return _pair(made.public_key().public_bytes_raw(), made.private_bytes_raw(), ENCRYPTION, at)


def _pair(public: bytes, secret: bytes, use: str, at: datetime.datetime) -> PrivateKey:
    crv, alg = ("Ed25519", SIGNING_ALG) if use == SIGNING else ("X25519", ENCRYPTION_ALG)
    x = compact.encode(public)
    key = PublicKey(kid=thumbprint(crv, x), use=use, crv=crv, alg=alg, x=x, not_before=at, state=CURRENT)
    return PrivateKey(key, compact.encode(secret))


@functools.lru_cache(maxsize=512)
def jose_public(crv: str, x: str) -> OKPKey:
    """Return a public key as joserfc takes it, read once."""
    return OKPKey.import_key({"kty": "OKP", "crv": crv, "x": x})


def jose_private(key: PrivateKey) -> OKPKey:
    """Return a private key as joserfc takes it."""
    if not key.secret:
        raise KeysMissing(kid=key.kid)
    return _jose_private(key.public.crv, key.public.x, key.secret)


@functools.lru_cache(maxsize=64)
def _jose_private(crv: str, x: str, d: str) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": crv, "x": x, "d": d})


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All key pairs of one participant: one current of each use, and those before it."""

    keys: tuple[PrivateKey, ...]

    @classmethod
    def load(cls, folder: pathlib.Path) -> "KeyRing":
        """Return the ring in `folder`. Raises KeysExposed, KeyUnreadable and KeysMissing."""
        _refuse_exposed(folder, 0o077)
        ring = cls(tuple(read_key(path) for path in sorted(folder.glob("*.jwk"))))
        ring = cls(tuple(ring._settled()))
        _ = ring.signing_key, ring.encryption_key
        return ring

    @property
    def signing_key(self) -> PrivateKey:
        """The key that signs now."""
        return self.current(SIGNING)

    @property
    def encryption_key(self) -> PrivateKey:
        """The key that others seal to now."""
        return self.current(ENCRYPTION)

    def opener(self, kid: str) -> PrivateKey | None:
        """Return the encryption key of this name, current or older, if its private half is still here."""
        return next((key for key in self._of(ENCRYPTION) if key.kid == kid and key.secret), None)

    @property
    def public_signing_keys(self) -> tuple[PublicKey, ...]:
        """The public halves for the directory record: newest first."""
        return self._public(SIGNING)

    @property
    def public_encryption_keys(self) -> tuple[PublicKey, ...]:
        """The public halves for the directory record: newest first."""
        return self._public(ENCRYPTION)

    def _public(self, use: str) -> tuple[PublicKey, ...]:
        found = (key.public for key in self._of(use))
        return tuple(sorted(found, key=lambda key: (key.not_before, key.kid), reverse=True))

    def _of(self, use: str) -> list[PrivateKey]:
        return [key for key in self.keys if key.public.use == use]

    def current(self, use: str) -> PrivateKey:
        """Return the current key of `use`. Raises KeysMissing."""
        for key in self._of(use):
            if key.public.state == CURRENT:
                return key
        raise KeysMissing(use=use)

    def _settled(self) -> Iterable[PrivateKey]:
        """Return the keys with one current of each use: a crash within a rotation may have left two."""
        newest = {key.public.use: key for key in sorted(self.keys, key=_age) if key.public.state == CURRENT}
        for key in self.keys:
            older = key.public.state == CURRENT and newest[key.public.use] != key
            yield PrivateKey(replace(key.public, state=RETIRED), key.secret) if older else key


def _age(key: PrivateKey) -> tuple[datetime.datetime, str]:
    return key.public.not_before, key.kid


def make_first_keys(folder: pathlib.Path, at: datetime.datetime) -> KeyRing:
    """Make a participant's first keys in `folder`. Raises KeysExist when there are some."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_exposed(folder, 0o077)
    if any(folder.glob("*.jwk")):
        raise KeysExist
    for key in (make_signing_key(at), make_encryption_key(at)):
        write_key(path_of(folder, key), key)
    return KeyRing.load(folder)


def rotate(folder: pathlib.Path, use: str, at: datetime.datetime) -> KeyRing:
    """Make a new current key for `use`; the one before is retired and kept."""
    before = KeyRing.load(folder).current(use)
    made = make_signing_key(at) if use == SIGNING else make_encryption_key(at)
    write_key(path_of(folder, made), made)
    set_state(folder, before.kid, RETIRED)
    return KeyRing.load(folder)


def mark_compromised(folder: pathlib.Path, kid: str, at: datetime.datetime) -> KeyRing:
    """Mark a key as known to others: it verifies nothing any more. A current one is replaced first."""
    key = _named(KeyRing.load(folder), kid)
    if key.public.state == CURRENT:
        rotate(folder, key.public.use, at)
    set_state(folder, kid, COMPROMISED)
    return KeyRing.load(folder)


def destroy(folder: pathlib.Path, kid: str) -> KeyRing:
    """Destroy the private half of an older key; an encryption key leaves the ring with it.

    Raises KeyInUse for a current key. What was sealed to a destroyed key cannot be opened by anyone.
    """
    key = _named(KeyRing.load(folder), kid)
    if key.public.state == CURRENT:
        raise KeyInUse(kid=kid)
    if key.public.use == ENCRYPTION:
        path_of(folder, key).unlink()
    else:
        write_key(path_of(folder, key), PrivateKey(key.public, ""))
    return KeyRing.load(folder)


def set_state(folder: pathlib.Path, kid: str, state: str) -> None:
    """Write down another state of a key."""
    key = _named(KeyRing.load(folder), kid)
    write_key(path_of(folder, key), PrivateKey(replace(key.public, state=state), key.secret))


def make_statistics_key(folder: pathlib.Path) -> bool:
    """Make the secret from which counts are protected, once; return whether it was missing.

    It is never rotated while it is secret: noise that was drawn anew for old figures could be averaged away.
    """
    path = folder / STATISTICS
    if path.exists():
        return False
    _write_private(path, compact.encode(secrets.token_bytes(protection.KEY_BYTES)) + "\n")
    return True


def statistics_key(folder: pathlib.Path) -> bytes:
    """Return the secret from which counts are protected. Raises KeysMissing, KeysExposed and KeyUnreadable."""
    path = folder / STATISTICS
    _refuse_exposed(path, 0o177)
    try:
        found = compact.decode(path.read_text(encoding="utf-8").strip())
    except ValueError:
        raise KeyUnreadable(file=path.name) from None
    if len(found) != protection.KEY_BYTES:
        raise KeyUnreadable(file=path.name)
    return found


def path_of(folder: pathlib.Path, key: PrivateKey) -> pathlib.Path:
    """Return the file of a key."""
    return folder / f"{key.public.use}-{key.kid}.jwk"


def write_key(path: pathlib.Path, key: PrivateKey) -> None:
    """Write a key pair to `path`, readable by its owner alone, whole or not at all."""
    _write_private(path, json.dumps({**to_jwk(key.public), **({"d": key.secret} if key.secret else {})}))


def _write_private(path: pathlib.Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    place = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def read_key(path: pathlib.Path) -> PrivateKey:
    """Return the key pair in `path`. Raises KeysExposed and KeyUnreadable."""
    _refuse_exposed(path, 0o177)
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        public = from_jwk(value)
        secret = value.get("d", "")
        belongs = not secret or _public_of(public.use, secret) == public.x
    except (ValueError, TypeError, AttributeError):
        raise KeyUnreadable(file=path.name) from None
    if not belongs:
        raise KeyUnreadable(file=path.name)
    return PrivateKey(public, secret)


def _public_of(use: str, secret: str) -> str:
    """Return the public half that belongs to `secret`: a file could name another."""
    raw = compact.decode(secret)
    if use == SIGNING:
        return compact.encode(Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw())
    return compact.encode(X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw())


def to_jwk(key: PublicKey) -> dict[str, Any]:
    """Return a public key as JWK, as directory records write it."""
    found: dict[str, Any] = codec.to_json(key)
    return found


def from_jwk(value: dict[str, Any]) -> PublicKey:
    """Return the public key of a JWK. Raises ValueError when it is not one of Zenne's."""
    field_name = {SIGNING: "signingKeys", ENCRYPTION: "encryptionKeys"}.get(value.get("use", ""))
    public = {name: part for name, part in value.items() if name != "d"}
    if field_name is None or not schemas.item_validator("directory-record", field_name).is_valid(public):
        raise ValueError("not a key of Zenne")
    key = codec.from_json(PublicKey, value)
    if key.kid != thumbprint(key.crv, key.x):
        raise ValueError("not a key of Zenne")
    return key


def jwks(keys: Iterable[PublicKey]) -> str:
    """Return public keys as a JWK set, such as the federation's trust anchor."""
    return json.dumps({"keys": [to_jwk(key) for key in keys]}, indent=2)


def from_jwks(text: str) -> Sequence[PublicKey]:
    """Return the public keys of a JWK set."""
    return tuple(from_jwk(value) for value in json.loads(text)["keys"])


def _named(ring: KeyRing, kid: str) -> PrivateKey:
    found = next((key for key in ring.keys if key.kid == kid), None)
    if found is None:
        raise KeysMissing(kid=kid)
    return found


def _refuse_exposed(path: pathlib.Path, others: int) -> None:
    """Raise KeysExposed unless `path` is the running user's alone."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        raise KeysMissing(file=path.name) from None
    if found.st_uid != os.geteuid() or stat.S_ISLNK(found.st_mode) or stat.S_IMODE(found.st_mode) & others:
        raise KeysExposed("Run: chmod 700 the folder, chmod 600 its files, as their owner.", file=path.name)
