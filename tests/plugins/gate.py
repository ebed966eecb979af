"""A door of its own for tests: the real Envoy with the real rules.

Behind it stand services that only write down what reaches them.
"""

import contextlib
import dataclasses
import functools
import http.server
import importlib.util
import json
import pathlib
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import realm as realms
import waiting
import wire
from gateway import render, rules
from local import tls

TOWNS = ("vilvoorde", "molenbeek", "evere")
"""evere stands in the tenant files, but its web process and its realm are not there."""


@dataclass(frozen=True)
class Town:
    """As much of a tenant file as the door reads."""

    id: str
    level: str = "municipal"

    @property
    def host(self) -> str:
        """The name that callers use."""
        return f"{self.id}.localhost"

    @property
    def issuer(self) -> str:
        """The realm's issuer, as in the tenant file: without a port."""
        return f"https://login.localhost/realms/{self.id}"


@dataclass
class Service:
    """What stands behind the door: it answers everything with 200 and notes it."""

    name: str
    seen: list[dict[str, Any]] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)

    @property
    def last(self) -> dict[str, Any]:
        """The request that came last."""
        return self.seen[-1]


class _Noting(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def address_string(self) -> str:
        return "door"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        """Say nothing."""

    def _note(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        self.service.seen.append({"method": self.command, "path": self.path, "headers": headers, "body": len(body)})
        if self.path == "/slow":
            self.service.held.wait(30)
        answer = json.dumps({"service": self.service.name, "path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Powered-By", "a test")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
    setattr(_Noting, f"do_{_method}", _Noting._note)  # noqa: SLF001 -- the class's own, under the names that its base calls


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextlib.contextmanager
def service(name: str, path: pathlib.Path) -> Iterator[Service]:
    """Run a service on the unix socket `path`."""
    noted = Service(name)
    server = _UnixServer(str(path), type("Noting", (_Noting,), {"service": noted}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield noted
    finally:
        noted.held.set()
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Gate:
    """A running door and everything around it."""

    port: int
    ca_file: str
    log_file: pathlib.Path
    realm_of: dict[str, realms.Realm]
    stranger: realms.Key
    keycloak: realms.KeyServer
    services: dict[str, Service]
    config: dict[str, Any]

    @property
    def reached(self) -> int:
        """How many requests got through the door, key fetches apart."""
        return sum(len(service.seen) for service in self.services.values()) + len(self.keycloak.others)

    def token(self, town: str = "vilvoorde", **claims: Any) -> str:
        """Return a right token of a town's realm but for these claims."""
        return self.realm_of[town].token(time.time(), **claims)

    def send(self, request: bytes, *, name: str = "vilvoorde.localhost") -> wire.Answer:
        """Send these bytes under `name` and return the answer."""
        return wire.send(self.port, self.ca_file, name, request)

    def ask(
        self,
        path: str = "/api/casework/v1/cases",
        *,
        name: str = "vilvoorde.localhost",
        host: str | None = None,
        method: str = "GET",
        token: str | None = None,
        headers: tuple[str, ...] = (),
        body: bytes = b"",
    ) -> wire.Answer:
        """Send one request whose parts are put on the wire as they are."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host or name}", *headers]
        if token is not None:
            lines.append(f"Authorization: Bearer {token}")
        if body:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n"
        return self.send(head.encode() + body, name=name)


def _binary() -> str:
    found = importlib.util.find_spec("envoy")
    assert found is not None
    assert found.origin is not None
    return str(pathlib.Path(found.origin).parent / "_bin" / "envoy")


@contextlib.contextmanager
def _envoy(config: dict[str, Any], folder: pathlib.Path, port: int) -> Iterator[None]:
    path = folder / "envoy.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    command = [_binary(), "-c", str(path), "--disable-hot-restart", "--concurrency", "1"]
    quiet = ["--log-level", "error", "--file-flush-interval-msec", "50"]
    with (folder / "envoy.log").open("wb") as log:
        process = subprocess.Popen([*command, *quiet], stdout=log, stderr=log)
        try:
            waiting.until(lambda: process.poll() is not None or _listens(port), "Envoy listens")
            assert process.poll() is None, (folder / "envoy.log").read_text(encoding="utf-8")
            yield
        finally:
            process.terminate()
            process.wait(20)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@functools.cache
def _key(kid: str) -> realms.Key:
    """Return the key of that name, made once in a run: making one takes longer than a test."""
    return realms.make_key(kid)


@contextlib.contextmanager
def gate(folder: pathlib.Path, change: Callable[[rules.Rules], rules.Rules] = lambda right: right) -> Iterator[Gate]:
    """Run a door in `folder` with the rules of this repository, but for what `change` changes."""
    port = free_port()
    authority = tls.Authority(folder / "tls", name="a door of tests")
    towns = [Town(name) for name in TOWNS]
    for host in [rules.load().login.host, *(town.host for town in towns)]:
        authority.issue(folder / "tls" / f"{host}.pem", name=host, hosts=[host], server=True)
    sockets = {town.id: folder / f"{town.id}.sock" for town in towns}
    with contextlib.ExitStack() as stack:
        keycloak = stack.enter_context(realms.key_server())
        owned = {town.id: realms.Realm(render.with_port(town.issuer, port), _key(f"{town.id}-1")) for town in towns}
        for name in ("vilvoorde", "molenbeek"):
            keycloak.publish(name, owned[name].key.jwk)
        running = {name: stack.enter_context(service(name, sockets[name])) for name in ("vilvoorde", "molenbeek")}
        config = render.envoy_config(
            towns,
            port=port,
            sockets={name: str(path) for name, path in sockets.items()},
            keycloak_port=keycloak.port,
            tls_folder=folder / "tls",
            log_file=folder / "access.log",
            admin_socket=folder / "admin.sock",
            with_rules=change(rules.load()),
        )
        stack.enter_context(_envoy(config, folder, port))
        yield Gate(
            port=port,
            ca_file=str(authority.certificate_file),
            log_file=folder / "access.log",
            realm_of=owned,
            stranger=dataclasses.replace(_key("stranger"), kid="vilvoorde-1"),
            keycloak=keycloak,
            services=running,
            config=config,
        )


def tight(right: rules.Rules) -> rules.Rules:
    """Return rules under which every limit is reached by a handful of requests and in a second."""
    small = dataclasses.replace(
        right.tenant,
        address=rules.Bucket(burst=1000, refill=1, every_seconds=3600),
        whole=rules.Bucket(burst=5, refill=5, every_seconds=3600),
        answer_seconds=1,
    )
    login = dataclasses.replace(right.login_side, address=rules.Bucket(burst=7, refill=7, every_seconds=3600))
    patience = dataclasses.replace(right.connections, header_seconds=1, request_seconds=1)
    return dataclasses.replace(right, tenant=small, login_side=login, connections=patience)
