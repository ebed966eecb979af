"""Directory records with two signatures: the participant's over the record, the federation's over that."""

from collections.abc import Iterable
from dataclasses import dataclass

from federation.contracts import digests, directory
from federation.contracts.directory import DirectoryRecord
from federation.contracts.keys import COMPROMISED, PublicKey
from federation.contracts.schemas import MessageMalformed
from federation.errors import DomainError, Kind
from federation.seals import signatures
from federation.seals.keys import PrivateKey
from federation.seals.signatures import (
    COUNTERSIGNED,
    RECORD,
    SignatureInvalid,
    SigningKeyCompromised,
    SigningKeyUnknown,
)

LONGEST = 1024 * 1024


class RecordInvalid(DomainError):
    """A directory record is not signed by its participant and countersigned by the federation, or is malformed."""

    kind = Kind.INVALID


class RecordOutdated(DomainError):
    """A directory record is not newer than the one that is known."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class VerifiedRecord:
    """A record with both signatures. `known` says whether a key that was trusted before signed it.

    When it is not, a person compares fingerprints on the telephone before anything is sealed to it.
    """

    record: DirectoryRecord
    signed_by: PublicKey
    known: bool
    digest: str


def sign_record(record: DirectoryRecord, key: PrivateKey) -> str:
    """Return `record` signed by its participant; after a rotation with the key that its peers know."""
    return signatures.sign(directory.encode(record), key, purpose=RECORD)


def countersign(signed: str, key: PrivateKey) -> str:
    """Return a participant's signed record with the federation's signature around it.

    Raises RecordInvalid when the record or its own signature is wrong: the federation signs no such thing.
    """
    _own(signed)
    return signatures.sign(signed.encode(), key, purpose=COUNTERSIGNED)


def verify_record(
    published: str | bytes, *, federation_keys: Iterable[PublicKey], known: DirectoryRecord | None = None
) -> VerifiedRecord:
    """Return the record that stands in the directory as `published`.

    `known` is the record of the same participant that is trusted so far. Raises RecordInvalid, and
    RecordOutdated for an older version or another record of the same version.
    """
    if len(published) > LONGEST:
        raise RecordInvalid(rule="size")
    try:
        text = published.decode("ascii") if isinstance(published, bytes) else published
        signed = signatures.verify(text, federation_keys, purpose=COUNTERSIGNED).decode("ascii")
    except (UnicodeDecodeError, SignatureInvalid, SigningKeyUnknown, SigningKeyCompromised):
        raise RecordInvalid(rule="countersignature") from None
    record, signed_by = _own(signed)
    if known is not None:
        _refuse_older(record, known)
    trusted = {key.kid for key in known.signing_keys if key.state != COMPROMISED} if known else frozenset()
    return VerifiedRecord(record, signed_by, signed_by.kid in trusted, digests.digest(signed))


def read_signed(signed: str) -> DirectoryRecord:
    """Return a record that only its participant has signed so far. Raises RecordInvalid."""
    return _own(signed)[0]


def _own(signed: str) -> tuple[DirectoryRecord, PublicKey]:
    """Return a record and the key of its own that signed it."""
    try:
        kid = signatures.signer(signed, purpose=RECORD)
        record = directory.decode(signatures.payload_of(signed))
        signatures.verify(signed, record.signing_keys, purpose=RECORD)
    except MessageMalformed as malformed:
        raise RecordInvalid(rule="record", path=malformed.facts["path"], keyword=malformed.facts["keyword"]) from None
    except (SignatureInvalid, SigningKeyUnknown, SigningKeyCompromised):
        raise RecordInvalid(rule="signature") from None
    return record, next(key for key in record.signing_keys if key.kid == kid)


def _refuse_older(record: DirectoryRecord, known: DirectoryRecord) -> None:
    if record.participant != known.participant:
        raise RecordInvalid(rule="participant")
    if record.version < known.version or (record.version == known.version and record != known):
        raise RecordOutdated(version=record.version)
