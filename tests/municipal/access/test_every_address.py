"""Every address of the resolver, as every role, with what is one's own, another team's, handed over, and elsewhere.

What each must answer stands in `table.yaml`, for pages and API alike: it is the access test of both.
"""

import pathlib

import pytest

import access_table
import everything_of_a_town as everything
from everything_of_a_town import ELSEWHERE, NAMES, OTHER_TEAM
from federation.identity.actor import Actor, Role
from people_at_work import actor

TABLE = access_table.Table.read(pathlib.Path(__file__).with_name("table.yaml"))
WHO = {
    **{str(role): actor("vilvoorde", role) for role in Role},
    "nobody": Actor("nobody", frozenset(), "", "vilvoorde"),
}
HIDDEN = {"everybody": [NAMES[ELSEWHERE]], "caseworker": [NAMES[OTHER_TEAM]], "operator": list(NAMES.values())}
"""Whose names somebody may read nowhere, whatever was asked."""


@pytest.fixture
def made(town_factory, django_db_blocker):
    with django_db_blocker.unblock():
        towns = town_factory(("vilvoorde", "molenbeek", "schaarbeek"))
        ids = everything.make(towns)
        with towns.at("vilvoorde"):
            yield ids


def test_the_table_names_every_address_and_no_other():
    assert access_table.differences(TABLE) == []


def test_every_address_answers_every_role_as_the_table_says(made):
    asked = list(access_table.answers(TABLE, made, WHO))

    print(f"\n{len(asked)} answers compared")
    assert "\n".join(line for one in asked for line in access_table.wrong(one, HIDDEN)) == ""
