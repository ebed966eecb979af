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


@pytest.fixture
def real_index(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the code talk to the real index; what it made there goes when the test ends."""
    instance = instances.find(os.environ.get("ZENNE_TEST_INSTANCE") or "test")
    assert opensearch.is_ready(instance), "start it: make up INSTANCE=test"
    brussels = next(one for one in tenants.load() if one.id == "brussels")
    settings.OPENSEARCH_URL = f"https://127.0.0.1:{instance.ports['opensearch']}"
    settings.OPENSEARCH_CA_FILE = instance.folder / "search" / "ca.pem"
    settings.OPENSEARCH_CERTIFICATE_FILE = participants.folder(instance, brussels) / "search.pem"
    settings.OPENSEARCH_ALIAS = f"zenne-referrals-brussels.suite{uuid.uuid4().hex[:8]}"
    # a machine that runs all suites at once answers late, and that is not what is tested
    monkeypatch.setattr(index, "ANSWER_WITHIN", 30)
    yield
    settings.OPENSEARCH_URL = f"https://127.0.0.1:{instance.ports['opensearch']}"
    with index._reached() as client:  # noqa: SLF001 -- what a crashed test left goes too
        for name in client.indices.get(index=f"{settings.OPENSEARCH_ALIAS}.*", params={"request_timeout": 30}):
            client.indices.delete(index=name, params={"request_timeout": 30})
