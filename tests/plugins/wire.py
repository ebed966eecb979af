"""Bytes as an attacker sends them: raw requests over TLS, with any name in the handshake and any text after it.

A proper HTTP client repairs or refuses most of these. The certificate is verified all the same,
for the name in the handshake.
"""

import contextlib
import json
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Any

import door

LONGEST_WAIT = 20.0


@dataclass(frozen=True)
class Answer:
    """What came back: the status, 0 for a connection that ended without one, and the body."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON; empty when it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def type(self) -> str:
        """The last word of the problem's type."""
        return str(self.json.get("type", "")).rpartition(":")[2]


NOTHING = Answer(0)


def connect(
    port: int,
    ca_file: str,
    name: str,
    *,
    version: ssl.TLSVersion | None = None,
) -> ssl.SSLSocket:
    """Return a TLS connection to the door for `name`; an IP address as name sends no name at all."""
    context = door.trusting(ca_file)
    context.set_alpn_protocols(["http/1.1"])
    if version is not None:
        context.minimum_version = version
        context.maximum_version = version
    return context.wrap_socket(socket.create_connection((door.LOOPBACK, port), 5), server_hostname=name)


def exchange(stream: ssl.SSLSocket, request: bytes) -> Answer:
    """Send `request` and return the first answer, or NOTHING when the door closes without one."""
    stream.settimeout(LONGEST_WAIT)
    # The door may answer and close before all is sent; its answer is still to be read.
    with contextlib.suppress(OSError):
        stream.sendall(request)
    return _answer(stream)


def _answer(stream: ssl.SSLSocket) -> Answer:
    received = b""
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end:
        head, found, body = received.partition(b"\r\n\r\n")
        if found:
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            if len(body) >= int(headers.get("content-length", "0")):
                return Answer(int(lines[0].split()[1]), body, headers)
        try:
            piece = stream.recv(65536)
        except (ConnectionError, TimeoutError, ssl.SSLError):
            break
        if not piece:
            break
        received += piece
    return NOTHING


def send(port: int, ca_file: str, name: str, request: bytes) -> Answer:
    """Send `request` over a connection of its own; NOTHING also when the handshake is refused."""
    try:
        stream = connect(port, ca_file, name)
    except (ConnectionError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
        return NOTHING
    with stream:
        return exchange(stream, request)
