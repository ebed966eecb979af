"""The configuration itself: what it opens, what it leaves shut, and that a town more changes no other."""

import json
import pathlib
import stat
from collections.abc import Iterator
from typing import Any

import pytest

import gate as gates
from federation.contracts import tenant_file
from gateway import envoy, render

ROOT = pathlib.Path(__file__).parents[2]
SOCKETS = {name: f"/run/{name}.sock" for name in (*gates.TOWNS, "vilvoorde")}


def rendered(*towns: str, **changed: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "port": 443,
        "sockets": SOCKETS,
        "keycloak_port": 8080,
        "tls_folder": "/tls",
        "log_file": "/log/access.log",
        "admin_socket": None,
        **changed,
    }
    return render.envoy_config([gates.Town(town) for town in towns], **arguments)


def walk(value: Any) -> Iterator[tuple[str, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield str(key), inner
        yield from walk(inner)


def chains(config: dict[str, Any]) -> dict[str, Any]:
    return {chain["name"]: chain for chain in config["static_resources"]["listeners"][0]["filter_chains"]}


def manager(chain: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = chain["filters"][0]["typed_config"]
    return found


def test_the_door_listens_in_one_place_and_talks_to_this_machine_alone() -> None:
    config = rendered("vilvoorde", "molenbeek", port=18000)

    addresses = [inner for key, inner in walk(config) if key == "socket_address"]

    assert addresses == [
        {"address": "127.0.0.1", "port_value": 18000},
        {"address": "127.0.0.1", "port_value": 8080},
    ]
    assert "admin" not in config


def test_the_admin_page_is_a_socket_of_the_owners_or_nothing(gate: gates.Gate) -> None:
    path = pathlib.Path(gate.config["admin"]["address"]["pipe"]["path"])

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_town_more_changes_nothing_for_the_others() -> None:
    before = chains(rendered("vilvoorde", "molenbeek"))
    after = chains(rendered("vilvoorde", "molenbeek", "evere"))

    assert set(after) - set(before) == {"evere.localhost"}
    assert after["vilvoorde.localhost"] == before["vilvoorde.localhost"]
    assert after["molenbeek.localhost"] == before["molenbeek.localhost"]


def test_every_towns_chain_checks_tokens_of_its_own_realm_alone() -> None:
    for host, chain in chains(rendered(*gates.TOWNS)).items():
        if host == "login.localhost":
            continue
        town = host.partition(".")[0]
        checks = [one["typed_config"] for one in manager(chain)["http_filters"] if "jwt_authn" in one["name"]]

        assert [list(check["providers"]) for check in checks] == [["realm"]]
        provider = checks[0]["providers"]["realm"]
        assert provider["issuer"] == f"https://login.localhost/realms/{town}"
        assert f"/realms/{town}/" in provider["remote_jwks"]["http_uri"]["uri"]
        assert provider["require_expiration"] is True
        assert checks[0]["rules"] == [
            {"match": {"prefix": "/api"}, "requires": {"provider_name": "realm"}},
            {"match": {"prefix": "/graphql"}, "requires": {"provider_name": "realm"}},
        ]


def test_a_town_knows_no_cluster_but_its_own() -> None:
    config = rendered(*gates.TOWNS)

    for host, chain in chains(config).items():
        routes = manager(chain)["route_config"]["virtual_hosts"][0]["routes"]
        clusters = {route["route"]["cluster"] for route in routes if "route" in route}
        assert clusters == {"keycloak" if host == "login.localhost" else f"web-{host.partition('.')[0]}"}


def test_the_order_of_the_filters_is_method_address_token_town_body() -> None:
    names = [
        one["name"].rsplit(".", 2)[-2:]
        for one in manager(chains(rendered("vilvoorde"))["vilvoorde.localhost"])["http_filters"]
    ]

    assert names == [
        ["http", "rbac"],
        ["local_ratelimit", "address"],
        ["http", "jwt_authn"],
        ["local_ratelimit", "whole"],
        ["http", "buffer"],
        ["http", "router"],
    ]


@pytest.mark.parametrize(
    ("url", "port", "whole"),
    [
        ("https://login.localhost/realms/v", 18000, "https://login.localhost:18000/realms/v"),
        ("https://login.localhost/realms/v", 443, "https://login.localhost/realms/v"),
        ("https://login.localhost:18000/realms/v", 18000, "https://login.localhost:18000/realms/v"),
        ("https://login.vilvoorde.example:8443/realms/v", 18000, "https://login.vilvoorde.example:8443/realms/v"),
    ],
)
def test_an_address_gets_the_doors_port_where_it_names_none(url: str, port: int, whole: str) -> None:
    assert render.with_port(url, port) == whole


def test_a_socket_whose_path_the_kernel_would_cut_off_is_refused() -> None:
    with pytest.raises(render.SocketPathTooLong, match="107 bytes"):
        rendered("vilvoorde", sockets={"vilvoorde": "/" + "x" * 107})


def test_a_town_without_a_socket_is_refused() -> None:
    with pytest.raises(KeyError):
        rendered("vilvoorde", sockets={})


def test_the_tenant_files_of_this_repository_are_rendered(capsys: pytest.CaptureFixture[str]) -> None:
    towns = tenant_file.load_folder(ROOT / "infra" / "tenants")

    render.main(["--keycloak-port", "8080", "--tenants", str(ROOT / "infra" / "tenants")])
    config = json.loads(capsys.readouterr().out)

    assert set(chains(config)) == {"login.localhost", *(town.host for town in towns.values())}
    assert config["static_resources"]["listeners"][0]["address"]["socket_address"]["port_value"] == envoy.HTTPS
