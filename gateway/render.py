"""Tenant files and the door's rules become one static configuration of Envoy.

One filter chain a host: what one town's callers send is never judged by another town's rules. A
host that no tenant file names has no chain, so the TLS handshake with it fails.

`PYTHONPATH=services python -m gateway.render --help` says how to print the configuration of a folder of tenant files.
"""

import argparse
import json
import pathlib
import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from federation.contracts import tenant_file
from gateway import envoy, rules

Json = dict[str, Any]

# sockaddr_un holds 108 bytes with the closing zero.
LONGEST_SOCKET_PATH = 107


class Tenant(Protocol):
    """What the door needs to know of a tenant file."""

    @property
    def id(self) -> str:
        """The participant's id."""

    @property
    def level(self) -> str:
        """What it is: the name of its API, for which its tokens are meant."""

    @property
    def host(self) -> str:
        """The name that its callers use."""

    @property
    def issuer(self) -> str:
        """The `iss` of its own realm; its last part is the realm's name."""


class SocketPathTooLong(ValueError):
    """A unix socket's path does not fit into the kernel's 107 bytes."""


def with_port(url: str, port: int) -> str:
    """Return `url` with the door's port, unless it names one or the port is the usual one.

    Tenant files hold addresses as the world will know them, without a port; only a local stack,
    which may not use 443, adds its own.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.port is not None or port == envoy.HTTPS:
        return url
    return urllib.parse.urlunsplit(parts._replace(netloc=f"{parts.netloc}:{port}"))


@dataclass(frozen=True)
class Door:
    """Where this door stands: ports, sockets and files of one installation."""

    port: int
    sockets: Mapping[str, str]
    keycloak_port: int
    tls_folder: str
    log_file: str
    rules: rules.Rules

    def domains(self, host: str) -> list[str]:
        """Return the exact values of Host that mean `host`: with the door's port, and without."""
        return [host, f"{host}:{self.port}"]


def envoy_config(
    tenants: Sequence[Tenant],
    *,
    port: int,
    sockets: Mapping[str, str],
    keycloak_port: int,
    tls_folder: str | pathlib.Path,
    log_file: str | pathlib.Path,
    admin_socket: str | pathlib.Path | None,
    address: str = "127.0.0.1",
    with_rules: rules.Rules | None = None,
) -> Json:
    """Return Envoy's whole configuration as plain data.

    `sockets` holds the unix socket of each tenant's web process by tenant id. `tls_folder` holds a
    file `<host>.pem` (private key and certificate chain) for each tenant's host and the login
    host. Raises KeyError for a tenant without socket and SocketPathTooLong.
    """
    door = Door(
        port=port,
        sockets={tenant.id: _fitting(str(sockets[tenant.id])) for tenant in tenants},
        keycloak_port=keycloak_port,
        tls_folder=str(tls_folder),
        log_file=str(log_file),
        rules=with_rules or rules.load(),
    )
    chains = [_tenant_chain(tenant, door) for tenant in tenants]
    chains.append(_login_chain([_realm(tenant) for tenant in tenants], door))
    config: Json = {
        "static_resources": {
            "listeners": [envoy.listener(address, port, chains)],
            "clusters": _clusters(tenants, door),
        },
        "overload_manager": envoy.overload(door.rules.connections.total),
    }
    if admin_socket is not None:
        config["admin"] = {"address": envoy.pipe(_fitting(str(admin_socket)), mode=0o600)}
    return config


def _clusters(tenants: Sequence[Tenant], door: Door) -> list[Json]:
    limit = door.rules.connections.upstream
    webs = [envoy.cluster(_web(tenant), envoy.pipe(door.sockets[tenant.id]), limit=limit) for tenant in tenants]
    return [*webs, envoy.cluster("keycloak", envoy.loopback(door.keycloak_port), limit=limit)]


def _web(tenant: Tenant) -> str:
    return f"web-{tenant.id}"


def _realm(tenant: Tenant) -> str:
    return tenant.issuer.rsplit("/", 1)[1]


def _fitting(path: str) -> str:
    if len(path.encode()) > LONGEST_SOCKET_PATH:
        message = f"The path of a unix socket may have {LONGEST_SOCKET_PATH} bytes; this one is longer: {path}"
        raise SocketPathTooLong(message)
    return path


def _tenant_chain(tenant: Tenant, door: Door) -> Json:
    side = door.rules.tenant
    filters = [
        envoy.only_methods(door.rules.methods),
        envoy.rate_limit("address", side.address, by_address=True),
        _token_check(tenant, door),
        envoy.rate_limit("whole", side.whole),
        envoy.body_limit(side.body_bytes),
        envoy.router(),
    ]
    route = {"cluster": _web(tenant), "timeout": f"{side.answer_seconds}s", "retry_policy": envoy.UNSENT_AGAIN}
    routes: list[Json] = [
        {"name": "api", "match": {"prefix": prefix}, "route": route} for prefix in door.rules.token_prefixes
    ]
    routes.append({"name": "pages", "match": {"prefix": "/"}, "route": route})
    return _chain(tenant.id, tenant.host, filters, routes, door)


