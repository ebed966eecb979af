"""A participant as others see it: keys, a record in the directory, words on the bus. No database, no Django."""

import datetime
import pathlib
import uuid
from dataclasses import replace
from typing import Any

from federation import seals
from federation.contracts import codec, digests, messages
from federation.contracts.directory import DirectoryRecord, Names, Protocol, Team
from federation.contracts.messages import Body, Message
from federation.seals import keys, records, signatures

AT = datetime.datetime(2026, 11, 23, 9, 30, tzinfo=datetime.UTC)
KINDS = ("advice", "handover", "share")


class Federation:
    """The one who countersigns, with the anchor file that every installation gets."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.key = keys.make_signing_key(AT)
        self.anchor = folder / "federation.jwks.json"
        self.anchor.write_text(keys.jwks([self.key.public]), encoding="utf-8")


class Peer:
    """A town that speaks the protocol by hand, and may break any of its rules."""

    def __init__(self, name: str, folder: pathlib.Path, federation: Federation, *, with_: tuple[str, ...] = ()) -> None:
        self.name, self.federation, self.with_ = name, federation, with_
        self.folder = folder / name
        self.folder.mkdir(mode=0o700)
        self.ring = keys.make_first_keys(self.folder, AT)
        self.version = 1

    def record(self, **changes: Any) -> DirectoryRecord:
        """Return the directory record, with `changes`."""
        names = Names(self.name, self.name, self.name, self.name)
        found = DirectoryRecord(
            participant=self.name,
            version=self.version,
            level="municipal",
            nis="21012",
            region="brussels",
            names=names,
            official_languages=("nl",),
            holidays="BE",
            closures=(),
            teams=(Team("youth", names, "+3220002201"),),
            signing_keys=self.ring.public_signing_keys,
            encryption_keys=self.ring.public_encryption_keys,
            protocols=tuple(
                Protocol(with_=other, kinds=KINDS, since=datetime.date(2026, 1, 1)) for other in self.with_
            ),
        )
        return replace(found, **changes)

    def published(self, key: keys.PrivateKey | None = None, **changes: Any) -> bytes:
        """Return the record as it stands in the directory, signed with `key` and countersigned."""
        signed = records.sign_record(self.record(**changes), key or self.ring.signing_key)
        return seals.countersign(signed, self.federation.key).encode()

    def statement(self, to: str, body: Body, key: keys.PrivateKey | None = None, **fields: Any) -> str:
        """Return a signed statement."""
        kind = type(body).__name__
        defaults: dict[str, Any] = {"sender": self.name, "recipient": to, "epoch": 1, "time": AT}
        message = Message(type=kind, body=body, **(defaults | fields))
        return seals.sign(codec.encode(message), key or self.ring.signing_key)

    def sealed(self, jws: str, recipient_key: Any, *, dossier: str | None = None, source: str | None = None) -> bytes:
        """Return the bytes on the wire: a new sealing at each call."""
        return seals.seal(
            jws=jws,
            dossier=dossier,
            sender=source or self.name,
            recipient_key=recipient_key,
            at=AT,
            event_id=uuid.uuid4(),
        )

    def hears(self, raw: bytes) -> tuple[Message, seals.Opened]:
        """Return what somebody says to us."""
        opened = seals.open_seal(raw, self.ring)
        return codec.decode(signatures.payload_of(opened.jws)), opened


def offer(**changes: Any) -> messages.ReferralOffered:
    """Return an offer of a handover."""
    fields: dict[str, Any] = {
        "kind": "handover",
        "team": "youth",
        "preview": messages.Preview(
            age_band="from16To17",
            contact_language="nl",
            interpreter_needed=False,
            needs=("housing",),
            urgency="thisMonth",
            wished_help=(),
        ),
        "blocks": (messages.BlockCount("goals", 2),),
        "answer_by": datetime.date(2026, 12, 1),
        "custody_row": uuid.uuid4(),
    }
    return messages.ReferralOffered(**(fields | changes))


CONSENT = digests.digest("consent")
