"""An index that exists on paper only: it keeps what it is asked, and answers what a test says."""

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

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
