"""Signing, sealing and key rings: who said it, and who alone may read it.

A message is signed (JWS, Ed25519) and then sealed for one recipient (JWE, X25519 and AES-256-GCM)
in a CloudEvent whose size says nothing. One algorithm each; everything else is refused.
"""

from federation.contracts.digests import digest
from federation.seals.envelope import (
    LIMIT,
    SIZES,
    EncryptionKeyUnknown,
    Opened,
    SealInvalid,
    TooLarge,
    open_seal,
    peek,
    seal,
)
from federation.seals.keys import KeyRing, PrivateKey, make_encryption_key, make_signing_key
from federation.seals.reading import (
    DossierMismatch,
    SenderMismatch,
    read_message,
    verify_message,
    verify_signature,
)
from federation.seals.records import RecordInvalid, VerifiedRecord, countersign, sign_record, verify_record
from federation.seals.signatures import SignatureInvalid, SigningKeyCompromised, SigningKeyUnknown, sign, verify

__all__ = [
    "LIMIT",
    "SIZES",
    "DossierMismatch",
    "EncryptionKeyUnknown",
    "KeyRing",
    "Opened",
    "PrivateKey",
    "RecordInvalid",
    "SealInvalid",
    "SenderMismatch",
    "SignatureInvalid",
    "SigningKeyCompromised",
    "SigningKeyUnknown",
    "TooLarge",
    "VerifiedRecord",
    "countersign",
    "digest",
    "make_encryption_key",
    "make_signing_key",
    "open_seal",
    "peek",
    "read_message",
    "seal",
    "sign",
    "sign_record",
    "verify",
    "verify_message",
    "verify_record",
    "verify_signature",
]
