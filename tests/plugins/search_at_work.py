"""OpenSearch in steward's tests: a region of these tests beside the real ones, and hands that do damage."""

import pathlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import TransportError

from steward_at_work import Components, Town

REGION = "liege"
ALIAS = f"zenne-referrals-{REGION}"
INDEX = f"{ALIAS}.1"
API = "/_plugins/_security/api"


@dataclass
class Search:
    """The real OpenSearch: steward's command over it, its administrator, and the certificate of a region."""

    town: Town
    admin: OpenSearch
    region: OpenSearch

    def steward(self, *more: str) -> list[str]:
        """Return what steward changed; it must end well."""
        answer = self.town.steward("search", *more)
        assert answer.code == (3 if "--dry-run" in more and answer.changes else 0), answer.errors
        return answer.changes

    def make_index(self) -> None:
        """Will make the region's index as the region does, unless it is there."""
        if not self.admin.indices.exists(index=INDEX):
            self.region.indices.create(index=INDEX, body={"aliases": {ALIAS: {}}})

    def put(self, place: str, body: dict[str, Any]) -> None:
        """Will write rights past steward."""
        self.admin.transport.perform_request("PUT", f"{API}/{place}", body=body)

    def get(self, place: str) -> dict[str, Any]:
        """Return rights as they are."""
        found: dict[str, Any] = self.admin.transport.perform_request("GET", f"{API}/{place}")
        return found


def client(components: Components, certificate: pathlib.Path) -> OpenSearch:
    """Return a connection with this certificate."""
    return connected(components.search, components.search_ca, certificate)


def connected(url: str, ca: pathlib.Path, certificate: pathlib.Path) -> OpenSearch:
    """Return a connection to `url` with this certificate."""
    return OpenSearch(
        url,
        use_ssl=True,
        verify_certs=True,
        ca_certs=str(ca),
        client_cert=str(certificate),
        client_key=str(certificate),
        max_retries=0,
        timeout=30,
    )


def status_of(call: Callable[[], object]) -> int | str:
    """Return the status that a call ends with."""
    try:
        call()
    except TransportError as refusal:
        return refusal.status_code
    return 200
