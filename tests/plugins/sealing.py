"""Two towns with keys of their own, and what they say to each other, for tests of seals."""

import datetime
import uuid

from federation import seals
from federation.contracts import codec, messages
from federation.contracts.keys import PublicKey
from federation.contracts.messages import Message

AT = datetime.datetime(2026, 11, 23, 9, 41, 7, 250_000, datetime.UTC)
EVENT = uuid.UUID("5b1d6c2a-7a3e-4f7b-9d53-0c1a2b3c4d5e")

VILVOORDE = seals.KeyRing((seals.make_signing_key(AT), seals.make_encryption_key(AT)))
MOLENBEEK = seals.KeyRing((seals.make_signing_key(AT), seals.make_encryption_key(AT)))
FEDERATION = seals.make_signing_key(AT)


def advice(text: str = "Bel eerst met de school.", **changes: object) -> Message:
    """Return a message of Vilvoorde to Molenbeek."""
    values: dict[str, object] = {
        "type": "AdviceGiven",
        "sender": "vilvoorde",
        "recipient": "molenbeek",
        "epoch": 1,
        "time": AT,
        "body": messages.AdviceGiven(text),
        "referral_id": uuid.UUID(int=7),
        "seq": 2,
    }
    return Message(**{**values, **changes})  # type: ignore[arg-type]


def release(dossier: str | None) -> Message:
    """Return the statement that a dossier goes."""
    digest = None if dossier is None else seals.digest(dossier)
    body = messages.DossierReleased("moves", dossier_digest=digest, ends_custody_row=uuid.UUID(int=8))
    return advice(type="DossierReleased", body=body)


def sealed(message: Message | None = None, *, dossier: str | None = None, event_id: uuid.UUID = EVENT) -> bytes:
    """Return a message, signed by Vilvoorde and sealed for Molenbeek."""
    jws = seals.sign(codec.encode(message or advice()), VILVOORDE.signing_key)
    return seal(jws, dossier=dossier, event_id=event_id)


def seal(jws: str, *, dossier: str | None = None, event_id: uuid.UUID = EVENT, sender: str = "vilvoorde") -> bytes:
    """Return a signature sealed for Molenbeek."""
    return seals.seal(
        jws=jws,
        dossier=dossier,
        sender=sender,
        recipient_key=MOLENBEEK.encryption_key.public,
        at=AT,
        event_id=event_id,
    )


def keys_of(participant: str) -> tuple[PublicKey, ...]:
    """Return the signing keys that a participant's trusted record names."""
    return {"vilvoorde": VILVOORDE.public_signing_keys, "molenbeek": MOLENBEEK.public_signing_keys}.get(participant, ())
