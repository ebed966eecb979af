"""/api/counts/v1: the town's own programs freeze, compare and release by the same rules."""

import pytest

from casework import AT, CASEWORKER, COORDINATOR, MANAGER, OFFICER, rows
from federation import clock

API = "/api/counts/v1/years"
HOST = "https://vilvoorde.localhost:19000"


@pytest.fixture(autouse=True)
def _in_2026(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


def test_a_year_goes_from_counted_to_released(year, nation, api):
    assert api(MANAGER).get(f"{API}/2025").json() == {
        "href": f"{HOST}{API}/2025",
        "year": 2025,
        "state": "notFrozen",
        "figures": [],
    }
    frozen = api(MANAGER).post(f"{API}/2025/snapshots", {})
    assert (frozen.status_code, frozen["Location"]) == (201, f"{HOST}{API}/2025")
    body = frozen.json()
    assert (body["state"], body["programme"], body["digest"][:7]) == ("frozen", 1, "sha256:")
    assert [one["count"] for one in body["figures"]] == [33, 12, 21, 33, 34]
    assert [one["ageBand"] for one in body["figures"]] == ["all", "under18", "from18", "all", "all"]
    assert all(one["shown"] == ("value" in one) for one in body["figures"])

    released = api(COORDINATOR).post(f"{API}/2025/releases", {})

    assert (released.status_code, released.json()["state"]) == (201, "sent")
    assert released.json()["figures"] == body["figures"]
    assert len(nation.heard()) == 1
    nation.confirms()
    assert api(OFFICER).get(f"{API}/2025").json()["state"] == "received"


@pytest.mark.parametrize(
    ("by", "path", "status", "kind"),
    [
        (COORDINATOR, "2025/snapshots", 403, "belgif:missingPermission"),
        (MANAGER, "2025/releases", 409, "zenne:counts:yearNotFrozen"),
        (MANAGER, "2026/snapshots", 409, "zenne:counts:yearNotClosed"),
        (MANAGER, "2023/snapshots", 409, "zenne:counts:yearNotClosed"),
        (CASEWORKER, "2025/snapshots", 403, "belgif:missingPermission"),
    ],
)
@pytest.mark.usefixtures("year", "nation")
def test_a_refusal_says_why_and_changes_nothing(api, by, path, status, kind):
    before = rows()

    answer = api(by).post(f"{API}/{path}", {})

    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:problem-type:{kind}")
    assert rows() == before


def test_a_second_release_is_refused(year, nation, api):
    api(MANAGER).post(f"{API}/2025/snapshots", {})
    assert api(MANAGER).post(f"{API}/2025/releases", {}).json()["type"].endswith(":samePerson")
    api(COORDINATOR).post(f"{API}/2025/releases", {})
    before = rows()

    answer = api(COORDINATOR).post(f"{API}/2025/releases", {})

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem-type:zenne:counts:yearReleased")
    assert rows() == before


@pytest.mark.parametrize("path", ["", "/2025"])
def test_a_caseworker_reads_no_figure(year, api, path):
    answer = api(CASEWORKER).get(f"{API}{path}")

    assert answer.status_code == 403
    assert "figures" not in answer.json()


def test_years_are_listed(year, api):
    body = api(OFFICER).get(API).json()

    assert [(item["year"], item["state"]) for item in body["items"]] == [(2025, "notFrozen"), (2024, "notFrozen")]
