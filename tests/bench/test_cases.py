"""How much of a request of the casework API is ours: against a plain Django view that makes the same statements.

The plain view has no rights, no shapes and no validation: it sends the captured SQL again, lets Django make objects of
the rows that are a model's, and returns them as JSON. Both run through the same middleware, in the same process, one
after the other.
"""

import json
import re
import statistics

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

import measuring
from casework import PERSON, fill, open_case
from municipal import urls

CASES = "/api/casework/v1/cases"
LEAST = 0.45
CALLS = 40
REPLAYED: list[str] = []
OF_A_MODEL = re.compile(r'SELECT .*?"id".* FROM "(\w+)"', re.DOTALL)


def plain(request: HttpRequest) -> JsonResponse:
    """Send the captured statements again; return what they found."""
    if request.body:
        json.loads(request.body)
    models = {model._meta.db_table: model for model in apps.get_models()}
    found: list[dict[str, str]] = []
    for statement in REPLAYED:
        read = OF_A_MODEL.match(statement)
        if read and " JOIN " not in statement:
            rows = models[read[1]].objects.raw(statement.replace("%", "%%"))
            found += [{name: str(value) for name, value in vars(row).items()} for row in rows]
            continue
        with connection.cursor() as cursor:
            cursor.execute(statement)
            if cursor.description:
                names = [column.name for column in cursor.description]
                found += [dict(zip(names, map(str, row), strict=True)) for row in cursor.fetchall()]
    return JsonResponse({"rows": found})


urlpatterns = [path("plain", plain), *urls.urlpatterns]


@pytest.fixture
def town(db, settings):
    """Thirty cases with entries; what a measured call writes is undone, for both sides."""
    settings.ROOT_URLCONF = __name__
    cases = [open_case(first_name=f"Sami{chr(97 + number % 26)}") for number in range(30)]
    fill(cases[0])
    return cases


def undone(act):
    """Return `act` with everything that it writes undone afterwards."""

    def call() -> None:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)

    return call


def measured(what: str, act) -> measuring.Measured:
    with CaptureQueriesContext(connection) as captured:
        undone(act)()
    # the outermost savepoint and the way back to it are those of `undone`, which the plain side has too
    REPLAYED[:] = [query["sql"] for query in captured.captured_queries][1:-2]
    assert REPLAYED
    plain_client = Client(HTTP_HOST="vilvoorde.localhost")

    def replay() -> None:
        assert plain_client.post("/plain", data="{}", content_type="application/json").status_code == 200

    return measuring.compare(what, ours=undone(act), plain=undone(replay), of=statistics.median, calls=CALLS)


def test_a_list_of_cases(api, town, record_property):
    client = api()

    def act() -> None:
        assert len(client.get(f"{CASES}?pageSize=20").json()["items"]) == 20

    found = measured("list of 20 cases", act)
    record_property("measured", str(found))
    assert found.ratio >= LEAST


def test_a_case(api, town, record_property):
    client = api()

    def act() -> None:
        assert client.get(f"{CASES}/{town[0]}").status_code == 200

    found = measured("one case", act)
    record_property("measured", str(found))
    assert found.ratio >= LEAST


def test_a_new_case(api, town, record_property):
    client = api()

    def act() -> None:
        answer = client.post(CASES, {"person": PERSON, "stayKind": "move"})
        assert answer.status_code == 201

    found = measured("a new case", act)
    record_property("measured", str(found))
    assert found.ratio >= LEAST
