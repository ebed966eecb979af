"""The real OpenSearch of the local instance `test`, under an alias of the suite's own.

The names begin as those of the region of Brussels do, so its own certificate and rights are what is tested; the
running region has another alias, and neither disturbs the other.
"""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local import instances, opensearch, participants, tenants
from regional.search import index


class RealIndices:
    """The suite's indices with the eyes of the server's administrator: a region may not list them."""

    def __init__(self, client: Any, alias: str) -> None:
        self.client, self.alias = client, alias

    def names(self) -> list[str]:
        """Return all that there are."""
        return sorted(self.client.indices.get(index=f"{self.alias}.*", params={"request_timeout": 30}))

    def delete_all(self) -> None:
        """Will delete what a test made, also what a crashed one left."""
        for name in self.names():
            self.client.indices.delete(index=name, params={"request_timeout": 30})


@pytest.fixture
def real_index(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealIndices]:
    """Let the code talk to the real index; what it made there goes when the test ends."""
    instance = instances.find(os.environ.get("ZENNE_TEST_INSTANCE") or "test")
    assert opensearch.is_ready(instance), "start it: make up INSTANCE=test"
    brussels = next(one for one in tenants.load() if one.id == "brussels")
    address, authority = f"https://127.0.0.1:{instance.ports['opensearch']}", instance.folder / "search" / "ca.pem"
    settings.OPENSEARCH_URL = address
    settings.OPENSEARCH_CA_FILE = authority
    settings.OPENSEARCH_CERTIFICATE_FILE = participants.folder(instance, brussels) / "search.pem"
    settings.OPENSEARCH_ALIAS = f"zenne-referrals-brussels.suite{uuid.uuid4().hex[:8]}"
    # a machine that runs all suites at once answers late, and that is not what is tested
    monkeypatch.setattr(index, "ANSWER_WITHIN", 30)
    administrator = index._client(address, str(authority), str(instance.admin / "search.pem"))  # noqa: SLF001 -- the same way in, with other rights
    made = RealIndices(administrator, settings.OPENSEARCH_ALIAS)
    yield made
    made.delete_all()
