"""The door's log says what happened and nothing about a person: no path, no query, no header, no address."""

import json

import gate as gates
import waiting

PLANTED = "Achterberghe"
FIELDS = {
    *("at", "requestId", "host", "route", "method", "protocol"),
    *("status", "details", "flags", "milliseconds", "received", "sent"),
}


def test_a_name_that_a_caller_puts_anywhere_does_not_reach_the_log(gate: gates.Gate) -> None:
    before = len(gate.log_file.read_bytes().splitlines())
    planted = (
        f"User-Agent: {PLANTED}",
        f"Referer: https://x/{PLANTED}",
        f"Zenne-Purpose: {PLANTED}",
        f"Cookie: {PLANTED}=1",
    )
    sent = [
        gate.ask(f"/api/{PLANTED}?q={PLANTED}", token=gate.token(team=PLANTED), headers=planted),
        gate.ask(f"/api/{PLANTED}", token=PLANTED),
        gate.ask(f"/{PLANTED}/%2f"),
        gate.ask(host=f"{PLANTED}.localhost", token=gate.token()),
        gate.ask(method=PLANTED.upper(), token=gate.token()),
        gate.ask(token=gate.token(), headers=(f"{PLANTED}_: x",)),
        gate.ask(f"/realms/vilvoorde/{PLANTED}?login_hint={PLANTED}", name="login.localhost"),
        gate.ask(f"/realms/vilvoorde/protocol/openid-connect/auth?login_hint={PLANTED}", name="login.localhost"),
    ]

    waiting.until(lambda: len(gate.log_file.read_bytes().splitlines()) >= before + len(sent), "the log is written")
    log = gate.log_file.read_text(encoding="utf-8")

    assert [answer.status for answer in sent] == [200, 401, 400, 404, 400, 400, 404, 404]
    assert PLANTED.lower() not in log.lower()
    assert "127.0.0.1" not in log
    assert gate.token() not in log


def test_every_line_says_what_was_asked_of_whom_and_how_it_ended(gate: gates.Gate) -> None:
    gate.ask(token=gate.token())
    wanted = gate.services["vilvoorde"].last["headers"]
    request_id = next(value for name, value in wanted if name == "x-request-id")

    waiting.until(lambda: request_id in gate.log_file.read_text(encoding="utf-8"), "the log is written")
    lines = [json.loads(line) for line in gate.log_file.read_text(encoding="utf-8").splitlines()]
    mine = next(line for line in lines if line["requestId"] == request_id)

    assert {frozenset(line) for line in lines} == {frozenset(FIELDS)}
    assert (mine["host"], mine["route"], mine["method"], mine["status"]) == ("vilvoorde", "api", "GET", 200)
