"""People of a town on paper, and short ways to make a case for a test."""

# ruff: noqa: PLC0415 -- Django is set up after plugins are imported

import datetime
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from federation import clock
from federation.identity.actor import Actor, Role
from federation.identity.authentication import Caller

AT = datetime.datetime(2026, 11, 23, 9, 30, tzinfo=datetime.UTC)
"""A Monday morning in Vilvoorde."""
TODAY = clock.today_in_brussels(AT)

PERSON = {
    "firstName": "Sami",
    "lastName": "Verzonnen",
    "birthOn": "2005-04-12",
    "contactLanguage": "nl",
    "interpreterNeeded": False,
    "phone": "+32 2 000 11 99",
    "municipality": "23088",
}


def actor(role: Role | None, *, team: str = "prevention", participant: str = "vilvoorde") -> Actor:
    """Return somebody of a town; each call with the same words is the same person."""
    subject = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{participant}/{team}/{role}"))
    return Actor(subject, frozenset({role} if role else ()), team, participant)


CASEWORKER = actor(Role.CASEWORKER)
OTHER_TEAM = actor(Role.CASEWORKER, team="youth")
COORDINATOR = actor(Role.COORDINATOR, team="")
OFFICER = actor(Role.DATA_PROTECTION_OFFICER, team="")
MANAGER = actor(Role.MANAGER, team="")
NOBODY = actor(None, team="")


@pytest.fixture
def api() -> Callable[[Actor], APIClient]:
    """Return clients of the town's APIs, each as somebody who is logged in."""

    def client(by: Actor = CASEWORKER) -> APIClient:
        found = APIClient(HTTP_HOST="vilvoorde.localhost")
        found.force_authenticate(user=Caller(by))  # type: ignore[arg-type]  # Django's user class is not used here
        return found

    return client


@pytest.fixture
def case(db: None) -> uuid.UUID:
    """Return a case of Vilvoorde's prevention team, opened by its caseworker."""
    return open_case()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let a test commit, for several connections at once, and empty afterwards what was empty before.

    Not pytest-django's `transaction=True`: it also empties what migrations filled.
    """
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        empty = [table for table in tables if not _has_rows(cursor, table)]
        yield
        cursor.execute(f"TRUNCATE {', '.join(empty)}")


def _has_rows(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 -- a name out of the catalogue
    return bool(cursor.fetchone()[0])


def details(**more: Any) -> Any:
    """Return details of an invented person."""
    from municipal.people import rules

    known = {
        "first_name": "Sami",
        "last_name": "Verzonnen",
        "birth_on": datetime.date(2005, 4, 12),
        "contact_language": "nl",
        "phone": "+3220001199",
        "municipality": "23088",
    }
    return rules.Details(**{**known, **more})


def open_case(
    *, by: Actor = CASEWORKER, at: datetime.datetime = AT, team: str = "prevention", **more: Any
) -> uuid.UUID:
    """Open a case and return its id."""
    from municipal.cases import actions, rules

    return actions.open_case(details=details(**more), stay_kind=rules.StayKind.MOVE, team=team, by=by, at=at).id


def write(
    case_id: uuid.UUID, block: str, *, by: Actor = CASEWORKER, at: datetime.datetime = AT, **fields: Any
) -> uuid.UUID:
    """Write an entry by the names of the API and return its id."""
    from municipal.cases import actions, contents, rules

    draft = contents.draft(rules.Block(block), fields)
    return actions.add_entry(case_id=case_id, draft=draft, by=by, at=at).entry_id


def fill(case_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """Write a picture, a goal, a way and an evaluation, in that order, and a contact note; return their ids."""
    picture = write(case_id, "situationPicture", lifeDomain="family", text="Het gezin verhuist.")
    goal = write(case_id, "goals", ownWords="Ik wil terug voetballen.", progressSign="Twee trainingen per week.")
    until = datetime.date(2027, 3, 31)
    way = write(case_id, "ways", goalId=goal, what="Samen naar de club", who="Els", until=until)
    evaluation = write(
        case_id,
        "evaluations",
        goalId=goal,
        evaluatedOn=TODAY,
        finding="Hij ging twee keer.",
        comparedWithPicture="Minder alleen.",
    )
    note = write(case_id, "contactNotes", contactKind="phone", happenedAt=AT, visibility="team", text="Belde zelf.")
    return {"situationPicture": picture, "goals": goal, "ways": way, "evaluations": evaluation, "contactNotes": note}


def give_consent(case_id: uuid.UUID, *, by: Actor = CASEWORKER, at: datetime.datetime = AT, **more: Any) -> Any:
    """Record a consent of the person for Molenbeek and return it."""
    from municipal.consents import actions, rules

    given = {
        "recipient": "molenbeek",
        "purpose": rules.Purpose.HANDOVER,
        "blocks": ["identity", "goals"],
        "giver": rules.Giver.PERSON,
        "how": rules.How.WRITTEN,
        "language": "nl",
        "given_on": TODAY,
        "valid_until": TODAY + datetime.timedelta(days=180),
    }
    return actions.record_consent(case_id=case_id, **{**given, **more}, by=by, at=at)


def link(case_id: uuid.UUID, other_id: uuid.UUID, *, by: Actor = CASEWORKER, at: datetime.datetime = AT) -> uuid.UUID:
    """Link two cases as those of brothers or sisters and return the link's id."""
    from municipal.cases import actions, rules

    return actions.link_cases(case_id=case_id, other_id=other_id, kind=rules.LinkKind.SIBLING, by=by, at=at)


def hand_over(case_id: uuid.UUID, *, at: datetime.datetime = AT) -> uuid.UUID:
    """End this town's custody of a case as a release does, and return the referral's id."""
    from municipal.cases import actions, queries

    referral = uuid.uuid4()
    for row in queries.open_custody(case_id):
        actions.end_custody(row_id=row.id, by_referral=referral, by=CASEWORKER, at=at)
    return referral


def rows() -> dict[str, int]:
    """Return how many rows every table of the town has, so that a refusal can be seen to have left nothing."""
    from django.apps import apps

    return {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}
