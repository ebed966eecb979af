"""What a caller brings along does not count: who calls says the token, where from says the door."""

import pytest

import gate as gates
from gateway import rules

REMOVED = rules.load().removed
SET_BY_THE_DOOR = {"x-forwarded-for", "x-forwarded-proto", "x-request-id"}
FORGED = "forged-8f2c"


def values(gate: gates.Gate, name: str) -> list[str]:
    return [value for header, value in gate.services["vilvoorde"].last["headers"] if header == name]


@pytest.mark.parametrize("name", REMOVED)
def test_a_forged_header_does_not_get_through(name: str, gate: gates.Gate) -> None:
    forged = (f"{name}: {FORGED}", f"{name.title()}: {FORGED}", f"{name.upper()}: 127.0.0.1, {FORGED}")

    answer = gate.ask(token=gate.token(), headers=forged)

    assert answer.status == 200
    assert FORGED not in str(gate.services["vilvoorde"].last)
    assert len(values(gate, name)) == (1 if name in SET_BY_THE_DOOR else 0)


def test_all_forged_headers_at_once_do_not_get_through(gate: gates.Gate) -> None:
    answer = gate.ask(token=gate.token(), headers=tuple(f"{name}: {FORGED}" for name in REMOVED))

    assert answer.status == 200
    assert FORGED not in str(gate.services["vilvoorde"].last)


def test_headers_that_mean_something_do_get_through(gate: gates.Gate) -> None:
    token = gate.token()
    sent = ("Zenne-Purpose: intake", "Idempotency-Key: 7f", 'If-Match: "3"', "Accept-Language: nl-BE")

    gate.ask(token=token, headers=sent)

    assert values(gate, "authorization") == [f"Bearer {token}"]
    assert [values(gate, name) for name in ("zenne-purpose", "idempotency-key", "if-match", "accept-language")] == [
        ["intake"],
        ["7f"],
        ['"3"'],
        ["nl-BE"],
    ]


def test_every_request_gets_an_id_of_the_doors_own(gate: gates.Gate) -> None:
    ids = set()

    for _ in range(5):
        gate.ask(token=gate.token(), headers=("X-Request-Id: 0b5e1d5c-6a53-4f0e-9d40-2f2f3a6f9a01",))
        ids.update(values(gate, "x-request-id"))

    assert len(ids) == 5
    assert "0b5e1d5c-6a53-4f0e-9d40-2f2f3a6f9a01" not in ids


def test_an_answer_does_not_say_which_software_stands_behind_the_door(gate: gates.Gate) -> None:
    answers = [gate.ask(token=gate.token()), gate.ask(), gate.ask(host="evil.localhost", token=gate.token())]

    assert [answer.status for answer in answers] == [200, 401, 404]
    for answer in answers:
        assert not set(answer.headers) & {"server", "via", "x-powered-by", "x-envoy-upstream-service-time"}
        assert "envoy" not in f"{answer.headers}{answer.body!r}".lower()
