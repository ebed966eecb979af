"""Directory records: what a participant tells all others about itself, as frozen values.

Signing and countersigning is in `federation.seals.records`; which record a participant trusts is
decided by a person there (`manage.py trust_peer`), never here.
"""

import datetime
from dataclasses import dataclass

from federation.contracts import codec, keys, schemas
from federation.contracts.keys import PublicKey
from federation.contracts.schemas import NAMESPACE

LONGEST = 512 * 1024


@dataclass(frozen=True, slots=True)
class Names:
    """A name in the four languages."""

    nl: str
    fr: str
    de: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the name in `language`, or else in Dutch."""
        return {"nl": self.nl, "fr": self.fr, "de": self.de, "en": self.en}.get(language, self.nl)


@dataclass(frozen=True, slots=True)
class Team:
    """A team that can be asked, and the telephone of its humans."""

    id: str
    names: Names
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A data-exchange protocol with another participant: nothing new is offered from `until` on."""

    with_: str
    kinds: tuple[str, ...]
    since: datetime.date
    until: datetime.date | None = None

    def in_force(self, on: datetime.date) -> bool:
        """Say whether something new may be offered on this day."""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRecord:
    """What a participant tells all others about itself; a new fact or key is a new `version`."""

    participant: str
    version: int
    level: str
    names: Names
    official_languages: tuple[str, ...]
    holidays: str
    closures: tuple[datetime.date, ...]
    teams: tuple[Team, ...]
    signing_keys: tuple[PublicKey, ...]
    encryption_keys: tuple[PublicKey, ...]
    protocols: tuple[Protocol, ...]
    nis: str | None = None
    region: str | None = None

    @property
    def current_signing_key(self) -> PublicKey:
        """The key that this participant signs with."""
        return next(key for key in self.signing_keys if key.state == keys.CURRENT)

    @property
    def current_encryption_key(self) -> PublicKey:
        """The key to seal to."""
        return next(key for key in self.encryption_keys if key.state == keys.CURRENT)

    def protocol_with(self, participant: str, on: datetime.date) -> frozenset[str]:
        """Return the kinds of referral that this record's protocols allow with `participant` on this day."""
        return frozenset(
            kind
            for protocol in self.protocols
            if protocol.with_ == participant and protocol.in_force(on)
            for kind in protocol.kinds
        )


def encode(record: DirectoryRecord) -> bytes:
    """Return the one text of `record`. Raises MessageMalformed when it breaks its schema or contradicts itself."""
    value = {**codec.to_json(record), "type": NAMESPACE + "DirectoryRecord"}
    schemas.check("directory-record", value)
    _check_coherence(record)
    return codec.dump(value)


def decode(raw: bytes) -> DirectoryRecord:
    """Return the record that `raw` writes down. Raises MessageMalformed; it quotes no value."""
    if len(raw) > LONGEST:
        raise schemas.malformed("/", "maxLength")
    value = codec.load(raw)
    schemas.check("directory-record", value)
    record = codec.from_json(DirectoryRecord, value)
    _check_coherence(record)
    return record


def _check_coherence(record: DirectoryRecord) -> None:
    for path, ring in (("/signingKeys", record.signing_keys), ("/encryptionKeys", record.encryption_keys)):
        if [key.state for key in ring].count(keys.CURRENT) != 1:
            raise schemas.malformed(path, "oneCurrent")
        # A kid that is not the key's own thumbprint could be another participant's.
        if any(key.kid != keys.thumbprint(key.crv, key.x) for key in ring):
            raise schemas.malformed(path, "thumbprint")
        if len({key.kid for key in ring}) != len(ring):
            raise schemas.malformed(path, "uniqueKeys")
    if len({team.id for team in record.teams}) != len(record.teams):
        raise schemas.malformed("/teams", "uniqueNames")
    if record.participant in {record.region, *(protocol.with_ for protocol in record.protocols)}:
        raise schemas.malformed("/protocols", "another")
