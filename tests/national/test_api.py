"""/api/statistics/v1 as outside programs see it: closed years, what was released, and no query."""

import uuid

import pytest

from federation import clock
from federation.contracts.messages import CountsReleased
from national_world import NOBODY, OPERATOR

API = "/api/statistics/v1"
HOST = "https://belgium.localhost:19000"
SOME = CountsReleased(1, 2025, ("55", "20", "40", "60", "<10"))


@pytest.fixture(autouse=True)
def _in_2026(monkeypatch):
    """A view asks the clock; the year that is over is 2025."""
    at = clock.datetime.datetime(2026, 11, 23, 9, 30, tzinfo=clock.datetime.UTC)
    monkeypatch.setattr(clock, "now", lambda: at)


@pytest.fixture
def reported(world):
    world.says(world.towns["vilvoorde"], SOME)
    return world


def test_a_year_says_who_reported_and_where_the_release_is(reported, api):
    body = api().get(f"{API}/years/2025").json()

    release = api().get(f"{API}/releases").json()["items"][0]["href"]
    assert body == {
        "href": f"{HOST}{API}/years/2025",
        "year": 2025,
        "expected": 3,
        "reported": 1,
        "municipalities": [
            {"participant": "molenbeek", "nis": "21012", "state": "notReported"},
            {"participant": "schaarbeek", "nis": "21015", "state": "notReported"},
            {"participant": "vilvoorde", "nis": "23088", "state": "reported", "release": release},
        ],
    }


def test_a_release_shows_what_came_and_hides_what_is_under_ten(reported, api):
    item = api().get(f"{API}/releases").json()["items"][0]

    body = api().get(item["href"].removeprefix(HOST)).json()

    assert {name: body[name] for name in item} == item
    assert body["figures"] == [
        {"indicator": "newSignals", "ageBand": "all", "value": 55, "shown": True},
        {"indicator": "newSignals", "ageBand": "under18", "value": 20, "shown": True},
        {"indicator": "newSignals", "ageBand": "from18", "value": 40, "shown": True},
        {"indicator": "opened", "ageBand": "all", "value": 60, "shown": True},
        {"indicator": "openAtYearEnd", "ageBand": "all", "shown": False},
    ]


def test_closed_years_alone_are_listed(reported, api):
    reported.says(reported.towns["molenbeek"], CountsReleased(1, 2023, ("<10",) * 5))

    body = api().get(f"{API}/years").json()

    assert [item["year"] for item in body["items"]] == [2025, 2024, 2023]
    assert api().get(f"{API}/years/2026").status_code == 404
    assert api().get(f"{API}/years/2022").status_code == 404


def test_a_release_that_does_not_exist_is_not_found(reported, api):
    assert api().get(f"{API}/releases/{uuid.uuid4()}").status_code == 404


@pytest.mark.parametrize(
    "query", ["year=2025", "indicator=opened", "ageBand=under18", "nis=23088", "from=2025-01", "search=x", "sort=value"]
)
@pytest.mark.parametrize("path", ["years", "years/2025", "releases"])
def test_there_is_no_query_anywhere(reported, api, path, query):
    answer = api().get(f"{API}/{path}?{query}")

    assert answer.status_code == 400
    assert answer.json()["issues"][0]["in"] == "query"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["years", "years/2025", "releases"])
def test_nothing_can_be_written(reported, api, method, path):
    assert getattr(api(), method)(f"{API}/{path}").status_code == 405


@pytest.mark.parametrize("by", [OPERATOR, NOBODY], ids=["operator", "nobody"])
@pytest.mark.parametrize("path", ["years", "years/2025", "releases", f"releases/{uuid.UUID(int=1)}"])
def test_only_a_statistics_user_reads(reported, api, path, by):
    answer = api(by).get(f"{API}/{path}")

    assert answer.status_code == 403
    assert "vilvoorde" not in answer.content.decode()


@pytest.mark.parametrize("path", ["years", "years/2025", "releases"])
def test_without_a_token_nobody_reads(reported, client, path):
    assert client.get(f"{API}/{path}", headers={"host": "belgium.localhost"}).status_code == 401
