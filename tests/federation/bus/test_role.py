"""The worker's own database role suffices for all that it does, and for nothing more."""

import pathlib
import uuid
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, transaction

from bus_world import World, count, execute, query
from federation.audit import actions, sealer
from federation.bus import inbox, outbox, parked
from federation.contracts.messages import MessageReceived, ReferralOpened
from federation.identity.actor import system

ROLES = pathlib.Path(__file__).parents[3] / "infra" / "postgres" / "roles.sql"
ROLE = "zenne_bus_test_application"


@pytest.fixture
def as_application(committed_world: World) -> Iterator[World]:
    """Give the world in which every statement runs as the application's role."""
    if not query("SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
        execute(f"CREATE ROLE {ROLE}")
    with transaction.atomic():
        execute(f"SET LOCAL zenne.application_role = '{ROLE}'")
        execute(ROLES.read_text(encoding="utf-8").replace("%", "%%"))
    execute(f"GRANT ALL ON effects, orders TO {ROLE}")
    execute(f"SET ROLE {ROLE}")
    yield committed_world
    execute("RESET ROLE")
    execute(f"DROP OWNED BY {ROLE}")
    execute(f"DROP ROLE {ROLE}")


def test_everything_that_the_worker_does_is_allowed(as_application: World) -> None:
    world = as_application
    world.settings.BUS_HANDLERS = {"ReferralOffered": "bus_world.on_message_with_answer"}
    referral_id, jws = world.offers()
    world.arrives(world.peer.sealed(jws, world.own_key()))
    world.says(ReferralOpened(), referral_id=uuid.uuid4(), seq=1)
    world.arrives(b"poison")
    world.work()
    ((answer,),) = query("SELECT digest FROM outbox_message WHERE type = 'ReferralOpened'")
    world.says(MessageReceived(answer))
    world.work()
    for one in parked.waiting():
        parked.answer(one.id, reason="closedByPerson", by="els.operator", at=world.at)
    with transaction.atomic():
        actions.record(act="x", by=system("vilvoorde", "test"), at=world.at, subject="x", case_id=referral_id)
        outbox.take_dossier_out(referral_id)
        outbox.erase_stored_dossiers([referral_id])
    sealer.tick(at=world.at)
    world.later(hours=1)
    sealer.tick(at=world.at)
    erased = inbox.erase_payloads(referral_id=referral_id, at=world.at)
    forgotten = inbox.forget_old_payloads(world.at.replace(year=2040))

    assert world.effects(referral_id=referral_id) == ["handler ReferralOffered", "receipt ReferralOpened"]
    assert (erased, forgotten, parked.waiting()) == (2, 3, [])
    assert (count("audit_seal"), count("audit_checkpoint")) == (1, 1)


@pytest.mark.parametrize(
    "table",
    [
        "audit_entry",
        "audit_seal",
        "audit_checkpoint",
        "audit_peer_checkpoint",
        "inbox_message",
        "inbox_payload",
        "inbox_statement",
        "inbox_attempt",
        "directory_entry",
        "bus_alarm",
        "epoch",
        "outbox_message",
    ],
)
def test_history_is_out_of_its_reach(as_application: World, table: str) -> None:
    as_application.offers()
    as_application.work()
    before = count(table)

    with pytest.raises(DatabaseError):
        execute(f"TRUNCATE {table} CASCADE")
    if table != "outbox_message":
        with pytest.raises(DatabaseError, match="permission denied"):
            execute(f"DELETE FROM {table}")  # noqa: S608 -- constants

    assert count(table) == before
