"""The list of attacks on the door: each with the exact answer, and what got through is counted."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import gate as gates
import realm as realms
import wire
from gateway import rules

API = "/api/casework/v1/cases"
HOST = "vilvoorde.localhost"
LIMIT = rules.load().tenant.body_bytes


CERTS = "/realms/vilvoorde/protocol/openid-connect/certs"

Send = Callable[[gates.Gate], wire.Answer]
Signer = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Refusal:
    """What the door answers: a status and the last word of the problem's type, where it says one."""

    status: int
    type: str = ""


CLOSED = Refusal(0)
MALFORMED = Refusal(400, "badRequest")
MISSING = Refusal(401, "noAccessToken")
INVALID = Refusal(401, "invalidAccessToken")
EXPIRED = Refusal(401, "expiredAccessToken")
NOT_HERE = Refusal(404, "resourceNotFound")
NO_METHOD = Refusal(405, "methodNotAllowed")
TOO_LARGE = Refusal(413, "payloadTooLarge")
HEADERS_TOO_LARGE = Refusal(431, "badRequest")
UNAVAILABLE = Refusal(503, "serviceUnavailable")


def forged(header: dict[str, object], key: Callable[[gates.Gate], Signer]) -> Send:
    """Return the sending of right claims under another header and another signature."""

    def send(g: gates.Gate) -> wire.Answer:
        own = g.realm_of["vilvoorde"]
        claims = json.loads(_decoded(g.token().split(".")[1]))
        return g.ask(token=realms.compact(own.header(**header), claims, key(g)))

    return send


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _own(g: gates.Gate) -> Signer:
    return g.realm_of["vilvoorde"].key.sign


def _stranger(g: gates.Gate) -> Signer:
    return g.stranger.sign


def _public_key_as_secret(g: gates.Gate) -> Signer:
    secret = g.realm_of["vilvoorde"].key.pem
    return lambda data: hmac.new(secret, data, hashlib.sha256).digest()


def claims(**changed: Any) -> Send:
    """Return the sending of a token of the town's own realm with these claims."""
    return lambda g: g.ask(token=g.token(**changed))


def path(text: str, *, token: bool = True) -> Send:
    """Return a request for exactly this path."""
    return lambda g: g.ask(text, token=g.token() if token else None)


def raw(lines: str, body: bytes = b"") -> Send:
    """Return a POST with a right token and these header lines as they are."""
    return lambda g: g.send(
        f"POST {API} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {g.token()}\r\n{lines}\r\n".encode() + body
    )


SMUGGLED = f"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
CHUNKS = b"".join(b"4000\r\n" + b"x" * 16384 + b"\r\n" for _ in range(17)) + b"0\r\n\r\n"

