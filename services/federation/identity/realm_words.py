"""The other two kinds of the realm's tokens: who logged in (ID token), and that a session has ended (logout token).

Both are signed like access tokens and checked as strictly. Each says what it is: none can stand in for another.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from federation.identity import tokens
from federation.identity.tokens import InvalidAccessToken, RealmKeys

ID_TYPES = frozenset({"jwt"})
LOGOUT_TYPES = frozenset({"logout+jwt"})
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_IS_NEWS_FOR = datetime.timedelta(minutes=5)
LONGEST_NAME = 60


@dataclass(frozen=True)
class Identity:
    """What an ID token says: whose session it is and how colleagues call the person."""

    subject: str
    sid: str
    name: str


@dataclass(frozen=True)
class Ended:
    """What a logout token says: this session of the realm, or all sessions of this person, have ended."""

    sid: str
    subject: str


@dataclass(frozen=True)
class Reader:
    """What one client believes: words of its own realm that are meant for it."""

    issuer: str
    client_id: str
    keys: RealmKeys

    def identity(self, token: str, *, nonce: str | None, at: datetime.datetime) -> Identity:
        """Return who logged in; `nonce` is that of the login, None where the realm was asked again.

        Raises InvalidAccessToken, ExpiredAccessToken or RealmKeysUnavailable.
        """
        claims = self._read(token, ID_TYPES, at)
        if claims.get("typ") != "ID":
            raise InvalidAccessToken(reason="type")
        if claims.get("azp", self.client_id) != self.client_id:
            raise InvalidAccessToken(reason="authorizedParty")
        if nonce is not None and claims.get("nonce") != nonce:
            raise InvalidAccessToken(reason="nonce")
        tokens.check_time(claims, at)
        return Identity(subject=_text(claims, "sub"), sid=_text(claims, "sid"), name=_name(claims))

    def ended(self, token: str, *, at: datetime.datetime) -> Ended:
        """Return what has ended (OpenID Connect Back-Channel Logout 1.0, section 2.6).

        Raises InvalidAccessToken, ExpiredAccessToken or RealmKeysUnavailable.
        """
        claims = self._read(token, LOGOUT_TYPES, at)
        events = claims.get("events")
        if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
            raise InvalidAccessToken(reason="events")
        # With a nonce it would be an ID token, which anybody in between could have kept.
        if "nonce" in claims:
            raise InvalidAccessToken(reason="nonce")
        _text(claims, "jti")
        tokens.check_time(claims, at)
        if at.timestamp() - claims["iat"] > LOGOUT_IS_NEWS_FOR.total_seconds():
            raise InvalidAccessToken(reason="iat")
        found = Ended(sid=_text(claims, "sid", needed=False), subject=_text(claims, "sub", needed=False))
        if not found.sid and not found.subject:
            raise InvalidAccessToken(reason="subject")
        return found

    def _read(self, token: str, kinds: frozenset[str], at: datetime.datetime) -> dict[str, Any]:
        claims = tokens.signed(token, kinds=kinds, keys=self.keys, at=at)
        if claims.get("iss") != self.issuer:
            raise InvalidAccessToken(reason="issuer")
        if claims.get("aud") not in (self.client_id, [self.client_id]):
            raise InvalidAccessToken(reason="audience")
        return claims


def _text(claims: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = claims.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not value:
        raise InvalidAccessToken(reason=name)
    return value


def _name(claims: Mapping[str, Any]) -> str:
    """Return the name as colleagues say it: given name and first letter of the family name."""
    given, family = (" ".join(str(claims.get(name, "")).split()) for name in ("given_name", "family_name"))
    return f"{given} {family[:1] + '.' if family else ''}".strip()[:LONGEST_NAME]
