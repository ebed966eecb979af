"""How programs of this repository go through the door.

Browsers resolve `*.localhost` by themselves; programs need not. So they connect to 127.0.0.1 and
give the real name in the TLS handshake and in Host. The certificate is always verified against the
authority of the instance, for that name.
"""

import pathlib
import ssl

import httpx

LOOPBACK = "127.0.0.1"


class NotBehindThisDoor(ValueError):
    """The address is not one of a local instance."""


class _ToLoopback(httpx.BaseTransport):
    """Sends a request for `<name>.localhost` to 127.0.0.1 under its own name, and no other request."""

    def __init__(self, ca_file: pathlib.Path) -> None:
        self._inner = httpx.HTTPTransport(verify=trusting(ca_file))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host
        if request.url.scheme != "https" or not name.endswith(".localhost"):
            message = (
                f"Only https to a name under .localhost goes through this door, not {request.url.scheme}://{name}."
            )
            raise NotBehindThisDoor(message)
        inner = httpx.Request(
            request.method,
            request.url.copy_with(host=LOOPBACK),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": name},
        )
        return self._inner.handle_request(inner)

    def close(self) -> None:
        self._inner.close()


def trusting(ca_file: pathlib.Path | str) -> ssl.SSLContext:
    """Return a TLS context that trusts the authority in `ca_file` and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=ca_file)
    return context


def client(
    base_url: str,
    ca_file: pathlib.Path | str,
    *,
    token: str | None = None,
    timeout: float = 30.0,
) -> httpx.Client:
    """Return an HTTP client for `base_url`, such as `https://vilvoorde.localhost:18000`.

    It follows no redirect by itself and carries `token` as bearer token where one is given.
    """
    return httpx.Client(
        base_url=base_url,
        transport=_ToLoopback(pathlib.Path(ca_file)),
        headers={} if token is None else {"Authorization": f"Bearer {token}"},
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
    )
