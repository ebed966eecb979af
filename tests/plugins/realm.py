"""A realm that tests own: its keys, its tokens as right or as wrong as one likes, and its key server.

Tokens are put together by hand, not by a JOSE library: a library refuses to make most of what an
attacker sends.
"""

import base64
import contextlib
import http.server
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Json = dict[str, Any]
Signer = Callable[[bytes], bytes]

SUBJECT = "0b5e1d5c-6a53-4f0e-9d40-2f2f3a6f9a01"


def b64(raw: bytes) -> str:
    """Return `raw` as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(header: Json | bytes, claims: Json | bytes, sign: Signer) -> str:
    """Return a compact JWS of exactly these bytes."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims)]
    signed = ".".join(b64(part) for part in parts)
    return f"{signed}.{b64(sign(signed.encode()))}"


@dataclass(frozen=True)
class Key:
    """One RSA key with its name."""

    kid: str
    private: rsa.RSAPrivateKey

    def sign(self, data: bytes) -> bytes:
        """Return the RS256 signature of `data`."""
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    @property
    def pem(self) -> bytes:
        """The public key as PEM, which an attacker has too."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form)

    @property
    def jwk(self) -> Json:
        """The public key as a realm publishes it."""
        numbers = self.private.public_key().public_numbers()
        n, e = (b64(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (numbers.n, numbers.e))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e}


def make_key(kid: str, *, bits: int = 2048) -> Key:
    """Return a new key."""
    return Key(kid, rsa.generate_private_key(public_exponent=65537, key_size=bits))


@dataclass(frozen=True)
class Realm:
    """A realm of a municipality: its issuer and its signing key."""

    issuer: str
    key: Key
    audience: str = "municipal"

    def header(self, **changed: Any) -> Json:
        """Return the header of a right token; a value of None takes the name out."""
        return _changed({"alg": "RS256", "typ": "at+jwt", "kid": self.key.kid}, changed)

    def claims(self, at: float, **changed: Any) -> Json:
        """Return the claims of a right token that began at `at` and lives five minutes."""
        right = {
            "iss": self.issuer,
            "aud": self.audience,
            "azp": "zenne-cli",
            "typ": "Bearer",
            "sub": SUBJECT,
            "iat": int(at),
            "exp": int(at) + 300,
            "jti": "d3b0f1c2-4c53-4a53-8f0e-9d402f2f3a6f",
            "roles": ["caseworker"],
            "team": "prevention",
        }
        return _changed(right, changed)

    def token(self, at: float, **changed: Any) -> str:
        """Return a token as this realm gives it, but for the `changed` claims."""
        return compact(self.header(), self.claims(at, **changed), self.key.sign)


def _changed(right: Json, changed: Json) -> Json:
    return {name: value for name, value in {**right, **changed}.items() if value is not None}


@dataclass
class KeyServer:
    """Where realms publish their keys, in Keycloak's place: says what it is told to and counts who asks for keys.

    Everything else that arrives, such as a browser's request through the door, stands in `others`.
    """

    port: int = 0
    status: int = 200
    asked: int = 0
    others: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    published: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, tuple[int, Json]] = field(default_factory=dict)
    """What a realm says to a form, by its last part of the address: token or logout."""
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """The forms that arrived, and where."""

    def publish(self, realm: str, *keys: Json) -> None:
        """Publish exactly these keys for `realm`."""
        self.published[self.path(realm)] = json.dumps({"keys": list(keys)}).encode()

    @staticmethod
    def path(realm: str) -> str:
        """Return where a realm's keys stand, as at Keycloak."""
        return f"/realms/{realm}/protocol/openid-connect/certs"

    def url(self, realm: str) -> str:
        """Return the inner address of a realm's keys."""
        return f"http://127.0.0.1:{self.port}{self.path(realm)}"


@contextlib.contextmanager
def key_server() -> Iterator[KeyServer]:
    """Run a key server on a free port of the loopback."""
    state = KeyServer()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers["Host"] == f"127.0.0.1:{state.port}":
                state.asked += 1
            else:
                state.others.append(f"{self.command} {self.path}")
                state.headers = {name.lower(): value for name, value in self.headers.items()}
            body = state.published.get(self.path, b"{}")
            self.send_response(state.status if self.path in state.published else 404)
            if state.status == 302:
                self.send_header("Location", f"http://127.0.0.1:{state.port}/elsewhere")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            place = self.path.rsplit("/", 1)[-1]
            if place not in state.answers:
                self.do_GET()
                return
            state.forms.append((place, dict(urllib.parse.parse_qsl(sent))))
            status, answer = state.answers[place]
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
