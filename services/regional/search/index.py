"""The only way to OpenSearch: a client certificate, fixed calls, and one refusal for whatever goes wrong there."""

import contextlib
import functools
import json
import ssl
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ImproperlyConfigured, NotFoundError, OpenSearchException

from regional.search.rules import SearchUnavailable

ANSWER_WITHIN = 3
"""Seconds that a person waits before the page says that the search is away."""
WRITE_WITHIN = 20
KEPT_ALREADY = 409
"""The index has this version or a newer one: what we wanted to say is said."""


@dataclass(frozen=True)
class Document:
    """One referral as the index keeps it, under the version of its last change."""

    id: uuid.UUID
    version: int
    fields: Mapping[str, object]


@dataclass(frozen=True)
class Hit:
    """One referral that was found, and the last sign by which it was sorted, in milliseconds."""

    id: uuid.UUID
    millis: int


@dataclass(frozen=True)
class Found:
    """What the index answered: referrals in order, and counts by open phase."""

    hits: tuple[Hit, ...]
    counts: Mapping[str, int]


def search(question: Mapping[str, object]) -> Found:
    """Return what the serving index finds. Raises SearchUnavailable."""
    with _reached() as client:
        answer = client.search(
            index=settings.OPENSEARCH_ALIAS,
            body=dict(question),
            params={"allow_partial_search_results": "false", "request_timeout": ANSWER_WITHIN},
        )
    hits = tuple(Hit(uuid.UUID(hit["_id"]), int(hit["sort"][0])) for hit in answer["hits"]["hits"])
    buckets = answer["aggregations"]["phases"]["buckets"]
    return Found(hits, {bucket["key"]: int(bucket["doc_count"]) for bucket in buckets})


def write(name: str, documents: Iterable[Document]) -> None:
    """Write documents into an index; where it has this version, or a newer one, it keeps that.

    Raises SearchUnavailable.
    """
    lines = []
    for document in documents:
        place = {"_id": str(document.id), "version": document.version, "version_type": "external"}
        lines += [json.dumps({"index": place}), json.dumps(document.fields)]
    if not lines:
        return
    with _reached() as client:
        answer = client.bulk(body="\n".join(lines) + "\n", index=name, params={"request_timeout": WRITE_WITHIN})
    refused = {item["index"]["status"] for item in answer["items"]} - {200, 201, KEPT_ALREADY}
    if refused:
        raise SearchUnavailable(cause="+".join(str(status) for status in sorted(refused)))


def create(name: str) -> None:
    """Make an empty index; its form comes from the template that steward keeps.

    Raises SearchUnavailable, also while there is no template: an index without one would take any field.
    """
    with _reached() as client:
        client.indices.create(index=name, params={"request_timeout": WRITE_WITHIN})
        form = client.indices.get_mapping(index=name, params={"request_timeout": WRITE_WITHIN})
        if form[name]["mappings"].get("dynamic") != "strict":
            client.indices.delete(index=name, params={"request_timeout": WRITE_WITHIN})
            raise SearchUnavailable(cause="noTemplate")


def answers(name: str) -> bool:
    """Say whether an index is there under its alias. Raises SearchUnavailable."""
    with _reached() as client:
        found = client.indices.exists_alias(
            name=settings.OPENSEARCH_ALIAS, index=name, params={"request_timeout": ANSWER_WITHIN}
        )
        return bool(found)


def serve(name: str) -> None:
    """Let the alias name this index and no other, in one step. Raises SearchUnavailable."""
    alias, params = settings.OPENSEARCH_ALIAS, {"request_timeout": WRITE_WITHIN}
    with _reached() as client:
        try:
            before = list(
                client.indices.get_alias(index=f"{alias}.*", name=alias, params={"request_timeout": ANSWER_WITHIN})
            )
        except NotFoundError:
            before = []
        steps: list[dict[str, object]] = [{"remove": {"index": old, "alias": alias}} for old in before if old != name]
        steps.append({"add": {"index": name, "alias": alias}})
        client.indices.refresh(index=name, params=params)
        client.indices.update_aliases(body={"actions": steps}, params=params)


def idle() -> list[str]:
    """Return the indices of this region that do not answer. Raises SearchUnavailable.

    Their names end in a number: what else begins with the alias, as another alias and its indices may, is not ours.
    """
    alias = settings.OPENSEARCH_ALIAS
    with _reached() as client:
        found = client.indices.get_alias(index=f"{alias}.*", params={"request_timeout": ANSWER_WITHIN})
    own = {name: one["aliases"] for name, one in found.items() if name.removeprefix(f"{alias}.").isdigit()}
    return sorted(name for name, aliases in own.items() if alias not in aliases)


def delete(name: str) -> None:
    """Delete an index; one that is gone already is no fault. Raises SearchUnavailable."""
    with _reached() as client, contextlib.suppress(NotFoundError):
        client.indices.delete(index=name, params={"request_timeout": WRITE_WITHIN})


def purge(name: str, *, gone_before: str) -> int:
    """Take out the traces of what was forgotten before an instant; return how many. Raises SearchUnavailable."""
    old = {"bool": {"filter": [{"term": {"gone": True}}, {"range": {"goneAt": {"lt": gone_before}}}]}}
    params = {"request_timeout": WRITE_WITHIN}
    with _reached() as client:
        found = client.search(index=name, body={"query": old, "size": 1000, "_source": False}, params=params)
        lines = [json.dumps({"delete": {"_id": hit["_id"]}}) for hit in found["hits"]["hits"]]
        if lines:
            client.bulk(body="\n".join(lines) + "\n", index=name, params=params)
    return len(lines)


@contextlib.contextmanager
def _reached() -> Iterator[OpenSearch]:
    """Give the client, and turn whatever goes wrong there into one refusal that quotes nothing."""
    try:
        yield _client(
            settings.OPENSEARCH_URL, str(settings.OPENSEARCH_CA_FILE), str(settings.OPENSEARCH_CERTIFICATE_FILE)
        )
    except (OpenSearchException, ImproperlyConfigured, OSError) as error:
        raise SearchUnavailable(cause=type(error).__name__) from None


@functools.cache
def _client(url: str, ca_file: str, certificate_file: str) -> OpenSearch:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate_file)
    # Never a second try by itself: a lost answer would come back as a conflict, and people would wait twice.
    return OpenSearch([url], ssl_context=context, max_retries=0, retry_on_timeout=False, pool_maxsize=8)
