"""How a program of this repository logs in: as a browser does, through the login page.

No client of any realm has a grant by which a program could send a password straight for a token,
and none shall get one for the sake of tests. So this reads the login form, fills it in and posts
it, and changes the code of the redirect for an access token (authorization code with PKCE, RFC
7636). The redirect goes to 127.0.0.1, where nobody needs to listen: the address is enough.
"""

import argparse
import base64
import dataclasses
import hashlib
import html.parser
import json
import pathlib
import secrets
import sys
import threading
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

import door
from federation import clock
from local import instances

CLIENT = "zenne-cli"
REDIRECT = "http://127.0.0.1/callback"
UNUSED_SECONDS = 60
"""A token with less life than this is not handed out again: the work it is for may take a while."""

OK = 200
REDIRECTS = {302, 303}


class LoginUnavailable(Exception):
    """The identity provider has a fault (5xx), as while its database starts again: the same login succeeds later."""


class LoginRefused(Exception):
    """The login page gave no code, or the realm no token. Says which step, never a password."""


class NoSuchUser(LookupError):
    """The instance has no such demo user."""


@dataclasses.dataclass
class _Form(html.parser.HTMLParser):
    """The first form of a page: where it goes and what it already holds."""

    action: str | None = None
    fields: dict[str, str] = dataclasses.field(default_factory=dict)
    _inside: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Will note the form's address and the values of its inputs."""
        values = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = values.get("action")
            self._inside = True
        elif tag == "input" and self._inside and values.get("name"):
            self.fields[str(values["name"])] = values.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """Will note where the form ends."""
        if tag == "form":
            self._inside = False


@dataclasses.dataclass(frozen=True)
class _Held:
    token: str
    ends: float


_held: dict[tuple[str, str], _Held] = {}
_lock = threading.Lock()


def login(demo: Mapping[str, Any], participant: str, user: str) -> str:
    """Return an access token of `user` at `participant`, as `demo.json` describes both.

    One that was got before is given again until its end is near. Raises NoSuchUser, LoginRefused and LoginUnavailable.
    """
    town, password = _find(demo, participant, user)
    key = (town["issuer"], user)
    with _lock:
        held = _held.get(key)
        if held is None or held.ends - clock.now().timestamp() < UNUSED_SECONDS:
            held = _log_in(town["issuer"], town.get("clientId", CLIENT), user, password, demo["gateway"]["ca"])
            _held[key] = held
    return held.token


def forget(demo: Mapping[str, Any], participant: str, user: str) -> None:
    """Will make the next `login` of this user a real one, as after a change of roles."""
    town, _ = _find(demo, participant, user)
    with _lock:
        _held.pop((town["issuer"], user), None)


def _find(demo: Mapping[str, Any], participant: str, user: str) -> tuple[Mapping[str, Any], str]:
    for town in demo["participants"]:
        if town["id"] == participant:
            for one in town["users"]:
                if one["name"] == user:
                    return town, one["password"]
            known = ", ".join(one["name"] for one in town["users"])
            message = f"{participant} has no user {user!r}; its users are: {known}"
            raise NoSuchUser(message)
    known = ", ".join(town["id"] for town in demo["participants"])
    message = f"There is no participant {participant!r}; there are: {known}"
    raise NoSuchUser(message)


def _log_in(issuer: str, client_id: str, user: str, password: str, ca_file: str) -> _Held:
    verifier = secrets.token_urlsafe(64)
    with door.client(issuer, pathlib.Path(ca_file), timeout=60.0) as http:
        code = authorize(http, issuer, client_id, user, password, verifier=verifier)
        answer = http.post(
            f"{issuer}/protocol/openid-connect/token",
            data={
                "grant_type": "authorization_code",
                "client_id": client_id,
                "code": code,
                "redirect_uri": REDIRECT,
                "code_verifier": verifier,
            },
        )
    _check_health(answer)
    if answer.status_code != OK:
        message = f"The realm gave no token for the code: {answer.status_code}, {_reason(answer)}"
        raise LoginRefused(message)
    got = answer.json()
    return _Held(got["access_token"], clock.now().timestamp() + got["expires_in"])


def authorize(http: httpx.Client, issuer: str, client_id: str, user: str, password: str, *, verifier: str) -> str:
    """Return the authorization code that the login page gives to `user`; raises LoginRefused, LoginUnavailable."""
    state = secrets.token_urlsafe(24)
    digest = hashlib.sha256(verifier.encode()).digest()
    page = http.get(
        f"{issuer}/protocol/openid-connect/auth",
        params={
            "client_id": client_id,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        },
    )
    _check_health(page)
    form = _Form()
    if page.status_code == OK:
        form.feed(page.text)
    if form.action is None or "username" not in form.fields:
        message = f"No login form came: {page.status_code}, {_reason(page)}"
        raise LoginRefused(message)
    answer = http.post(form.action, data={**form.fields, "username": user, "password": password})
    _check_health(answer)
    if answer.status_code not in REDIRECTS:
        message = f"The login page did not accept {user} ({answer.status_code}): wrong password, or locked for a while"
        raise LoginRefused(message)
    return _code(answer.headers["location"], state)


def _code(location: str, state: str) -> str:
    """Return the code in the redirect, after the check that it is the answer to our own request."""
    where, _, query = location.partition("?")
    values = dict(urllib.parse.parse_qsl(query))
    if where != REDIRECT:
        message = f"The login goes on at another page than asked: {where}"
        raise LoginRefused(message)
    if values.get("state") != state or "code" not in values:
        message = f"The login ended without code: {values.get('error', 'no error is named')}"
        raise LoginRefused(message)
    return values["code"]


def _check_health(answer: httpx.Response) -> None:
    """Raise LoginUnavailable when the identity provider could not decide."""
    if answer.is_server_error:
        message = f"The identity provider has a fault ({answer.status_code}): try again in a moment"
        raise LoginUnavailable(message)


def _reason(answer: httpx.Response) -> str:
    """Return the OAuth error that an answer names; nothing else of it, since it may hold the request."""
    if "json" in answer.headers.get("content-type", ""):
        return str(answer.json().get("error", "no error is named"))
    where = urllib.parse.urlsplit(answer.headers.get("location", ""))
    return str(dict(urllib.parse.parse_qsl(where.query)).get("error", "no error is named"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print an access token of a demo user, such as els.caseworker@vilvoorde."""
    parser = argparse.ArgumentParser(prog="make token USER=…", description=main.__doc__)
    parser.add_argument("user", help="name@participant, as in demo.json")
    parser.add_argument("--instance", default="demo")
    chosen = parser.parse_args(arguments)
    name, _, participant = chosen.user.rpartition("@")
    path = instances.find(chosen.instance).folder / "demo.json"
    if not name:
        print("Say who logs in: make token USER=els.caseworker@vilvoorde", file=sys.stderr)
        return 2
    if not path.exists():
        print(f"The instance {chosen.instance} is not up ({path} is missing): make up", file=sys.stderr)
        return 1
    try:
        print(login(json.loads(path.read_text(encoding="utf-8")), participant, name))
    except (NoSuchUser, LoginRefused, LoginUnavailable) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except httpx.TransportError as problem:
        print(f"The gateway of {chosen.instance} does not answer ({type(problem).__name__}): make up", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
