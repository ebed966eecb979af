"""What is forgotten is forgotten in every table: nothing tells any more which towns a referral went between."""

import datetime
import pathlib
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from federation.bus import parked
from federation.bus.models import InboxAttempt, InboxPayload, InboxWork
from region_at_work import AT, CONSUMER, RANIA, word
from regional.progress import actions
from regional.progress.models import Progress

ROLES = pathlib.Path(__file__).parents[3] / "infra" / "postgres" / "roles.sql"
LATER = AT + datetime.timedelta(days=91)


def rows_that_name(referral: uuid.UUID) -> dict[str, int]:
    """Return the tables in which the id stands, as text, as digits or as readable bytes, and in how many rows."""
    forms = [f"%{form}%" for form in (referral, referral.hex, str(referral).encode().hex())]
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            question = f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE ANY (%s)'  # noqa: S608 -- the catalogue's own
            cursor.execute(question, [forms])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


@pytest.fixture
def stated(hear):
    """Return a function that brings the whole course of a referral over the bus, up to its end."""

    def make(referral: uuid.UUID, **how) -> None:
        for version, state in enumerate(("received", "opened", "declined"), start=1):
            reason = {"decline_reason": "noCapacity"} if state == "declined" else {}
            hear(word(referral, state, version=version, **how, **reason), by="vilvoorde", times=2)
            hear(word(referral, state, by="molenbeek", version=version, **how, **reason), by="molenbeek")

    return make


def forget() -> None:
    """Will do what the worker does when it is time, and let the index hear of it."""
    gone = list(Progress.objects.filter(ended_at__isnull=False).values_list("pk", flat=True))
    assert actions.forget_ended(by=CONSUMER, at=LATER) == len(gone) > 0
    actions.note_indexed(revisions={}, gone=gone)


def test_the_id_of_a_forgotten_referral_stands_nowhere(region, hear, stated) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    stated(one)
    hear(word(one, "withdrawn", version=3), by="vilvoorde")
    hear(word(other, "received"), by="vilvoorde")
    assert {"inbox_attempt", "inbox_work", "progress", "progress_statement"} <= set(rows_that_name(one))
    attempts, of_the_other = InboxAttempt.objects.count(), rows_that_name(other)

    forget()

    assert rows_that_name(one) == {}
    assert rows_that_name(other) == of_the_other
    assert InboxAttempt.objects.count() == attempts, "what was done stays, and which referral it was is gone"
    (waiting,) = InboxWork.objects.all()
    assert (waiting.state, waiting.reason) == ("parked", "versionReused")
    kept = InboxPayload.objects.values_list("message__attempts__referral_id", "message__work__state")
    assert set(kept) == {(None, "parked"), (other, None)}


def test_what_is_parked_about_a_forgotten_referral_can_still_be_answered(region, hear, stated) -> None:
    one = uuid.uuid4()
    stated(one)
    hear(word(one, "withdrawn", version=3), by="vilvoorde")
    forget()

    (waiting,) = parked.waiting()
    assert parked.answer(waiting.id, reason="closedByPerson", by="olivier.operator", at=LATER)

    assert parked.waiting() == []
    assert rows_that_name(one) == {}


def test_a_hand_back_knows_what_it_answers_as_long_as_it_is_known_itself(region, hear, stated) -> None:
    one, back = uuid.uuid4(), uuid.uuid4()
    stated(one)
    returned = {"from_": "molenbeek", "to": "vilvoorde", "relates_to": one}
    hear(word(back, "offered", by="molenbeek", hand_back_reason="noContact", **returned), by="molenbeek")

    forget()
    assert rows_that_name(one) == {"progress": 1}
    assert Progress.objects.get().relates_to == one

    for by in ("molenbeek", "vilvoorde"):
        hear(word(back, "revoked", by=by, version=2, revocation_reason="personStays", **returned), by=by)
    forget()
    assert rows_that_name(one) == rows_that_name(back) == {}


def test_who_opened_a_life_line_stays_known_and_which_towns_it_joined_does_not(region, stated) -> None:
    one = uuid.uuid4()
    stated(one)
    actions.open_life_line(referral_id=one, purpose="followUpOfSilence", by=RANIA, at=AT)

    forget()

    assert rows_that_name(one) == {"audit_entry": 1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT act, by_subject, facts FROM audit_entry WHERE subject = %s", [f"referral:{one}"])
        assert cursor.fetchall() == [("lifeLineOpened", RANIA.subject, "{}")]


def test_a_word_about_an_unknown_referral_loses_its_id_as_late_as_any(region, hear) -> None:
    one = uuid.uuid4()
    region.know("gent", "gent-regio")
    hear(word(one, "offered", from_="vilvoorde", to="gent"), by="vilvoorde")
    actions.forget_ended(by=CONSUMER, at=LATER)
    assert rows_that_name(one) == {"inbox_attempt": 1, "inbox_work": 1}, "a person must still look"

    (waiting,) = parked.waiting()
    parked.answer(waiting.id, reason="closedByPerson", by="olivier.operator", at=AT)
    actions.forget_ended(by=CONSUMER, at=AT + datetime.timedelta(days=90))
    assert rows_that_name(one) == {"inbox_attempt": 1}

    actions.forget_ended(by=CONSUMER, at=AT + datetime.timedelta(days=90, seconds=1))
    assert rows_that_name(one) == {}


def test_the_services_own_role_forgets_by_that_one_way_alone(region, stated) -> None:
    one, role = uuid.uuid4(), f"zenne_test_{uuid.uuid4().hex[:8]}"
    stated(one)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role}")
        cursor.execute(f"SET LOCAL zenne.application_role = '{role}'")
        cursor.execute(ROLES.read_text(encoding="utf-8"))
        cursor.execute(f"SET LOCAL ROLE {role}")
        for table in ("inbox_attempt", "bus_alarm"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(f"UPDATE {table} SET referral_id = NULL")  # noqa: S608 -- constants

        forget()

        cursor.execute("RESET ROLE")
    assert rows_that_name(one) == {}
