"""Every address that a level's resolver can match: its route, its name, what may be sent to it, and who may open it.

A process is of one level, so each is asked in a process of its own: `ZENNE_TEST_LEVEL=regional python -m addresses`
prints that level's.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import django
from django.urls import URLPattern, URLResolver, get_resolver

import municipal_environment

LEVELS = ("municipal", "regional", "national")


@dataclass(frozen=True)
class Address:
    """What a resolver can match."""

    route: str
    name: str
    methods: list[str]
    """get and post, as far as the page has them; none are known of a function."""
    roles: list[str]
    parameters: list[str]


def of_level(level: str) -> list[Address]:
    """Return every address of a level, as a process of that level says it."""
    values = {**os.environ, "ZENNE_TEST_LEVEL": level}
    for name in [name for name in values if name.startswith("ZENNE_") and name != "ZENNE_TEST_LEVEL"]:
        del values[name]
    values.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "addresses"]
    told = subprocess.run(command, env=values, capture_output=True, text=True, check=True)
    return [Address(**one) for one in json.loads(told.stdout)]


def every() -> list[Address]:
    """Return every address of the settings that are in force."""
    return [_told(route, pattern) for route, pattern in _leaves(get_resolver(), "/")]


def _leaves(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern, route)
        else:
            yield route, pattern


def _told(route: str, pattern: URLPattern) -> Address:
    view: Any = getattr(pattern.callback, "view_class", None)
    allowed = view.http_method_names if view else []
    return Address(
        route=route,
        name=pattern.name or "",
        methods=[name for name in ("get", "post") if name in allowed and hasattr(view, name)],
        roles=sorted(getattr(view, "roles", ())),
        parameters=sorted(pattern.pattern.converters),
    )


if __name__ == "__main__":
    municipal_environment.set_environment()
    django.setup()
    sys.stdout.write(json.dumps([asdict(one) for one in every()]))
