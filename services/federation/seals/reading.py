"""From an opened seal to a message that its sender is proved to have said."""

from collections.abc import Callable, Iterable

from federation.contracts import codec, digests
from federation.contracts.keys import PublicKey
from federation.contracts.messages import DossierReleased, Message
from federation.errors import DomainError, Kind
from federation.seals import signatures
from federation.seals.envelope import Opened

KeysOf = Callable[[str], Iterable[PublicKey]]
"""Gives the signing keys that the trusted directory record of a participant names."""


class SenderMismatch(DomainError):
    """The sender named inside is not the participant that signed and sent it."""

    kind = Kind.INVALID


class DossierMismatch(DomainError):
    """The dossier beside a message is not the one that the message names."""

    kind = Kind.INVALID


def verify_message(opened: Opened, keys_of: KeysOf) -> Message:
    """Return the message in `opened`, said by its source.

    Raises SigningKeyUnknown, SigningKeyCompromised, SignatureInvalid, MessageTypeUnknown,
    MessageMalformed, SenderMismatch and DossierMismatch.
    """
    return read_message(opened, verify_signature(opened, keys_of))


def verify_signature(opened: Opened, keys_of: KeysOf) -> bytes:
    """Return the payload that the source of `opened` signed: enough for a receipt, before anything is understood.

    Raises SigningKeyUnknown, SigningKeyCompromised and SignatureInvalid.
    """
    return signatures.verify(opened.jws, keys_of(opened.source))


def read_message(opened: Opened, payload: bytes) -> Message:
    """Return the message of a verified `payload`.

    Raises MessageTypeUnknown, MessageMalformed, SenderMismatch and DossierMismatch.
    """
    message = codec.decode(payload)
    if message.sender != opened.source:
        raise SenderMismatch
    if opened.dossier is not None:
        named = message.body.dossier_digest if isinstance(message.body, DossierReleased) else None
        if named != digests.digest(opened.dossier):
            raise DossierMismatch
    return message
