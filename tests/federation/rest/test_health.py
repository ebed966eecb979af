"""The health of a process, as strangers are told it: the same at every level."""

from django.db import DatabaseError, connection
from django.test import Client

HEALTH = "/health"


def test_health_tells_strangers_up_and_nothing_else(db) -> None:
    answer = Client(HTTP_HOST="vilvoorde.localhost").get(HEALTH)

    assert (answer.status_code, answer.json()) == (200, {"status": "UP"})


def test_health_tells_strangers_down_without_saying_why(db) -> None:
    def away(execute, sql, params, many, context):
        raise DatabaseError("FATAL: password of municipal_vilvoorde_app")

    with connection.execute_wrapper(away):
        answer = Client(HTTP_HOST="vilvoorde.localhost").get(HEALTH)

    assert (answer.status_code, answer.json()) == (503, {"status": "DOWN"})


def test_health_takes_no_question(db) -> None:
    answer = Client(HTTP_HOST="vilvoorde.localhost").get(f"{HEALTH}?of=bus")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
