"""The graph: published documents alone, each small and flat; the same verdicts as the pages."""

import datetime
import hashlib
import json
import pathlib
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from federation.audit.models import AuditEntry
from federation.contracts import codes
from federation.identity.actor import Role
from federation.identity.authentication import Caller
from region_at_work import RANIA, coordinator, keep, word
from regional.search import doors, graph

FOLDER = pathlib.Path(__file__).parents[3] / "schemas" / "graphql" / "regional"
PURPOSE = "followUpOfSilence"


def published(name: str) -> str:
    return hashlib.sha256((FOLDER / f"{name}.graphql").read_bytes()).hexdigest()


def ask(body, by=RANIA):
    client = APIClient(HTTP_HOST="brussels.localhost")
    if by is not None:
        client.force_authenticate(user=Caller(by))
    return client.post("/graphql", body, format="json")


def search(by=RANIA, **variables):
    return ask({"hash": published("search"), "variables": {"purpose": PURPOSE, "first": 10} | variables}, by)


def refusal(answer) -> str:
    body = answer.json()
    found = body["errors"][0]["extensions"] if "errors" in body else body
    return found["issues"][0]["type"] if "issues" in found else found["type"]


# --- what is answered ---------------------------------------------------------------------------------


def test_a_published_search_finds_what_the_index_finds_as_it_stands_here(region, offered, paper_index) -> None:
    first, second = offered(), offered(from_="molenbeek", to="schaarbeek")
    paper_index.holds(second, first)
    paper_index.counts = {"waitsForAnswer": 2}

    answer = search()

    assert answer.status_code == 200
    found = answer.json()["data"]["referrals"]
    assert [edge["node"]["id"] for edge in found["edges"]] == [str(second), str(first)]
    assert found["edges"][1]["node"] == {
        "id": str(first),
        "sender": "vilvoorde",
        "recipient": "molenbeek",
        "kind": "handover",
        "phase": "waitsForAnswer",
        "senderState": "received",
        "recipientState": "received",
        "declineReason": "",
        "beganAt": "2026-11-23T09:30:00+00:00",
        "lastSignAt": "2026-11-23T09:30:00+00:00",
        "silentWorkingDays": found["edges"][1]["node"]["silentWorkingDays"],
        "sidesDisagree": False,
        "endedAt": None,
    }
    assert found["pageInfo"] == {"hasNextPage": False, "endCursor": None}
    assert {"phase": "waitsForAnswer", "count": 2} in found["openCounts"]
    assert {one["phase"] for one in found["openCounts"]} == {
        "waitsForAnswer",
        "notDelivered",
        "inTransfer",
        "waitsForFirstContact",
        "underWay",
    }


def test_a_page_is_followed_by_the_next_one(region, offered, paper_index) -> None:
    ids = [offered() for _ in range(3)]
    paper_index.holds(*ids)

    found = search(first=2).json()["data"]["referrals"]
    search(first=2, after=found["pageInfo"]["endCursor"])

    assert found["pageInfo"]["hasNextPage"] is True
    assert found["edges"][1]["cursor"] != found["edges"][0]["cursor"]
    assert paper_index.asked[1]["search_after"] == [1_700_000_000_000, str(ids[1])]


def test_a_life_line_shows_both_sides(region, offered) -> None:
    one = offered()

    answer = ask({"hash": published("life-line"), "variables": {"id": str(one), "purpose": PURPOSE}})

    found = answer.json()["data"]["lifeLine"]
    assert found["referral"]["id"] == str(one)
    assert found["marks"] == [
        {"state": "received", "senderAt": "2026-11-23T09:30:00+00:00", "recipientAt": "2026-11-23T09:30:00+00:00"}
    ]
    assert [word["side"] for word in found["statements"]] == ["sender", "recipient"]


def test_a_life_line_shows_the_highest_version_that_a_message_can_bear(region, offered) -> None:
    one = offered()
    keep(word(one, "opened", by="molenbeek", version=2**53 - 1))

    answer = ask({"hash": published("life-line"), "variables": {"id": str(one), "purpose": PURPOSE}})

    assert answer.status_code == 200
    assert answer.json()["data"]["lifeLine"]["statements"][-1]["version"] == 2**53 - 1


