"""Every call of an API says anew who calls: DRF authentication by bearer token.

There is no session and no user table: what a person may do is what the realm says now.
"""

import functools
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from federation import clock
from federation.identity import tokens
from federation.identity.actor import Actor


@dataclass(frozen=True)
class Caller:
    """What DRF calls the user: the actor, and what DRF and Django ask of a user."""

    actor: Actor
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    @property
    def pk(self) -> str:
        """The actor's subject."""
        return self.actor.subject


class BearerToken(BaseAuthentication):
    """Takes the access token from `Authorization: Bearer …`, and from nowhere else.

    Raises NoAccessToken, InvalidAccessToken, ExpiredAccessToken (401) and RealmKeysUnavailable
    (503). A view that is open to strangers has no authentication class at all.
    """

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        """Return who calls; `request.user.actor` is the actor, the token itself is kept nowhere."""
        header: Any = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, token = str(header).partition(" ")
        if not header or scheme.lower() != "bearer":
            raise tokens.NoAccessToken
        return Caller(_verifier().actor(token.strip(), at=clock.now())), None

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401 (RFC 6750)."""
        del request
        return tokens.NoAccessToken.challenge


def _verifier() -> tokens.Verifier:
    return _verifier_of(
        settings.TOKEN_ISSUER,
        settings.TOKEN_JWKS_URL,
        settings.TOKEN_AUDIENCE,
        tuple(settings.TOKEN_AUTHORIZED_PARTIES),
        settings.PARTICIPANT,
    )


@functools.cache
def _verifier_of(
    issuer: str, jwks_url: str, audience: str, parties: tuple[str, ...], participant: str
) -> tokens.Verifier:
    """Return the one verifier of these settings in this process, whose keys all threads share."""
    return tokens.verifier(
        issuer=issuer, jwks_url=jwks_url, audience=audience, parties=parties, participant=participant
    )
