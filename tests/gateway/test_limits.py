"""The door's limits, reached: how many requests, how long a sender and a service may take."""

import threading

import gate as gates
import wire


def test_a_town_answers_as_many_requests_as_its_bucket_holds_and_the_neighbour_all_the_same(
    tight_gate: gates.Gate,
) -> None:
    mine = [tight_gate.ask(token=tight_gate.token()) for _ in range(8)]
    neighbours = tight_gate.ask(name="molenbeek.localhost", token=tight_gate.token("molenbeek"))

    assert [answer.status for answer in mine] == [200] * 5 + [429] * 3
    assert {answer.type for answer in mine[5:]} == {"tooManyRequests"}
    assert neighbours.status == 200
    assert len(tight_gate.services["vilvoorde"].seen) == 5


def test_requests_without_a_right_token_do_not_empty_the_towns_bucket(tight_gate: gates.Gate) -> None:
    strangers = [tight_gate.ask().status for _ in range(20)]

    mine = [tight_gate.ask(token=tight_gate.token()).status for _ in range(5)]

    assert (strangers, mine) == ([401] * 20, [200] * 5)


def test_one_address_may_try_the_login_only_so_often(tight_gate: gates.Gate) -> None:
    path = "/realms/vilvoorde/protocol/openid-connect/token"

    answers = [tight_gate.ask(path, name="login.localhost", method="POST", body=b"x").status for _ in range(10)]

    assert answers.count(429) == 3
    assert len(tight_gate.keycloak.others) == 7


def test_a_service_that_takes_too_long_is_not_waited_for(tight_gate: gates.Gate) -> None:
    answer = tight_gate.ask("/slow", token=tight_gate.token())

    assert (answer.status, answer.type) == (504, "serviceUnavailable")


def test_a_sender_who_does_not_finish_his_headers_is_sent_away(tight_gate: gates.Gate) -> None:
    answer = tight_gate.send(b"GET /health HTTP/1.1\r\nHost: vilvoorde.localhost\r\nX-Slow: ")

    assert answer.status in {0, 408}
    assert tight_gate.reached == 0


def test_a_sender_who_does_not_finish_his_body_is_sent_away(tight_gate: gates.Gate) -> None:
    head = f"POST /x HTTP/1.1\r\nHost: vilvoorde.localhost\r\nAuthorization: Bearer {tight_gate.token()}\r\n"

    answer = tight_gate.send(f"{head}Content-Length: 10\r\n\r\nhalf".encode())

    assert (answer.status, tight_gate.reached) == (408, 0)


def test_two_callers_at_once_do_not_get_each_others_answers(gate: gates.Gate) -> None:
    wrong: list[str] = []

    def ask(town: str) -> None:
        for step in range(50):
            answer = gate.ask(f"/api/{town}/{step}", name=f"{town}.localhost", token=gate.token(town))
            if answer.json != {"service": town, "path": f"/api/{town}/{step}"}:
                wrong.append(f"{town} {step}: {answer}")

    threads = [threading.Thread(target=ask, args=(town,)) for town in ("vilvoorde", "molenbeek")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_one_connection_serves_one_request_after_the_other(gate: gates.Gate) -> None:
    head = f"GET /api/{{}} HTTP/1.1\r\nHost: vilvoorde.localhost\r\nAuthorization: Bearer {gate.token()}\r\n\r\n"

    with wire.connect(gate.port, gate.ca_file, "vilvoorde.localhost") as stream:
        paths = [wire.exchange(stream, head.format(step).encode()).json["path"] for step in range(3)]

    assert paths == ["/api/0", "/api/1", "/api/2"]


def test_a_browser_that_comes_too_often_gets_a_page_in_four_languages(tight_gate: gates.Gate) -> None:
    browser = ("Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",)

    answers = [tight_gate.ask("/cases", headers=browser) for _ in range(30)]

    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    text = refused[0].body.decode()
    assert refused[0].headers["content-type"] == "text/html; charset=utf-8"
    assert all(f'<p lang="{language}">' in text for language in ("nl", "fr", "de", "en"))
    assert "Wacht een minuut" in text


def test_a_browser_reads_that_the_service_is_away_and_a_program_is_told_as_before(tight_gate: gates.Gate) -> None:
    page = tight_gate.ask("/slow", headers=("Accept: text/html",))
    problem = tight_gate.ask("/slow", headers=("Accept: */*",))

    assert (page.status, "Rien n&#x27;a été modifié" in page.body.decode()) == (504, True)
    assert (problem.status, problem.type) == (504, "serviceUnavailable")
