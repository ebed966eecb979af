"""Every operation of every printed API, called as its description allows and as it does not, by people of two towns.

Whatever is sent, no service answers with an error of its own, and nothing of one town is told to another: not to its
people's tokens, and not through an id that somebody heard of. The requests are made up by schemathesis from the
description alone; real ids of both towns take the place of made-up ones in a third of the calls each.
"""

import pathlib
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st
from schemathesis.generation import GenerationMode

import waiting
from stories import partner_table
from stories.chapters import BLOCKS, prepared_case
from stories.towns import CASEWORK, Town

FOLDER = pathlib.Path(__file__).parents[2] / "schemas" / "openapi"
EXAMPLES = 6
"""Of each operation, of each way of making requests up."""

LEVELS = {"statistics.v1.yaml": ("belgium", "statisticsUser")}
"""The APIs that no municipality has: whose they are, and who reads them."""
OURS, THEIRS = ("vilvoorde", "caseworker"), ("molenbeek", "caseworker")
FIRST = {"eventNumber": "1"}
"""What a path counts instead of naming: the same in every town, so that it stands in an address proves nothing."""
SECRET = "Quetschenbier"
"""The name of a person that Molenbeek works with, and nobody else knows."""


@dataclass
class World:
    """Two towns with a case each, and what has been sent so far."""

    stack: Any
    ids: dict[str, dict[str, str]]
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def send(self, host: str, person: tuple[str, str], request: dict[str, Any]) -> httpx.Response:
        """Return what `host` answers to a person of a participant, given as its id and a role.

        Where the door asks for patience it is given.
        """
        participant, role = person
        client = self.clients.setdefault(host, self.stack.client(host))
        token = self.stack.token(participant, Town(self.stack.demo, participant).user(role))
        headers = {**request["headers"], "Authorization": f"Bearer {token}"}
        found: list[httpx.Response] = []

        def answered() -> bool:
            found.append(client.request(**{**request, "headers": headers}))
            return found[-1].status_code != httpx.codes.TOO_MANY_REQUESTS

        waiting.until(answered, "the door lets us in again", seconds=30, every=0.5)
        return found[-1]


def ids_of(town: Town, person: str) -> dict[str, str]:
    """Return a real id for each name that a path of the APIs has."""
    case = prepared_case(town, person)
    consent = town.consent(case, to="schaarbeek", purpose="handover", blocks=BLOCKS)
    entries = town.get(f"{CASEWORK}/cases/{case}/entries")
    offer = town.offer(case, to="schaarbeek", kind="handover", blocks=BLOCKS)
    return {
        "caseId": case,
        "entryId": entries["items"][0]["id"],
        "consentId": consent["id"],
        "referralId": offer["id"],
        "agreementId": partner_table.held(town)["agreement"],
    }


@pytest.fixture(scope="module")
def world(stack) -> World:
    """Vilvoorde and Molenbeek at work with Schaarbeek, not with each other."""
    return World(
        stack,
        {
            "own": ids_of(Town(stack.demo, "vilvoorde"), "Yasmina"),
            "foreign": ids_of(Town(stack.demo, THEIRS[0]), SECRET),
        },
    )


def operations() -> list[tuple[str, Any]]:
    """Return every operation of every printed description: a new one is in the table by itself."""
    return [
        (file.name, found.ok())
        for file in sorted(FOLDER.glob("*.yaml"))
        for found in schemathesis.openapi.from_path(file).get_all_operations()
    ]


def request_of(case: Any, base: str, ids: dict[str, str]) -> dict[str, Any]:
    """Return what is sent: the made-up request, with real ids in its path where there are some."""
    case.path_parameters = {**(case.path_parameters or {}), **_known(case, ids)}
    made = case.as_transport_kwargs(base_url="https://made.up")
    path = urllib.parse.urlsplit(made["url"]).path.removeprefix(base)
    headers = {
        name: value.encode("latin-1", "replace").decode("latin-1").strip()
        for name, value in (made.get("headers") or {}).items()
        if name.lower() not in {"authorization", "content-length", "host"} and _is_a_header(name, value)
    }
    body = {"json": made["json"]} if "json" in made else {"content": _bytes(made.get("data"))}
    return {"method": made["method"], "url": base + path, "params": made.get("params"), "headers": headers, **body}


def _known(case: Any, ids: dict[str, str]) -> dict[str, str]:
    real = {**FIRST, **ids} if ids else {}
    return {name: real[name] for name in case.path_parameters or {} if name in real}


def _is_a_header(name: str, value: object) -> bool:
    """Say whether a client can send it at all: what cannot leave is no test of the service."""
    return isinstance(value, str) and value.isprintable() and value.isascii() and name.isascii()


def _bytes(data: object) -> bytes | None:
    return data if isinstance(data, bytes | None) else str(data).encode()


@pytest.mark.parametrize(
    ("file", "operation"), [pytest.param(*one, id=f"{one[0]} {one[1].label}") for one in operations()]
)
def test_no_request_makes_a_service_fail_or_tell_of_another_town(world, file, operation):
    ours = LEVELS.get(file, OURS)
    host, _ = ours
    base = f"/api/{file.removesuffix('.yaml').replace('.', '/')}"

    @seed(1)
    @settings(
        max_examples=EXAMPLES * 2,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)),
        ids=st.sampled_from(["made up", "own", "foreign"]),
    )
    def ask(case: Any, ids: str) -> None:
        request = request_of(case, base, world.ids.get(ids, {}))
        answer = world.send(host, ours, request)
        assert answer.status_code < 500, f"{answer.status_code} to {request['method']} {request['url']}"
        assert SECRET not in answer.text
        if ids == "foreign" and any(one in request["url"] for one in world.ids["foreign"].values()):
            assert answer.status_code in {400, 403, 404, 405, 409, 415, 422}, answer.status_code
        stranger = world.send(host, THEIRS, request)
        assert stranger.status_code in {400, 401, 405, 413, 415}, stranger.status_code
        assert SECRET not in stranger.text

    ask()


UNKNOWN = {"year", "releaseId"}
"""What no id of a town stands behind: a year is a number, and a release is the nation's."""


def test_every_name_in_a_path_is_called_with_a_real_id_too(world):
    named = {one.name for _, operation in operations() for one in operation.path_parameters}

    assert named - UNKNOWN == set(world.ids["own"]) | set(FIRST) == set(world.ids["foreign"]) | set(FIRST)


def test_the_table_has_reading_and_writing_operations():
    assert len(operations()) >= 30
    assert {operation.method for _, operation in operations()} >= {"get", "post"}
