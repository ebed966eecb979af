"""100,000 referrals of a region: how long the index takes to be built, and how much of a search is ours."""

import hashlib
import os
import pathlib
import time

import pytest
from django.db import connection
from rest_framework.test import APIClient

import measuring
import search_at_work
from federation import clock
from federation.identity.authentication import Caller
from local import opensearch
from region_at_work import RANIA
from regional.progress import queries as progress
from regional.search import actions, index, queries, rules
from steward.search import wanted

REFERRALS = 100_000
MOST = 2.5
"""How many times the time of the raw query a search by GraphQL may take, 95 of 100 times."""
CALLS = 40
REGION = "bench"
FOLDER = pathlib.Path(__file__).parents[3] / "schemas" / "graphql" / "regional"

FILL = """
SET LOCAL statement_timeout = 0;
INSERT INTO progress_statement (referral_id, side, epoch, version, state, clocks, decline_reason, revocation_reason,
    kept_reason, hand_back_reason, said_at, stored_at)
SELECT md5(number::text)::uuid, 'sender', 1, 1, 'received', '{}', '', '', '', '',
    now() - number * interval '40 seconds', now() FROM generate_series(1, %(referrals)s) number;
INSERT INTO progress (id, sender, recipient, kind, sender_statement_id, sender_state, recipient_state, phase,
    decline_reason, began_at, last_sign_at, revision, indexed_revision)
SELECT referral_id, (ARRAY['molenbeek', 'schaarbeek', 'vilvoorde'])[1 + id %% 3],
    (ARRAY['schaarbeek', 'vilvoorde', 'molenbeek'])[1 + id %% 3], (ARRAY['handover', 'share', 'advice'])[1 + id %% 3],
    id, state, '', (ARRAY['waitsForAnswer', 'inTransfer', 'underWay'])[1 + id %% 3], '',
    said_at - interval '1 day', said_at, id, 0 FROM progress_statement;
"""


@pytest.fixture
def searched(stack, region, settings, tmp_path):
    """A region of this measurement alone on the real OpenSearch, with its own certificate and rights."""
    instance = stack.instance
    certificate = tmp_path / "search.pem"
    authority = opensearch.authority(instance)
    authority.issue(certificate, name=REGION, hosts=[], server=False)
    settings.OPENSEARCH_URL = f"https://127.0.0.1:{instance.ports['opensearch']}"
    settings.OPENSEARCH_CA_FILE = authority.certificate_file
    settings.OPENSEARCH_CERTIFICATE_FILE = certificate
    settings.OPENSEARCH_ALIAS = f"zenne-referrals-{REGION}"
    admin = search_at_work.connected(settings.OPENSEARCH_URL, authority.certificate_file, instance.admin / "search.pem")
    wish = wanted.load([REGION])
    role = wish.regions[0].role
    put = admin.transport.perform_request
    put("PUT", f"{search_at_work.API}/roles/{role}", body=wish.role(wish.regions[0]))
    put("PUT", f"{search_at_work.API}/rolesmapping/{role}", body={"users": [REGION]})
    yield search_at_work.connected(settings.OPENSEARCH_URL, authority.certificate_file, certificate)
    # named like no real region's: `steward search` would take all of it away too
    for name in admin.indices.get(index=f"zenne-referrals-{REGION}.*"):
        admin.indices.delete(index=name)
    put("DELETE", f"{search_at_work.API}/rolesmapping/{role}")
    put("DELETE", f"{search_at_work.API}/roles/{role}")


def test_the_index_is_built_anew_and_a_search_costs_little_more_than_its_query(searched, settings, record_property):
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"referrals": REFERRALS})
    began, load = time.perf_counter(), os.getloadavg()[0]
    assert actions.rebuild_index(at=clock.now()) == REFERRALS
    seconds = time.perf_counter() - began
    built = f"index of {REFERRALS} built in {seconds:.1f} s, {REFERRALS / seconds:.0f} a second, load {load:.1f}"
    print(f"\n{built}")
    record_property("built", built)

    client = APIClient(HTTP_HOST="brussels.localhost")
    client.force_authenticate(user=Caller(RANIA))
    document = hashlib.sha256((FOLDER / "search.graphql").read_bytes()).hexdigest()
    asked = {"senders": ["molenbeek"], "silentDays": 20}
    variables = {"purpose": "followUpOfSilence", "first": 20, "criteria": asked}
    question = queries.question(
        rules.Criteria(senders=("molenbeek",), silent_days=20),
        first=20,
        after=None,
        own=progress.own_towns(),
        at=clock.now(),
    )

    def ours() -> None:
        answer = client.post("/graphql", {"hash": document, "variables": variables}, format="json")
        assert len(answer.json()["data"]["referrals"]["edges"]) == 20

    def plain() -> None:
        found = searched.search(index=settings.OPENSEARCH_ALIAS, body=question)
        assert len(found["hits"]["hits"]) == 21

    found = measuring.compare("search, p95", ours=ours, plain=plain, of=measuring.p95, calls=CALLS)
    record_property("measured", str(found))
    assert index.answers(queries.serving() or "")
    assert 1 / found.ratio <= MOST