def _token_check(tenant: Tenant, door: Door) -> Json:
    """Return the filter that lets only this town's own realm in; the service checks again, and more."""
    keys = f"http://127.0.0.1:{door.keycloak_port}{door.rules.login.keys.format(realm=_realm(tenant))}"
    provider = {
        "issuer": with_port(tenant.issuer, door.port),
        "audiences": [tenant.level],
        "remote_jwks": {
            "http_uri": {"uri": keys, "cluster": "keycloak", "timeout": "3s"},
            "cache_duration": f"{door.rules.keys_seconds}s",
            # The door opens although Keycloak is not there yet: /health must answer, tokens are refused.
            "async_fetch": {"fast_listener": True, "failed_refetch_duration": "10s"},
        },
        "from_headers": [{"name": "Authorization", "value_prefix": "Bearer "}],
        # The service verifies the token itself, so it must reach it.
        "forward": True,
        # A token without end would be good for ever.
        "require_expiration": True,
        "clock_skew_seconds": door.rules.clock_skew_seconds,
    }
    return envoy.http_filter(
        "jwt_authn",
        "JwtAuthentication",
        providers={"realm": provider},
        rules=[
            {"match": {"prefix": prefix}, "requires": {"provider_name": "realm"}}
            for prefix in door.rules.token_prefixes
        ],
    )


def _login_chain(realms: Sequence[str], door: Door) -> Json:
    side = door.rules.login_side
    login = door.rules.login
    filters = [
        envoy.only_methods(login.methods),
        envoy.rate_limit("address", side.address, by_address=True),
        envoy.rate_limit("whole", side.whole),
        envoy.body_limit(side.body_bytes),
        envoy.router(),
    ]
    route = {"cluster": "keycloak", "timeout": f"{side.answer_seconds}s", "retry_policy": envoy.UNSENT_AGAIN}
    routes: list[Json] = [
        {"name": "login", "match": {"path": path.format(realm=realm)}, "route": route}
        for realm in realms
        for path in login.exact
    ]
    read = envoy.method_in(("GET", "HEAD"))
    routes.append({"name": "files", "match": {"prefix": login.files, "headers": [read]}, "route": route})
    routes.append(envoy.answer(404, name="unknown", match={"prefix": "/"}))
    return _chain("login", login.host, filters, routes, door)


def _chain(name: str, host: str, filters: list[Json], routes: list[Json], door: Door) -> Json:
    """Return the filter chain of one host: its certificate, its manager, its routes."""
    manager = {
        "stat_prefix": name,
        **envoy.strictness(door.rules.connections),
        "early_header_mutation_extensions": [envoy.removal(door.rules.removed)],
        "access_log": [envoy.access_log(door.log_file, host=name)],
        "local_reply_config": {"mappers": [one for row in door.rules.refusals for one in envoy.refusals(row)]},
        "http_filters": filters,
        "route_config": {
            "name": name,
            "request_headers_to_remove": list(door.rules.unforwarded),
            "response_headers_to_remove": list(door.rules.withheld),
            "virtual_hosts": [{"name": name, "domains": door.domains(host), "routes": routes}],
        },
    }
    return envoy.filter_chain(host, f"{door.tls_folder}/{host}.pem", door.rules.tls_minimum, manager)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the configuration of a folder of tenant files as JSON, for a reader or for Envoy."""
    parser = argparse.ArgumentParser(prog="python -m gateway.render", description=main.__doc__)
    parser.add_argument("--tenants", type=pathlib.Path, default=pathlib.Path("infra/tenants"))
    parser.add_argument("--port", type=int, default=envoy.HTTPS)
    parser.add_argument("--keycloak-port", type=int, required=True)
    parser.add_argument("--sockets", default="/run/zenne/{id}/web.sock", help="the path of a web process's socket")
    parser.add_argument("--tls", default="/etc/zenne/tls", help="the folder of <host>.pem")
    parser.add_argument("--log", default="/dev/stdout")
    parser.add_argument("--admin", default=None, help="the path of the admin socket; none without it")
    chosen = parser.parse_args(arguments)
    tenants = list(tenant_file.load_folder(chosen.tenants).values())
    config = envoy_config(
        tenants,
        port=chosen.port,
        sockets={tenant.id: chosen.sockets.format(id=tenant.id) for tenant in tenants},
        keycloak_port=chosen.keycloak_port,
        tls_folder=chosen.tls,
        log_file=chosen.log,
        admin_socket=chosen.admin,
    )
    json.dump(config, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
