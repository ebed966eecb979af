"""An index that exists on paper only: what is asked, and what a rebuild does, without OpenSearch.

`paper_index` keeps what it is asked, and answers what a test says. `any_indices` runs a test twice, over indices on
paper and over the real ones, so that what is true of the first is true of the second.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import pytest
from django.conf import settings as django_settings

from regional.search import index, rules


class IndexOnPaper:
    """Stands where OpenSearch does."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.finds: list[uuid.UUID] = []
        self.counts: dict[str, int] = {}
        self.away = False

    def search(self, question: Mapping[str, Any]) -> index.Found:
        """Return what the test said, as a page of it."""
        self.asked.append(question)
        if self.away:
            raise rules.SearchUnavailable(cause="ConnectionError")
        hits = tuple(index.Hit(one, 1_700_000_000_000) for one in self.finds)
        return index.Found(hits[: int(question["size"])], self.counts)

    def holds(self, *ids: uuid.UUID) -> None:
        """Will find these, in this order."""
        self.finds = list(ids)


@pytest.fixture
def paper_index(monkeypatch: pytest.MonkeyPatch) -> IndexOnPaper:
    """Return an index on paper in the place of OpenSearch."""
    made = IndexOnPaper()
    monkeypatch.setattr(index, "search", made.search)
    return made


class Indices(Protocol):
    """The indices of a region, as who looks after the server sees them."""

    def names(self) -> list[str]:
        """Return all that begin with the region's alias."""


class IndicesOnPaper:
    """Indices by name, each with its documents and their versions, and which one the alias names."""

    CALLS = ("create", "answers", "write", "serve", "idle", "delete", "purge")

    def __init__(self) -> None:
        self.all: dict[str, dict[uuid.UUID, index.Document]] = {}
        self.answering = ""

    def names(self) -> list[str]:
        """Return all that there are."""
        return sorted(self.all)

    def create(self, name: str) -> None:
        """Make an empty one."""
        assert name not in self.all
        self.all[name] = {}

    def answers(self, name: str) -> bool:
        """Say whether it is there under the alias."""
        return name in self.all and name == self.answering

    def write(self, name: str, documents: Iterable[index.Document]) -> None:
        """Keep what is newer than what stands there; refuse what would come to no index."""
        for document in documents:
            if name not in self.all:
                raise rules.SearchUnavailable(cause="404")
            known = self.all[name].get(document.id)
            if known is None or known.version < document.version:
                self.all[name][document.id] = document

    def serve(self, name: str) -> None:
        """Let the alias name this one."""
        assert name in self.all
        self.answering = name

    def idle(self) -> list[str]:
        """Return those under the region's own names that do not answer."""
        own = f"{django_settings.OPENSEARCH_ALIAS}."
        return [name for name in self.names() if name.removeprefix(own).isdigit() and name != self.answering]

    def delete(self, name: str) -> None:
        """Delete it, where it is there."""
        self.all.pop(name, None)
        if self.answering == name:
            self.answering = ""

    def purge(self, name: str, *, gone_before: str) -> int:
        """Take out the traces of before an instant."""
        gone = [one.id for one in self.all[name].values() if str(one.fields.get("goneAt", gone_before)) < gone_before]
        for one in gone:
            del self.all[name][one]
        return len(gone)


@pytest.fixture(params=["on paper", "real"])
def any_indices(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Indices:
    """Return the indices of a region: on paper, and in a second run of the test the real ones."""
    if request.param == "real":
        real: Indices = request.getfixturevalue("real_index")
        return real
    made = IndicesOnPaper()
    for name in made.CALLS:
        monkeypatch.setattr(index, name, getattr(made, name))
    return made
