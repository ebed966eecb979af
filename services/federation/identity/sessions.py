"""Sessions of people in browsers: begun at the login, asked for at every page, ended from either side.

A session ends 30 minutes after the last page and 8 hours after the login, whichever comes first. What the realm said
counts for as long as its access token lives (5 minutes); then it is asked again, so that a role that was taken away
is gone. A lock lets one request ask and the others wait: the realm takes each proof once.
"""

import base64
import datetime
import functools
import hashlib
import json
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from federation.identity import colleagues, login
from federation.identity.actor import Actor
from federation.identity.models import Session
from federation.identity.person import LoggedIn, Person

COOKIE = "__Host-zenne"
IDLE = datetime.timedelta(minutes=30)
WHOLE = datetime.timedelta(hours=8)
REMEMBERED = datetime.timedelta(hours=12)
"""How long after its last page an ended session still says whose it was."""
NOTED = datetime.timedelta(minutes=1)
"""How often it is written down that somebody works: each time would be a write a page."""


def begin(found: LoggedIn, *, at: datetime.datetime) -> str:
    """Return the key of a new session, which is known to the browser alone; colleagues learn the name with it."""
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        Session.objects.create(
            key_digest=_digest(key),
            sid_digest=_digest(found.sid),
            subject=found.person.actor.subject,
            facts=_sealed(found),
            since=at,
            seen_at=at,
            good_until=found.good_until,
        )
        colleagues.remember(found.person, at=at)
    return key


def find(key: str, *, at: datetime.datetime) -> Person | None:
    """Return who is logged in under `key`, None for nobody; raises RealmUnavailable when the realm must be asked."""
    row = Session.objects.filter(pk=_digest(key)).first()
    if row is None or not _is_alive(row, at):
        return None
    if at >= row.good_until and not _renew(row.pk, at):
        return None
    if at >= row.good_until:
        # between that word and this line somebody may have logged out at the realm, which takes the row away
        row = Session.objects.filter(pk=row.pk).first()
        if row is None:
            return None
    if at - row.seen_at >= NOTED:
        Session.objects.filter(pk=row.pk, seen_at__lt=at).update(seen_at=at)
    return _person(row)


def whose(key: str, *, at: datetime.datetime) -> str:
    """Return the subject of a session that may have ended, "" for none: whose unfinished text is to be kept."""
    row = Session.objects.filter(pk=_digest(key), seen_at__gt=at - REMEMBERED).first()
    return row.subject if row else ""


def end(key: str) -> None:
    """Will end a session here, and then at the realm; raises RealmUnavailable where the realm could not be told."""
    row = Session.objects.filter(pk=_digest(key)).first()
    if row is None:
        return
    proof = _opened(row).get("proof", "")
    row.delete()
    if proof:
        login.realm().end(proof)


def replace(key: str) -> None:
    """Will make a key good for nothing, as a new login takes its place."""
    Session.objects.filter(pk=_digest(key)).delete()


def end_at_realms_word(*, sid: str, subject: str) -> int:
    """End the session that the realm names, or all of a person where it names none; return how many."""
    named = Session.objects.filter(sid_digest=_digest(sid)) if sid else Session.objects.filter(subject=subject)
    gone, _ = named.delete()
    return gone


def forget_before(at: datetime.datetime) -> int:
    """Delete sessions that nobody needs any more and empty those that have ended; return how many were deleted."""
    ended = Session.objects.filter(seen_at__lte=at - IDLE) | Session.objects.filter(since__lte=at - WHOLE)
    ended.exclude(facts="").update(facts="")
    gone, _ = Session.objects.filter(seen_at__lte=at - REMEMBERED).delete()
    return gone


def _is_alive(row: Session, at: datetime.datetime) -> bool:
    return bool(row.facts) and at - row.seen_at < IDLE and at - row.since < WHOLE


def _renew(pk: str, at: datetime.datetime) -> bool:
    """Ask the realm again; return whether the session goes on. Who waited for the lock finds it done."""
    with transaction.atomic():
        row = Session.objects.select_for_update().filter(pk=pk).first()
        if row is None or not row.facts:
            return False
        if at < row.good_until:
            return True
        known = _opened(row)
        try:
            found = login.realm().renew(known.get("proof", ""), at=at)
        except (login.SessionOver, login.LoginRefused):
            row.facts = ""
            row.save(update_fields=["facts"])
            return False
        if found.person.actor.subject != row.subject:
            row.delete()
            return False
        row.facts, row.good_until = _sealed(found), found.good_until
        row.save(update_fields=["facts", "good_until"])
        if found.person.name != known.get("name"):
            colleagues.remember(found.person, at=at)
        return True


def _person(row: Session) -> Person | None:
    facts = _opened(row)
    if not facts:
        return None
    return Person(
        actor=Actor(
            subject=row.subject,
            roles=frozenset(facts["roles"]),
            team=facts["team"],
            participant=settings.PARTICIPANT,
        ),
        name=facts["name"],
    )


def _sealed(found: LoggedIn) -> str:
    person = found.person
    facts = {
        "roles": sorted(person.actor.roles),
        "team": person.actor.team,
        "name": person.name,
        "proof": found.proof,
    }
    return _cipher(settings.SECRET_KEY).encrypt(json.dumps(facts).encode()).decode()


def _opened(row: Session) -> dict[str, str]:
    """Return what is known of a person; nothing where another key sealed it, as after a change of the secret."""
    if not row.facts:
        return {}
    try:
        found: dict[str, str] = json.loads(_cipher(settings.SECRET_KEY).decrypt(row.facts.encode()))
    except InvalidToken:
        return {}
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(f"zenne session {text}".encode()).hexdigest()


@functools.cache
def _cipher(secret: str) -> Fernet:
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"zenne browser sessions").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