def test_each_question_leaves_its_entry_with_its_purpose(region, offered, paper_index) -> None:
    one = offered()
    before = AuditEntry.objects.count()

    search(criteria={"recipients": ["molenbeek"], "silentDays": 5}, purpose="questionOfMunicipality")
    ask({"hash": published("life-line"), "variables": {"id": str(one), "purpose": PURPOSE}})

    assert list(AuditEntry.objects.order_by("pk").values_list("act", "purpose", "subject", "facts"))[before:] == [
        (
            "referralsSearched",
            "questionOfMunicipality",
            "referrals",
            {"recipients": "molenbeek", "silent_days": 5},
        ),
        ("lifeLineOpened", PURPOSE, f"referral:{one}", {}),
    ]


def test_all_that_was_looked_for_stands_in_the_entry(region, paper_index) -> None:
    states, towns = list(codes.ordered("referral-state")), [f"town-with-a-long-name-{number}" for number in range(12)]
    for name in towns:
        region.know(name, "brussels")

    assert search(criteria={"states": states + states, "senders": towns, "kinds": ["share"]}).status_code == 200

    (facts,) = AuditEntry.objects.filter(act="referralsSearched").values_list("facts", flat=True)
    assert [one for name, part in facts.items() if name.startswith("states") for one in part.split("+")] == states
    assert [one for name, part in facts.items() if name.startswith("senders") for one in part.split("+")] == towns
    assert set(facts) == {"senders", "senders_2", "senders_3", "kinds", "states", "states_2"}
    assert max(map(len, facts.values())) <= 120


@pytest.mark.parametrize("many", [1, 12])
def test_a_search_takes_as_many_statements_for_one_as_for_many(region, offered, paper_index, many) -> None:
    paper_index.holds(*[offered() for _ in range(many)])

    with CaptureQueriesContext(connection) as captured:
        assert search(first=50).status_code == 200

    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 3


def test_a_life_line_takes_four_statements(region, offered) -> None:
    one = offered()

    with CaptureQueriesContext(connection) as captured:
        ask({"hash": published("life-line"), "variables": {"id": str(one), "purpose": PURPOSE}})

    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 4


# --- who asks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "status"),
    [
        (None, 401),
        (coordinator(role=Role.CASEWORKER), 403),
        (coordinator(role=Role.COORDINATOR), 403),
        (coordinator(role=Role.OPERATOR), 403),
        (coordinator(role=Role.MANAGER), 403),
        (coordinator(role=Role.STATISTICS_USER), 403),
        (RANIA, 200),
    ],
)
def test_the_graph_answers_regional_coordinators_alone(region, offered, paper_index, by, status) -> None:
    paper_index.holds(offered())
    before = AuditEntry.objects.count()

    answer = search(by=by)

    assert answer.status_code == status
    assert AuditEntry.objects.count() - before == (status == 200)
    assert len(paper_index.asked) == (status == 200)


def test_what_the_index_finds_wrongly_is_not_shown(region, offered, paper_index, settings) -> None:
    one = offered()
    paper_index.holds(uuid.uuid4(), one)
    assert [edge["node"]["id"] for edge in search().json()["data"]["referrals"]["edges"]] == [str(one)]

    settings.PARTICIPANT = "halle-vilvoorde-oost"
    assert search(by=coordinator("halle-vilvoorde-oost")).json()["data"]["referrals"]["edges"] == []


@pytest.mark.parametrize("of_another", [False, True])
def test_a_referral_that_is_not_here_does_not_exist(region, offered, of_another) -> None:
    one = offered() if of_another else uuid.uuid4()
    by = coordinator("halle-vilvoorde") if of_another else RANIA
    before = AuditEntry.objects.count()

    answer = ask({"hash": published("life-line"), "variables": {"id": str(one), "purpose": PURPOSE}}, by)

    assert answer.status_code == 404
    assert refusal(answer) == "urn:problem-type:belgif:resourceNotFound"
    assert AuditEntry.objects.count() == before


