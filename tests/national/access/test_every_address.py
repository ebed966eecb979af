"""Every address of the national resolver, as every role, with a year that was released and one that nobody knows.

What each must answer stands in `table.yaml`, for pages and API alike: it is the access test of both.
"""

import pathlib
import uuid

import pytest

import access_table
import page_client
from casework import actor
from federation.contracts.messages import CountsReleased
from federation.identity.actor import Role
from national_world import NOBODY, READER

TABLE = access_table.Table.read(pathlib.Path(__file__).with_name("table.yaml"))
WHO = {**{str(role): actor(role, team="", participant="belgium") for role in Role}, "nobody": NOBODY}


@pytest.fixture
def made(world, api, monkeypatch):
    """A year that Vilvoorde released."""
    monkeypatch.setattr(page_client, "HOST", "belgium.localhost")
    world.says(world.towns["vilvoorde"], CountsReleased(1, 2025, ("55", "20", "40", "60", "<10")))
    release = api(READER).get("/api/statistics/v1/releases").json()["items"][0]["id"]
    return {"released": {"year": "2025", "release": release}, "unknown": {"year": "1999", "release": str(uuid.uuid4())}}


def test_the_table_names_every_address_and_no_other():
    assert access_table.differences(TABLE) == []


def test_every_address_answers_every_role_as_the_table_says(made):
    asked = list(access_table.answers(TABLE, made, WHO))

    print(f"\n{len(asked)} answers compared")
    assert "\n".join(line for one in asked for line in access_table.wrong(one, {})) == ""
