"""One table of role x state x relation -> status, for every address of a level's resolver, pages and API alike.

A suite keeps `table.yaml`, makes the things that its relations name, and compares what every address answers to every
role. An address that is not in the table fails: whoever adds one says there who may open it.
"""

# ruff: noqa: PLC0415 -- Django is set up after plugins are imported

import itertools
import pathlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

import addresses
from addresses import Address
from federation.identity.actor import Actor

REFUSED = 403
"""What a role gets that a row does not name."""
METHODS = ("get", "post")


@dataclass(frozen=True)
class Table:
    """A table as it is written."""

    relations: list[str]
    words: Mapping[str, str]
    """What a parameter of an address is filled with: the kind of an id, or the word itself."""
    rows: Mapping[str, Mapping[str, Any]]
    """By the name of an address."""

    @classmethod
    def read(cls, path: pathlib.Path) -> "Table":
        """Return the table in a file."""
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows = [(name, row) for row in told["rows"] for name in row["of"]]
        assert len(rows) == len(dict(rows)), "an address stands in the table twice"
        return cls(told["relations"], told["words"], dict(rows))

    def verdict(self, address: Address, method: str, who: str, relation: str) -> int:
        """Return the status that somebody gets."""
        row = self.rows[name_of(address)][method]
        told = row.get(who, row.get("everybody", REFUSED))
        return int(told if isinstance(told, int) else told[self.relations.index(relation)])

    def path(self, address: Address, ids: Mapping[str, str]) -> str:
        """Return the path of an address with the ids of one relation."""
        told = {**self.words, **self.rows[name_of(address)].get("with", {})}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda one: ids.get(told[one[1]], told[one[1]]), address.route)


@dataclass(frozen=True)
class Asked:
    """One answer that was compared with the table."""

    where: str
    wanted: int
    status: int
    text: str
    who: str


def name_of(address: Address) -> str:
    """Return how the table calls an address: a page by its name, an API by its route."""
    return address.name or address.route


def differences(table: Table) -> list[str]:
    """Return the addresses that the table lacks, and those that it has too many."""
    there = {name_of(one) for one in addresses.every()}
    return sorted(there ^ set(table.rows))


def answers(table: Table, made: Mapping[str, Mapping[str, str]], who: Mapping[str, Actor]) -> Iterator[Asked]:
    """Yield the answer of every address to everybody in `who`, for all that was `made` by its relation."""
    for address in addresses.every():
        relations = table.relations if address.parameters else table.relations[:1]
        for relation, (name, by), method in itertools.product(relations, who.items(), METHODS):
            answer = _taken_back(_call(method, table.path(address, made[relation]), by))
            where = f"{method} {name_of(address)}, {name}, {relation}"
            wanted = table.verdict(address, method, name, relation)
            yield Asked(where, wanted, answer.status_code, answer.content.decode(), name)


def wrong(asked: Asked, hidden: Mapping[str, list[str]]) -> list[str]:
    """Return what is wrong with an answer: its status, or a name in it that is hidden from who asked."""
    found = [f"{asked.where}: {asked.status}, not {asked.wanted}"] if asked.status != asked.wanted else []
    names = [*hidden.get("everybody", ()), *hidden.get(asked.who, ())]
    return found + [f"{asked.where}: names {name}" for name in names if re.search(rf"\b{name}\b", asked.text)]


def _call(method: str, path: str, by: Actor) -> Callable[[], Any]:
    from rest_framework.test import APIClient

    import page_client
    from federation.identity.authentication import Caller

    if path.startswith(("/api/", "/graphql")):
        client = APIClient(HTTP_HOST=page_client.HOST)
        client.force_authenticate(user=Caller(by))  # type: ignore[arg-type]  # Django's user class is not used here
        return lambda: client.get(path) if method == "get" else client.post(path, {}, format="json")
    return lambda: getattr(page_client.browser(by), method)(path)


def _taken_back(call: Callable[[], Any]) -> Any:
    """Return an answer; what it wrote is taken back, so that the next one asks of the same."""
    from django.db import transaction

    with transaction.atomic():
        answer = call()
        transaction.set_rollback(True)
    return answer