def test_the_index_away_is_said_so_and_the_question_is_known_all_the_same(region, paper_index) -> None:
    paper_index.away = True

    answer = search()

    assert answer.status_code == 503
    assert refusal(answer) == "urn:problem-type:belgif:serviceUnavailable"
    assert AuditEntry.objects.filter(act="referralsSearched").count() == 1


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"first": 0}, "questionInvalid"),
        ({"first": 51}, "questionInvalid"),
        ({"purpose": ""}, "purposeMissing"),
        ({"purpose": "curiosity"}, "purposeMissing"),
        ({"after": "not-a-place"}, "questionInvalid"),
        ({"criteria": {"senders": ["paris"]}}, "questionInvalid"),
        ({"criteria": {"states": ["*"]}}, "questionInvalid"),
        ({"criteria": {"silentDays": -1}}, "questionInvalid"),
        ({"criteria": {"beganFrom": "2026-11-23", "beganUntil": "2026-11-01"}}, "questionInvalid"),
        ({"criteria": {"beganUntil": "9999-12-31"}}, "questionInvalid"),
    ],
)
def test_a_question_out_of_form_is_refused_and_asked_of_nobody(region, paper_index, variables, code) -> None:
    before = AuditEntry.objects.count()

    answer = search(**variables)

    assert answer.status_code == 400
    assert refusal(answer) == f"urn:problem-type:zenne:graphql:{code}"
    assert paper_index.asked == []
    assert AuditEntry.objects.count() == before


# --- what comes in --------------------------------------------------------------------------------------

FIELDS = "edges { node { id } }"
ARGUMENTS = 'purpose: "followUpOfSilence", first: 1'
SIX_NAMES = " ".join(f"a{n}: id" for n in range(6))
ATTACKS = {
    "introspection of the schema": "{ __schema { types { name } } }",
    "introspection of a type": '{ __type(name: "Referral") { fields { name } } }',
    "introspection within": f"{{ referrals({ARGUMENTS}) {{ __typename {FIELDS} }} }}",
    "a mutation": 'mutation { forget(id: "1") { ok } }',
    "a subscription": "subscription { referrals { id } }",
    "two operations": f"query a {{ referrals({ARGUMENTS}) {{ {FIELDS} }} }} query b {{ x }}",
    "two questions": f"{{ a: referrals({ARGUMENTS}) {{ {FIELDS} }} b: referrals({ARGUMENTS}) {{ {FIELDS} }} }}",
    "two hundred aliases": "{" + " ".join(f"a{n}: referrals({ARGUMENTS}) {{ {FIELDS} }}" for n in range(200)) + "}",
    "aliases within": f"{{ referrals({ARGUMENTS}) {{ edges {{ node {{ {SIX_NAMES} }} }} }} }}",
    "a deep one": f"{{ referrals({ARGUMENTS}) {{ edges {{ node {{ id {{ id {{ id {{ id {{ id }} }} }} }} }} }} }} }}",
    "a document of many words": f"{{ referrals({ARGUMENTS}) {{ edges {{ node {{ {'id ' * 400} }} }} }} }}",
    "a long document": f"{{ referrals({ARGUMENTS}) {{ {FIELDS} }} }}" + " " * 5_000,
    "nested without end": "{" * 2_000,
    "fragments that turn round": (
        f"{{ referrals({ARGUMENTS}) {{ ...a }} }}"
        " fragment a on ReferralConnection { ...b } fragment b on ReferralConnection { ...a }"
    ),
    "many fragments": f"{{ referrals({ARGUMENTS}) {{ {FIELDS} }} }}"
    + "".join(f" fragment f{n} on Referral {{ id }}" for n in range(9)),
    "a field that is not there": f"{{ referrals({ARGUMENTS}) {{ edges {{ node {{ ageBand }} }} }} }}",
    "query language of the index": f'{{ referrals({ARGUMENTS}, query: "{{\\"match_all\\": {{}}}}") {{ {FIELDS} }} }}',
    "an aggregation": f'{{ referrals({ARGUMENTS}, criteria: {{aggs: "global"}}) {{ {FIELDS} }} }}',
    "without first": f'{{ referrals(purpose: "followUpOfSilence") {{ {FIELDS} }} }}',
    "another directive": f'{{ referrals({ARGUMENTS}) @export(as: "x") {{ {FIELDS} }} }}',
    "no document": "null",
    "a text with a name in it": '{ referrals(purpose: "Sami Verzonnen" first: ',
}


