"""A realm that belongs to steward's tests: brought in line by steward, damaged by the server's administrator."""

import base64
import hashlib
import json
import pathlib
import secrets
from dataclasses import dataclass

import httpx
from keycloak import KeycloakAdmin

from steward_at_work import Town

REALM = "tervuren"
STEPS = ("tenant", REALM, "--only", "realm")
PASSWORD = "a-long-password-for-tests-only"
USERNAME = "els.caseworker"
PERSON = {
    "username": USERNAME,
    "firstName": "Els",
    "lastName": "Wouters",
    "roles": ["caseworker"],
    "team": "prevention",
    "password": PASSWORD,
}
CALLBACK = "http://127.0.0.1:43111/callback"


@dataclass
class Realm:
    """A realm of these tests, steward's command over it, and the server's administrator who makes drift."""

    town: Town
    admin: KeycloakAdmin
    users: pathlib.Path

    def steward(self, *more: str) -> list[str]:
        """Return what steward changed; it must end well."""
        answer = self.town.steward(*STEPS, "--users", str(self.users), *more, of=REALM)
        assert answer.code == (3 if "--dry-run" in more and answer.changes else 0), answer.errors
        return answer.changes

    def write_users(self, **changed: object) -> None:
        """Will write the file of people, one of whom is changed."""
        self.users.touch(mode=0o600)
        self.users.write_text(json.dumps({"users": [{**PERSON, **changed}]}))

    def post(self, place: str, **data: str) -> httpx.Response:
        """Return the realm's answer to a form."""
        url = f"{self.town.components.keycloak}/realms/{REALM}/protocol/openid-connect/{place}"
        return httpx.post(url, data=data, timeout=30, trust_env=False)

    def authorize(self, **changed: str) -> httpx.Response:
        """Return the realm's answer to a browser that begins to log in."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(secrets.token_bytes(32)).digest()).rstrip(b"=").decode()
        right = {
            "client_id": "zenne-cli",
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        asked = {name: value for name, value in {**right, **changed}.items() if value}
        url = f"{self.town.components.keycloak}/realms/{REALM}/protocol/openid-connect/auth"
        return httpx.get(url, params=asked, timeout=30, trust_env=False, follow_redirects=False)

    def client(self, name: str) -> str:
        """Return the server's id of a client."""
        return str(self.admin.get_client_id(name))

    def scope(self, name: str) -> str:
        """Return the server's id of a client scope."""
        return next(str(scope["id"]) for scope in self.admin.get_client_scopes() if scope["name"] == name)

    @property
    def person(self) -> str:
        """The server's id of the person of these tests."""
        return str(self.admin.get_user_id(USERNAME))