REFUSED: dict[str, tuple[Send, Refusal]] = {
    # whose token
    "no token": (lambda g: g.ask(), MISSING),
    "a password instead": (lambda g: g.ask(headers=("Authorization: Basic ZWxzOng=",)), MISSING),
    "a token without its scheme": (lambda g: g.ask(headers=(f"Authorization: {g.token()}",)), MISSING),
    "nonsense as token": (lambda g: g.ask(token="abc"), INVALID),
    "token of the other town": (lambda g: g.ask(token=g.token("molenbeek")), INVALID),
    "token of the other town under our issuer": (
        lambda g: g.ask(token=g.token("molenbeek", iss=g.realm_of["vilvoorde"].issuer)), INVALID
    ),
    "key of a stranger": (forged({}, _stranger), INVALID),
    "key of a stranger, sent along": (
        lambda g: forged({"jwk": g.stranger.jwk}, _stranger)(g), INVALID
    ),
    "key of a stranger, to be fetched": (
        lambda g: forged({"jku": f"http://127.0.0.1:{g.keycloak.port}/x"}, _stranger)(g), INVALID
    ),
    "unknown kid": (forged({"kid": "vilvoorde-9"}, _own), INVALID),
    "algorithm none": (forged({"alg": "none"}, lambda _: lambda _: b"x"), INVALID),
    "public key as shared secret": (forged({"alg": "HS256"}, _public_key_as_secret), INVALID),
    "issuer with a slash more": (
        lambda g: g.ask(token=g.token(iss=g.realm_of["vilvoorde"].issuer + "/")), INVALID
    ),
    "issuer that begins as ours": (
        lambda g: g.ask(token=g.token(iss=g.realm_of["vilvoorde"].issuer + "-x")), INVALID
    ),
    "issuer without the port": (
        claims(iss="https://login.localhost/realms/vilvoorde"), INVALID
    ),
    "no issuer": (claims(iss=None), INVALID),
    "audience of another service": (claims(aud="regional"), INVALID),
    "no audience": (claims(aud=None), INVALID),
    "expired": (claims(exp=1_700_000_000), EXPIRED),
    "without end": (claims(exp=None), INVALID),
    "not valid yet": (claims(nbf=4_000_000_000), INVALID),
    "token in the query": (lambda g: g.ask(f"{API}?access_token={g.token()}"), MISSING),
    "token in a cookie": (lambda g: g.ask(headers=(f"Cookie: access_token={g.token()}",)), MISSING),
    "foreign token before the right one": (
        lambda g: g.ask(token=g.token(), headers=(f"Authorization: Bearer {g.token('molenbeek')}",)),
        INVALID,
    ),
    "right token before a foreign one": (
        lambda g: g.ask(token=g.token("molenbeek"), headers=(f"Authorization: Bearer {g.token()}",)), INVALID
    ),
    "a realm whose keys nobody can fetch": (
        lambda g: g.ask(name="evere.localhost", token=g.token("evere")), UNAVAILABLE
    ),
    # which host
    "name that no tenant file has": (lambda g: g.ask(name="evil.localhost", token=g.token()), CLOSED),
    "name below a known one": (lambda g: g.ask(name="x.vilvoorde.localhost", token=g.token()), CLOSED),
    "no name": (lambda g: g.ask(name="127.0.0.1", token=g.token()), CLOSED),
    "unknown host under a known name": (lambda g: g.ask(host="evil.localhost", token=g.token()), NOT_HERE),
    "the other town's host, its token": (
        lambda g: g.ask(host="molenbeek.localhost", token=g.token("molenbeek")), INVALID
    ),
    "the other town's host, our token": (
        lambda g: g.ask(host="molenbeek.localhost", token=g.token()), NOT_HERE
    ),
    "the login host under a town's name": (
        lambda g: g.ask(CERTS, host="login.localhost", token=g.token()), NOT_HERE
    ),
    "a town's host under the login name": (
        lambda g: g.ask(name="login.localhost", host=HOST, token=g.token()), NOT_HERE
    ),
    "a town's host with another port": (lambda g: g.ask(host=f"{HOST}:1", token=g.token()), NOT_HERE),
    "a town's host with a dot": (lambda g: g.ask(host=f"{HOST}.", token=g.token()), NOT_HERE),
    "an empty host": (lambda g: g.send(b"GET /health HTTP/1.1\r\nHost: \r\n\r\n"), NOT_HERE),
    "no host": (lambda g: g.send(b"GET /health HTTP/1.1\r\n\r\n"), MALFORMED),
    "two hosts": (lambda g: g.ask(token=g.token(), headers=("Host: molenbeek.localhost",)), NOT_HERE),
    "another host in the request line": (path("http://evil.localhost/health"), NOT_HERE),
    "the other town in the request line": (path("https://molenbeek.localhost/api"), NOT_HERE),
    # which path
    "escaped slash": (path("/api%2fx"), MALFORMED),
    "escaped slash in capitals": (path("/api%2Fx"), MALFORMED),
    "escaped backslash": (path("/api%5cx"), MALFORMED),
    "escaped zero": (path("/api%00x"), MALFORMED),
    "out of the open path by dots": (path("/health/../api", token=False), MISSING),
    "out of the open path by escaped dots": (path("/health/%2e%2e/api", token=False), MISSING),
    "out of the open path by escaped slash": (path("/health%2f..%2fapi", token=False), MALFORMED),
    "out of the open path by semicolon": (path("/health;/../api", token=False), MISSING),
    "the API with a letter escaped": (path("/%61pi/casework/v1/cases", token=False), MISSING),
    "the API by a slash more": (path("//api/casework/v1/cases", token=False), MISSING),
    "the API's health": (path("/api/casework/v1/health", token=False), MISSING),
    "the graph": (path("/graphql", token=False), MISSING),
    "the graph with a query": (path("/graphql?query={a}", token=False), MISSING),
    "out of the pages by dots": (path("/cases/../graphql", token=False), MISSING),
    "a fragment": (path("/health#/api"), MALFORMED),
    # which method
    "TRACE": (lambda g: g.ask(method="TRACE", token=g.token()), NO_METHOD),
    "CONNECT": (lambda g: g.send(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()), NO_METHOD),
    "CONNECT with a right token": (lambda g: g.ask("127.0.0.1:1", method="CONNECT", token=g.token()), NO_METHOD),
    "a method that nobody knows": (lambda g: g.ask(method="BREW", token=g.token()), MALFORMED),
    "a websocket": (
        lambda g: g.ask(token=g.token(), headers=("Upgrade: websocket", "Connection: Upgrade")), Refusal(403)
    ),
    "HTTP/0.9": (lambda g: g.send(b"GET /health\r\n\r\n"), Refusal(426)),
    "HTTP/1.0": (lambda g: g.send(b"GET /health HTTP/1.0\r\nHost: vilvoorde.localhost\r\n\r\n"), Refusal(426)),
    "no HTTP": (lambda g: g.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n"), MALFORMED),
    # which headers
    "underscore in a name": (lambda g: g.ask(token=g.token(), headers=("Zenne_Tenant: x",)), MALFORMED),
    "underscore for a hyphen": (lambda g: g.ask(token=g.token(), headers=("X_Forwarded_For: 1.2.3.4",)), MALFORMED),
    "a name with a blank": (raw("Zenne-Purpose : x\r\nContent-Length: 0\r\n"), MALFORMED),
    "the door's own header for this hop only": (
        lambda g: g.ask(token=g.token(), headers=("Connection: x-forwarded-proto",)), MALFORMED
    ),
    "the caller's address for this hop only": (
        lambda g: g.ask(token=g.token(), headers=("Connection: close, x-forwarded-for",)), MALFORMED
    ),
    "an empty name": (raw(": x\r\nContent-Length: 0\r\n"), MALFORMED),
    "a zero in a value": (raw("Zenne-Purpose: a\0b\r\nContent-Length: 0\r\n"), MALFORMED),
    "70 kB of headers": (lambda g: g.ask(token=g.token(), headers=("X-Big: " + "a" * 70_000,)), HEADERS_TOO_LARGE),
    "61 headers": (lambda g: g.ask(token=g.token(), headers=tuple(f"X-{n}: a" for n in range(61))), HEADERS_TOO_LARGE),
    # how long is it
    "two ways to say the length": (raw("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", SMUGGLED), MALFORMED),
    "the same, turned around": (raw("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", SMUGGLED), MALFORMED),
    "two lengths": (raw("Content-Length: 6\r\nContent-Length: 5\r\n", SMUGGLED), MALFORMED),
    "two lengths in one": (raw("Content-Length: 6, 5\r\n", SMUGGLED), MALFORMED),
    "negative length": (raw("Content-Length: -1\r\n", SMUGGLED), MALFORMED),
    "length with a sign": (raw("Content-Length: +6\r\n", SMUGGLED), MALFORMED),
    "length in hex": (raw("Content-Length: 0x6\r\n", SMUGGLED), MALFORMED),
    "unknown coding": (raw("Transfer-Encoding: xchunked\r\n", SMUGGLED), Refusal(501)),
    "two codings": (raw("Transfer-Encoding: chunked, identity\r\n", SMUGGLED), Refusal(501)),
    "coding hidden by a tab": (raw("Transfer-Encoding:\tchunked\r\nContent-Length: 6\r\n", SMUGGLED), MALFORMED),
    "coding before a vertical tab": (raw("Transfer-Encoding: \x0bchunked\r\n", SMUGGLED), MALFORMED),
    "a chunk whose length is nonsense": (raw("Transfer-Encoding: chunked\r\n", b"zz\r\nabc\r\n0\r\n\r\n"), MALFORMED),
    # how much
    "one byte too much": (
        lambda g: g.ask(method="POST", token=g.token(), body=b"x" * (LIMIT + 1)), TOO_LARGE
    ),
    "10 MB": (lambda g: g.ask(method="POST", token=g.token(), body=b"x" * 10_000_000), TOO_LARGE),
    "too much in chunks": (raw("Transfer-Encoding: chunked\r\n", CHUNKS), TOO_LARGE),
    "10 MB without a token": (lambda g: g.ask(method="POST", body=b"x" * 10_000_000), MISSING),
}  # fmt: skip

LET_IN: dict[str, tuple[Send, str]] = {
    "a right token": (claims(), API),
    "health without a token": (path("/health", token=False), "/health"),
    "health with a query": (path("/health?a=b", token=False), "/health?a=b"),
    "health with a slash more": (path("//health", token=False), "/health"),
    "health by a way round": (path("/x/../health", token=False), "/health"),
    "a page without a token": (path("/cases/new", token=False), "/cases/new"),
    "a page in capitals is not the API": (path("/API/casework", token=False), "/API/casework"),
    "a page with a forged token": (lambda g: g.ask("/cases", token="abc"), "/cases"),
    "the host with the port": (lambda g: g.ask(host=f"{HOST}:{g.port}", token=g.token()), API),
    "the host in capitals": (lambda g: g.ask(host="VILVOORDE.localhost", token=g.token()), API),
    "slashes that come to one": (path("/api//casework///v1/cases"), API),
    "dots that come to nothing": (path("/api/./casework/v1/x/../cases"), API),
    "escaped dots that come to nothing": (path("/api/casework/v1/x/%2e%2e/cases"), API),
    "above the root there is nothing but the root": (path("/../../etc/passwd"), "/etc/passwd"),
    "a header's value over two lines": (raw("Zenne-Purpose: a\r\n b\r\nContent-Length: 0\r\n"), API),
    "as large a body as allowed": (lambda g: g.ask(method="POST", token=g.token(), body=b"x" * LIMIT), API),
    "a body in chunks": (raw("Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n"), API),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_door_refuses(name: str, gate: gates.Gate) -> None:
    send, refusal = REFUSED[name]
    before = gate.reached

    answer = send(gate)

    assert Refusal(answer.status, answer.type) == refusal
    assert gate.reached == before


@pytest.mark.parametrize("name", LET_IN)
def test_the_door_lets_in_and_the_service_sees_one_form(name: str, gate: gates.Gate) -> None:
    send, seen = LET_IN[name]
    before = gate.reached

    answer = send(gate)

    assert (answer.status, answer.json) == (200, {"service": "vilvoorde", "path": seen})
    assert gate.reached == before + 1


def test_the_list_is_as_long_as_it_has_to_be() -> None:
    assert len(REFUSED) + len(LET_IN) >= 90
