"""Every address of a region's resolver, as every role, with a referral of the region and one that it does not know.

What each must answer stands in `table.yaml`, for pages and GraphQL alike: it is the access test of both.
"""

import pathlib
import uuid

import pytest

import access_table
import page_client
from federation.identity.actor import Actor, Role
from region_at_work import coordinator

TABLE = access_table.Table.read(pathlib.Path(__file__).with_name("table.yaml"))
WHO = {**{str(role): coordinator(role=role) for role in Role}, "nobody": Actor("nobody", frozenset(), "", "brussels")}
PURPOSE = {"purpose": "followUpOfSilence"}


@pytest.fixture
def made(offered, monkeypatch):
    """A referral of Vilvoorde to Molenbeek, which lies in the region."""
    monkeypatch.setattr(page_client, "HOST", "brussels.localhost")
    return {"one side here": {"referral": str(offered())}, "unknown": {"referral": str(uuid.uuid4())}}


def test_the_table_names_every_address_and_no_other():
    assert access_table.differences(TABLE) == []


def test_every_address_answers_every_role_as_the_table_says(made):
    asked = list(access_table.answers(TABLE, made, WHO))

    print(f"\n{len(asked)} answers compared")
    assert "\n".join(line for one in asked for line in access_table.wrong(one, {})) == ""


def test_with_a_purpose_the_life_line_of_an_own_referral_opens_and_of_no_other(made):
    rania = page_client.browser(WHO[Role.REGIONAL_COORDINATOR])

    own, unknown = (rania.post(f"/referrals/{one['referral']}", PURPOSE).status_code for one in made.values())

    assert (own, unknown) == (200, 404)
