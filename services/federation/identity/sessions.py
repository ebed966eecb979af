"""Django's session engine, with what is in a session encrypted (`SESSION_ENGINE = "federation.identity.sessions"`).

A session ends 30 minutes after the last page and 8 hours after the login, whichever comes first; or at once, when
the person logs out or the realm says so.
"""

import base64
import datetime
import functools
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession

IDLE = datetime.timedelta(minutes=30)
WHOLE = datetime.timedelta(hours=8)
REMEMBERED = datetime.timedelta(hours=12)
"""How long an ended session still says whose it was: long enough to keep what somebody was writing."""

SID = "sid_digest"
SUBJECT = "subject"


class SessionStore(db.SessionStore):
    """One session in the table `identity_session`."""

    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        """Return the model; imported here, because settings name this module before apps are there."""
        from federation.identity.models import Session  # noqa: PLC0415

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row of `data`, with what it is found by."""
        row: Any = super().create_model_instance(data)
        row.sid_digest = data.get(SID, "")
        row.subject = data.get(SUBJECT, "")
        return row  # type: ignore[no-any-return]

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return what is stored: encrypted, so that a copy of the database opens no session."""
        return _cipher(settings.SECRET_KEY).encrypt(json.dumps(session_dict).encode()).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what was stored; nothing where it was not us who stored it."""
        raw = session_data if isinstance(session_data, bytes) else session_data.encode()
        try:
            found: dict[str, Any] = json.loads(_cipher(settings.SECRET_KEY).decrypt(raw))
        except InvalidToken:
            return {}
        return found


def digest(sid: str) -> str:
    """Return the form in which the realm's name of a session is stored."""
    return hashlib.sha256(f"zenne session {sid}".encode()).hexdigest() if sid else ""


@functools.cache
def _cipher(secret: str) -> Fernet:
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"zenne browser sessions").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
