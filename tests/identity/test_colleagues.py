"""How colleagues are called: learned at the login, the same in one statement for any number, gone with the last act."""

import dataclasses
import datetime
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

import realm as realms
from casework import AT, CASEWORKER, write
from federation import clock
from federation.contracts import schemas
from federation.identity import colleagues, sessions
from federation.identity.models import Colleague, Session

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
PLACES = ["federation.audit.queries.acted", "municipal.cases.queries.wrote"]


def known():
    return list(Colleague.objects.values_list("subject", "name", "seen_on").order_by("name"))


def idle(town):
    """Return a login of somebody who then does nothing."""
    found = town.logs_in()
    actor = dataclasses.replace(found.person.actor, subject=str(uuid.uuid4()))
    return dataclasses.replace(found, sid="another", person=dataclasses.replace(found.person, actor=actor))


def called(found, name):
    return dataclasses.replace(found, person=dataclasses.replace(found.person, name=name))


def test_a_login_writes_down_how_a_colleague_is_called_and_on_which_day(town, key):
    assert known() == [(realms.SUBJECT, "Els W.", clock.today_in_brussels(town.at))]


def test_the_name_is_of_one_transaction_with_the_session(town, monkeypatch):
    found = town.logs_in()

    def broken(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(colleagues, "remember", broken)
    with pytest.raises(RuntimeError):
        sessions.begin(found, at=town.at)

    assert (Session.objects.count(), known()) == (0, [])


def test_a_login_costs_one_statement_more(town):
    found = town.logs_in()

    with CaptureQueriesContext(connection) as told:
        sessions.begin(found, at=town.at)

    # the savepoint of the test's own transaction, the session, the name, and the release
    assert len(told) == 4


def test_the_newest_name_counts_and_the_last_day(town, key):
    found = town.logs_in()

    sessions.begin(called(found, "Els V."), at=town.later(2 * DAY))

    assert known() == [(realms.SUBJECT, "Els V.", clock.today_in_brussels(town.at))]


def test_a_name_that_changes_while_a_session_goes_on_is_learned_from_the_realm(town):
    key = sessions.begin(called(town.logs_in(), "Els X."), at=town.at)
    before = known()
    town.says()

    assert sessions.find(key, at=town.later(datetime.timedelta(minutes=5))).name == "Els W."

    assert [name for _, name, _ in [*before, *known()]] == ["Els X.", "Els W."]


def test_the_same_name_costs_nothing_when_the_realm_is_asked_again(town, key):
    Colleague.objects.update(name="only a login would change this")
    town.says()

    assert sessions.find(key, at=town.later(datetime.timedelta(minutes=5))) is not None

    assert [name for _, name, _ in known()] == ["only a login would change this"]


def test_a_realm_that_knows_no_name_leaves_what_was_known(town, key):
    sessions.begin(called(town.logs_in(), ""), at=town.at)

    assert [name for _, name, _ in known()] == ["Els W."]


def test_a_level_whose_pages_name_nobody_keeps_no_name(town, settings):
    settings.COLLEAGUES_STAND_IN = []

    sessions.begin(town.logs_in(), at=town.at)

    assert Session.objects.count() == 1
    assert known() == []


def test_an_api_call_writes_no_name(town, key, page_client):
    Colleague.objects.all().delete()
    token = town.realm.token(town.at.timestamp(), given_name="Els", family_name="Wouters")

    answer = page_client(None).get("/api/casework/v1/cases", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200
    assert known() == []


@pytest.mark.parametrize("number", [1, 40])
def test_names_are_asked_in_one_statement_however_many(number):
    subjects = [str(uuid.uuid4()) for _ in range(number)]
    for one in subjects:
        Colleague.objects.create(subject=one, name=f"Colleague {one}", seen_on="2026-11-23")

    with CaptureQueriesContext(connection) as told:
        found = colleagues.names([*subjects, *subjects, "system:timers", str(uuid.uuid4())])

    assert len(told) == 1
    assert found == {one: f"Colleague {one}" for one in subjects}


def test_nobody_is_asked_for_in_no_statement():
    with CaptureQueriesContext(connection) as told:
        assert colleagues.names([]) == {}

    assert len(told) == 0


def test_a_name_goes_30_days_after_the_last_login_where_no_note_and_no_log_has_the_account(town, key):
    assert colleagues.forget_before(at=town.at + 30 * DAY) == 0
    assert colleagues.forget_before(at=town.at + 31 * DAY) == 1

    assert known() == []


@pytest.mark.parametrize("place", PLACES)
def test_a_name_stays_as_long_as_a_note_or_the_log_has_its_account(town, key, case, settings, place):
    assert set(settings.COLLEAGUES_STAND_IN) == set(PLACES)
    settings.COLLEAGUES_STAND_IN = [place]
    note = {"contactKind": "phone", "happenedAt": AT, "visibility": "team", "text": "Belde."}
    write(case, "contactNotes", by=dataclasses.replace(CASEWORKER, subject=realms.SUBJECT), **note)
    sessions.begin(called(idle(town), "Karim B."), at=town.at)

    assert colleagues.forget_before(at=town.at + 4000 * DAY) == 1
    assert [name for _, name, _ in known()] == ["Els W."]


@pytest.mark.parametrize(("subject", "name"), [("", "Els W."), ("somebody", "")])
def test_neither_a_name_of_nobody_nor_an_account_without_a_name_can_be_stored(subject, name):
    with (
        pytest.raises(IntegrityError, match="a_colleague_has_an_account_and_a_name"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO identity_colleague VALUES (%s, %s, now())", [subject, name])


def test_no_message_has_a_field_for_who_acted():
    """What colleagues are called stays in their town: a message says which town, never who."""
    fields = {"by", "subject", "writtenBy", "colleague", "actor", "staff"}

    for path in sorted((schemas.FOLDER / "messages").glob("*.json")):
        assert fields & _names(schemas.load(path.name.removesuffix(".v1.json"))) == set(), path.name


def _names(schema):
    if isinstance(schema, list):
        return set().union(*(_names(one) for one in schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own.union(*(_names(one) for one in schema.values()))
