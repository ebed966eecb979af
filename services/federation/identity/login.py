"""Logging in with a browser: authorization code with PKCE (RFC 7636), state and nonce, at the town's own realm.

Nothing that a browser brings is believed before the realm has said it too: the code is changed for tokens between
the two servers, and the access token is checked as every API checks it. No token ever reaches the browser or a log.
"""

import datetime
import functools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
import structlog
from authlib.oauth2.rfc6749 import parameters
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.conf import settings

from federation import errors
from federation.identity import realm_words, tokens
from federation.identity.person import LoggedIn, Person

log = structlog.get_logger(__name__)

PATIENCE = 3.0
"""Seconds that the realm has for an answer: a person waits, and a lock is held."""
OK = 200
BAD_REQUEST = 400
SERVER_ERROR = 500


class LoginRefused(errors.DomainError):
    """The login did not come to its end."""

    kind = errors.Kind.NOT_ALLOWED
    http: ClassVar[int] = 401


class SessionOver(errors.DomainError):
    """The realm says that this session has ended."""

    kind = errors.Kind.NOT_ALLOWED
    http: ClassVar[int] = 401


class RealmUnavailable(errors.DomainError):
    """The login service does not answer."""

    kind = errors.Kind.UNAVAILABLE


@dataclass(frozen=True)
class Begun:
    """A login that has begun: where the browser goes, and what must come back with it."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Realm:
    """One realm as the pages' own client sees it."""

    issuer: str
    inner: str
    """Where the two servers talk: the address of the realm's endpoints behind the gateway."""
    client_id: str
    secret: str
    callback: str
    verifier: tokens.Verifier
    reader: realm_words.Reader

    def begin(self, *, language: str) -> Begun:
        """Return the way to the login page, in the language of the reader."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url = parameters.prepare_grant_uri(
            f"{self.issuer}/protocol/openid-connect/auth",
            self.client_id,
            "code",
            redirect_uri=self.callback,
            scope="openid",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            ui_locales=language,
        )
        return Begun(url=str(url), state=state, nonce=nonce, verifier=verifier)

    def finish(self, begun: Begun, came_back: Mapping[str, str], *, at: datetime.datetime) -> LoggedIn:
        """Return who has logged in; raises LoginRefused or RealmUnavailable."""
        if not secrets.compare_digest(came_back.get("state", ""), begun.state):
            raise LoginRefused(reason="state")
        # RFC 9207: an answer of another server is not sent to ours.
        if came_back.get("iss", self.issuer) != self.issuer:
            raise LoginRefused(reason="issuer")
        if "error" in came_back or not came_back.get("code"):
            raise LoginRefused(reason="noCode")
        answer = self._ask(
            "token",
            grant_type="authorization_code",
            code=came_back["code"],
            redirect_uri=self.callback,
            code_verifier=begun.verifier,
        )
        if answer is None:
            raise LoginRefused(reason="code")
        return self._believed(answer, nonce=begun.nonce, at=at)

    def renew(self, proof: str, *, at: datetime.datetime) -> LoggedIn:
        """Return what the realm says of a person now; raises SessionOver, LoginRefused or RealmUnavailable."""
        answer = self._ask("token", grant_type="refresh_token", refresh_token=proof)
        if answer is None:
            raise SessionOver
        return self._believed(answer, nonce=None, at=at)

    def end(self, proof: str) -> None:
        """Will end the realm's session too; one that has ended before stays so. Raises RealmUnavailable."""
        self._ask("logout", refresh_token=proof)

    def _believed(self, answer: Mapping[str, Any], *, nonce: str | None, at: datetime.datetime) -> LoggedIn:
        access, proof = str(answer.get("access_token", "")), str(answer.get("refresh_token", ""))
        try:
            actor = self.verifier.actor(access, at=at)
            who = self.reader.identity(str(answer.get("id_token", "")), nonce=nonce, at=at)
        except tokens.RealmKeysUnavailable:
            raise RealmUnavailable from None
        except errors.DomainError as refusal:
            raise LoginRefused(reason=refusal.facts.get("reason", refusal.code)) from None
        if who.subject != actor.subject or not proof:
            raise LoginRefused(reason="subject")
        life = answer.get("expires_in")
        if not isinstance(life, int) or life <= 0:
            raise LoginRefused(reason="life")
        return LoggedIn(
            person=Person(actor=actor, name=who.name),
            sid=who.sid,
            proof=proof,
            good_until=at + datetime.timedelta(seconds=life),
        )

    def _ask(self, place: str, **fields: str) -> dict[str, Any] | None:
        """Return the realm's answer, None for a refusal."""
        try:
            answer = _http().post(f"{self.inner}/{place}", data=fields, auth=(self.client_id, self.secret))
        except httpx.HTTPError as problem:
            log.warning("the realm does not answer", problem=type(problem).__name__)
            raise RealmUnavailable from None
        if answer.status_code >= SERVER_ERROR:
            log.warning("the realm cannot answer", status=answer.status_code)
            raise RealmUnavailable
        if answer.status_code >= BAD_REQUEST:
            log.info("the realm refuses", place=place, error=_error(answer))
            return None
        found: dict[str, Any] = answer.json() if answer.status_code == OK else {}
        return found


def _error(answer: httpx.Response) -> str:
    """Return the OAuth error of an answer; nothing else of it."""
    try:
        return str(answer.json().get("error", "none"))
    except (ValueError, AttributeError):
        return "none"


@functools.cache
def _http() -> httpx.Client:
    return httpx.Client(timeout=PATIENCE, follow_redirects=False, trust_env=False)


def realm() -> Realm:
    """Return this participant's realm."""
    return _realm_of(
        issuer=settings.TOKEN_ISSUER,
        jwks_url=settings.TOKEN_JWKS_URL,
        audience=settings.TOKEN_AUDIENCE,
        secret=settings.WEB_CLIENT_SECRET_FILE.read_text(encoding="utf-8").strip(),
        public_url=settings.PUBLIC_URL,
        participant=settings.PARTICIPANT,
    )


@functools.lru_cache(maxsize=4)
def _realm_of(*, issuer: str, jwks_url: str, audience: str, secret: str, public_url: str, participant: str) -> Realm:
    """Return the one realm of these settings in this process, whose keys all threads share."""
    client_id = f"{audience}-web"
    verifier = tokens.verifier(
        issuer=issuer, jwks_url=jwks_url, audience=audience, parties=[client_id], participant=participant
    )
    return Realm(
        issuer=issuer,
        inner=jwks_url.rsplit("/", 1)[0],
        client_id=client_id,
        secret=secret,
        callback=f"{public_url}/account/callback",
        verifier=verifier,
        reader=realm_words.Reader(issuer=issuer, client_id=client_id, keys=verifier.keys),
    )
