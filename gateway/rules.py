"""The door's rules as values: read from the YAML files beside this module."""

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

FOLDER = pathlib.Path(__file__).parent


@dataclass(frozen=True)
class Bucket:
    """A token bucket: how many requests at once, and how many come back in which time."""

    burst: int
    refill: int
    every_seconds: int


@dataclass(frozen=True)
class Side:
    """What one kind of host takes: buckets by address and for the whole host, body, patience."""

    address: Bucket
    whole: Bucket
    body_bytes: int
    answer_seconds: int


@dataclass(frozen=True)
class Connections:
    """What one connection, and all of them together, may hold."""

    total: int
    idle_seconds: int
    request_seconds: int
    header_seconds: int
    streams: int
    header_kilobytes: int
    header_count: int
    upstream: int


@dataclass(frozen=True)
class Login:
    """The host of the identity provider and the only paths of it that exist outside."""

    host: str
    methods: tuple[str, ...]
    exact: tuple[str, ...]
    files: str
    keys: str


@dataclass(frozen=True)
class Refusal:
    """One answer of the door itself: for which status (and reason of Envoy's), and what it says."""

    status: int
    answer: int
    details: str
    type: str
    title: str
    page: Mapping[str, str]
    """What a browser gets in its place, by language; empty where a problem is answer enough."""


@dataclass(frozen=True)
class Rules:
    """Everything that `gateway/*.yaml` says."""

    tls_minimum: str
    tenant: Side
    login_side: Side
    connections: Connections
    keys_seconds: int
    clock_skew_seconds: int
    removed: tuple[str, ...]
    unforwarded: tuple[str, ...]
    withheld: tuple[str, ...]
    methods: tuple[str, ...]
    token_prefixes: tuple[str, ...]
    login: Login
    refusals: tuple[Refusal, ...]


def load(folder: pathlib.Path = FOLDER) -> Rules:
    """Return the rules in `folder`; a missing key stops the rendering with a KeyError."""
    limits, headers, routes, refusals, pages = (
        yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("limits", "headers", "routes", "refusals", "pages")
    )
    return Rules(
        tls_minimum=limits["tls"]["minimum"],
        tenant=_side(limits["tenant"]),
        login_side=_side(limits["login"]),
        connections=_connections(limits["connections"]),
        keys_seconds=limits["tokens"]["keysSeconds"],
        clock_skew_seconds=limits["tokens"]["clockSkewSeconds"],
        removed=tuple(headers["removed"]),
        unforwarded=tuple(headers["unforwarded"]),
        withheld=tuple(headers["withheld"]),
        methods=tuple(routes["tenant"]["methods"]),
        token_prefixes=tuple(routes["tenant"]["tokens"]),
        login=Login(
            host=routes["login"]["host"],
            methods=tuple(routes["login"]["methods"]),
            exact=tuple(routes["login"]["exact"]),
            files=routes["login"]["files"],
            keys=routes["login"]["keys"],
        ),
        refusals=tuple(_refusal(row, pages) for row in refusals),
    )


def _bucket(data: dict[str, int]) -> Bucket:
    return Bucket(burst=data["burst"], refill=data["refill"], every_seconds=data["everySeconds"])


def _side(data: dict[str, Any]) -> Side:
    return Side(
        address=_bucket(data["address"]),
        whole=_bucket(data["whole"]),
        body_bytes=data["bodyBytes"],
        answer_seconds=data["answerSeconds"],
    )


def _connections(data: dict[str, int]) -> Connections:
    return Connections(
        total=data["total"],
        idle_seconds=data["idleSeconds"],
        request_seconds=data["requestSeconds"],
        header_seconds=data["headerSeconds"],
        streams=data["streams"],
        header_kilobytes=data["headerKilobytes"],
        header_count=data["headerCount"],
        upstream=data["upstream"],
    )


def _refusal(data: dict[str, Any], pages: Mapping[str, Mapping[str, str]]) -> Refusal:
    return Refusal(
        status=data["status"],
        answer=data.get("answer", data["status"]),
        details=data.get("details", ""),
        type=data["type"],
        title=data["title"],
        page=pages[data["page"]] if "page" in data else {},
    )
