"""`make token`: what it says when it cannot."""

import json
import pathlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import gate as gates
from local import token


@pytest.fixture
def demo(gate: gates.Gate) -> dict[str, Any]:
    town = {
        "id": "vilvoorde",
        "issuer": gate.realm_of["vilvoorde"].issuer,
        "clientId": "zenne-cli",
        "users": [{"name": "els.caseworker", "password": "only-for-tests"}],
    }
    return {"gateway": {"address": f"127.0.0.1:{gate.port}", "ca": gate.ca_file}, "participants": [town]}


Run = Callable[[dict[str, Any] | None, str], tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return the program, run with this demo.json for this user: exit code, what it printed, what it said."""
    monkeypatch.setenv("ZENNE_FOLDER", str(tmp_path))

    def program(demo: dict[str, Any] | None, user: str) -> tuple[int, str, str]:
        if demo is not None:
            (tmp_path / "demo.json").write_text(json.dumps(demo), encoding="utf-8")
        return token.main([user, "--instance", "demo"]), *capsys.readouterr()

    return program


def test_a_user_without_a_town_is_told_how_to_say_it(demo: dict[str, Any], run: Run) -> None:
    assert run(demo, "root") == (2, "", "Say who logs in: make token USER=els.caseworker@vilvoorde\n")


@pytest.mark.parametrize(
    ("user", "says"),
    [
        ("nobody@vilvoorde", "vilvoorde has no user 'nobody'; its users are: els.caseworker\n"),
        ("els.caseworker@atlantis", "There is no participant 'atlantis'; there are: vilvoorde\n"),
    ],
)
def test_an_unknown_user_is_told_who_there_is(user: str, says: str, demo: dict[str, Any], run: Run) -> None:
    assert run(demo, user) == (1, "", says)


def test_an_instance_that_is_not_up_is_said_to_be_so(run: Run) -> None:
    code, out, err = run(None, "els.caseworker@vilvoorde")

    assert (code, out) == (1, "")
    assert err.endswith("demo.json is missing): make up\n")


def test_a_gateway_that_does_not_answer_is_said_to_be_so(demo: dict[str, Any], run: Run) -> None:
    demo["participants"][0]["issuer"] = f"https://login.localhost:{gates.free_port()}/realms/vilvoorde"

    code, out, err = run(demo, "els.caseworker@vilvoorde")

    assert (code, out, err) == (1, "", "The gateway of demo does not answer (ConnectError): make up\n")


def test_without_a_login_form_there_is_no_token_and_the_password_is_not_told(demo: dict[str, Any], run: Run) -> None:
    code, out, err = run(demo, "els.caseworker@vilvoorde")

    assert (code, out) == (1, "")
    assert err.startswith("No login form came: 404")
    assert "only-for-tests" not in err


def test_a_fault_of_the_identity_provider_is_not_taken_for_a_wrong_password() -> None:
    login_page = '<form action="https://login.localhost/login"><input name="username"><input name="password"></form>'

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=login_page) if request.method == "GET" else httpx.Response(500)

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http,
        pytest.raises(token.LoginUnavailable, match="try again"),
    ):
        token.authorize(http, "https://login.localhost", "zenne-cli", "els", "only-for-tests", verifier="v" * 43)