@pytest.fixture
def developing(settings):
    settings.GRAPHQL_TAKES_ANY_DOCUMENT = True


@pytest.mark.parametrize("document", ATTACKS.values(), ids=list(ATTACKS))
def test_an_attack_is_refused_before_anything_runs(region, paper_index, developing, document) -> None:
    before = AuditEntry.objects.count()

    with CaptureQueriesContext(connection) as captured:
        answer = ask({"query": document})

    assert answer.status_code == 400
    assert refusal(answer) == "urn:problem-type:zenne:graphql:documentRefused"
    assert "Sami" not in answer.content.decode()
    assert len(captured) == 0
    assert paper_index.asked == []
    assert AuditEntry.objects.count() == before


def test_there_are_twenty_attacks_and_more() -> None:
    assert len(ATTACKS) >= 20


@pytest.mark.parametrize("document", [*ATTACKS.values(), "{ referrals { edges { cursor } } }"])
def test_outside_development_no_document_is_even_looked_at(region, paper_index, document) -> None:
    answer = ask({"query": document})

    assert answer.status_code == 400
    assert refusal(answer) == "urn:problem-type:zenne:graphql:documentUnknown"
    assert paper_index.asked == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"hash": "0" * 64},
        {"hash": published("search"), "query": "{ a }"},
        {"hash": published("search"), "operationName": "search"},
        {"hash": published("search"), "variables": []},
        {"hash": published("search"), "variables": {"purpose": "x" * 5_000}},
        {"hash": published("search"), "variables": {"purpose": 1, "first": "ten"}},
        {"hash": published("life-line"), "variables": {"purpose": "followUpOfSilence", "id": "VV-2026-0042"}},
        [{"hash": published("search")}],
    ],
)
def test_a_call_out_of_form_is_refused(region, paper_index, body) -> None:
    answer = ask(body)

    assert answer.status_code == 400
    assert paper_index.asked == []


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_nothing_but_post_is_answered(region, method) -> None:
    client = APIClient(HTTP_HOST="brussels.localhost")
    client.force_authenticate(user=Caller(RANIA))

    answer = getattr(client, method)("/graphql", {"query": "{ __schema { types { name } } }"})

    assert answer.status_code in {400, 405}


def test_every_published_document_is_one_that_may_run() -> None:
    names = sorted(path.stem for path in FOLDER.glob("*.graphql"))

    assert names == ["life-line", "search"]
    for name in names:
        doors.checked((FOLDER / f"{name}.graphql").read_text(encoding="utf-8"))


def test_the_graph_names_every_field_that_it_shows() -> None:
    shown = set(graph.Referral._meta.fields)

    assert shown == {
        *("id", "sender", "recipient", "kind", "relates_to", "sender_state", "recipient_state", "phase"),
        *("decline_reason", "began_at", "last_sign_at", "differs_since", "ended_at"),
        *("sides_disagree", "silent_working_days"),
    }


def test_a_silence_is_counted_at_the_instant_of_the_call(region, offered, paper_index) -> None:
    one = offered(datetime.datetime(2026, 11, 2, 9, tzinfo=datetime.UTC))
    paper_index.holds(one)

    (edge,) = search().json()["data"]["referrals"]["edges"]

    assert edge["node"]["silentWorkingDays"] >= 14
    assert json.dumps(paper_index.asked[0]).count("molenbeek") == 2
