"""Entries are written with their act, chained after it, and cannot be changed unnoticed."""

import uuid
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from bus_world import World, count, execute, query
from federation.audit import actions, chain, queries, sealer, verify
from federation.bus import outbox
from federation.contracts.messages import CheckpointSigned
from federation.identity.actor import Actor, system

ELS = Actor("0b8e6d0e-6c0f-4f6e-9d8e-2f7c7d1f0a11", frozenset({"caseworker"}), "youth", "vilvoorde")
CASE = uuid.UUID("7f0a2c1e-0000-4000-8000-000000000001")


def _write(world: World, acts: int = 1) -> None:
    for number in range(acts):
        with transaction.atomic():
            actions.record(
                act="caseRead", by=ELS, at=world.at, subject=f"case:{CASE}", case_id=CASE, facts={"turn": number}
            )


def _seal(world: World) -> None:
    sealer.tick(at=world.at)


def _findings(world: World) -> list[str]:
    return verify.findings(world.at)


def test_an_entry_says_who_did_what_when_and_why(world: World) -> None:
    with transaction.atomic():
        actions.record(act="caseRead", by=ELS, at=world.at, subject=f"case:{CASE}", case_id=CASE, purpose="complaint")

    (access,) = queries.accesses(CASE)
    assert (access.act, access.by, access.team, access.roles) == ("caseRead", ELS.subject, "youth", ("caseworker",))
    assert (access.at, access.purpose, access.reading) == (world.at, "complaint", True)


def test_of_a_personal_part_only_a_digest_is_kept_that_the_salt_s_erasure_makes_nobody_s(world: World) -> None:
    with transaction.atomic():
        actions.record(
            act="personChanged", by=ELS, at=world.at, subject="case:x", case_id=CASE, personal={"name": "Jan Peeters"}
        )

    ((personal,),) = query("SELECT personal FROM audit_entry")
    ((salt,),) = query("SELECT salt FROM audit_salt")
    assert "Peeters" not in personal
    assert chain.keyed(bytes(salt), "Jan Peeters") in personal

    with transaction.atomic():
        erased = actions.erase_salt(case_id=CASE, by=ELS, at=world.at)

    assert (erased, count("audit_salt"), count("audit_entry")) == (True, 0, 2)


def test_a_fact_that_reads_like_a_sentence_is_refused(world: World) -> None:
    with pytest.raises(actions.FactNotACode), transaction.atomic():
        actions.record(act="x", by=ELS, at=world.at, subject="case:x", facts={"note": "he told me"})

    assert count("audit_entry") == 0


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_the_transaction_of_its_act_is_refused(committed_world: World) -> None:
    with pytest.raises(actions.OutsideTransaction):
        actions.record(act="x", by=ELS, at=committed_world.at, subject="case:x")

    assert count("audit_entry") == 0


def test_sealing_gives_places_without_gaps_and_seals_nothing_twice(world: World) -> None:
    _write(world, 3)

    sealed = [sealer.seal_waiting(world.at), sealer.seal_waiting(world.at)]
    _write(world, 2)
    sealed.append(sealer.seal_waiting(world.at, limit=1))
    sealed.append(sealer.seal_waiting(world.at))

    assert sealed == [3, 0, 1, 1]
    assert query("SELECT number FROM audit_seal ORDER BY number") == [(1,), (2,), (3,), (4,), (5,)]
    assert count("audit_waiting") == 0
    assert _findings(world) == []


def test_an_entry_that_commits_late_comes_after_those_that_were_sealed_before(committed_world: World) -> None:
    world = committed_world
    execute("SELECT nextval('audit_entry_id_seq')")  # an open transaction holds this id
    _write(world)
    _seal(world)
    execute(
        "INSERT INTO audit_entry (id, at, act, by_subject, by_team, by_roles, subject, purpose, facts, personal)"
        " SELECT min(id) - 1, min(at), 'late', 'x', '', '[]', 'case:x', '', '{}', '{}' FROM audit_entry"
    )

    _seal(world)

    assert query("SELECT act FROM audit_seal JOIN audit_entry ON audit_entry.id = entry_id ORDER BY number") == [
        ("caseRead",),
        ("late",),
    ]
    assert _findings(world) == []


def test_a_checkpoint_is_signed_every_hour_and_told_to_the_peers(world: World) -> None:
    _write(world, 2)
    _seal(world)
    assert count("audit_checkpoint") == 0

    world.later(hours=1)
    _seal(world)
    _seal(world)
    world.later(hours=1)
    _seal(world)

    assert query("SELECT number, entries FROM audit_checkpoint") == [(1, 2)]
    (said,) = outbox.all_said(CheckpointSigned)
    assert (said.number, said.entries) == (1, 2)
    assert query("SELECT recipient, seq, referral_id FROM outbox_message") == [("molenbeek", None, None)]


def test_a_peer_s_checkpoint_is_kept_and_a_contradiction_is_an_alarm(world: World) -> None:
    world.settings.BUS_HANDLERS = {"CheckpointSigned": "federation.audit.handlers.on_checkpoint_signed"}
    digest, other = chain.BEGINNING, chain.link(1, "a", "b")
    world.says(CheckpointSigned(1, 10, digest))
    world.says(CheckpointSigned(2, 12, other))
    world.work()
    assert count("bus_alarm") == 0

    world.says(CheckpointSigned(3, 11, chain.link(1, "c", "d")))
    world.says(CheckpointSigned(1, 10, other))
    world.work()

    assert query("SELECT kind, peer FROM bus_alarm") == [("checkpointContradicted", "molenbeek")] * 2
    assert count("audit_peer_checkpoint") == 4


# What an attacker with the owner's rights does: he switches the triggers off.


def _edit(_: World) -> None:
    execute("UPDATE audit_entry SET act = 'nothing' WHERE id = (SELECT entry_id FROM audit_seal WHERE number = 2)")


def _delete_with_its_link(_: World) -> None:
    execute("CREATE TEMPORARY TABLE gone AS SELECT entry_id FROM audit_seal WHERE number = 2")
    execute("DELETE FROM audit_seal WHERE number = 2")
    execute("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM gone)")


def _swap(_: World) -> None:
    execute("UPDATE audit_seal SET entry_id = entry_id + 1000 WHERE number = 2")
    execute(
        "UPDATE audit_seal SET entry_id = (SELECT entry_id - 1000 FROM audit_seal WHERE number = 2) WHERE number = 3"
    )
    execute("UPDATE audit_seal SET entry_id = entry_id - 1000 + 1 WHERE number = 2")


def _cut_off(_: World) -> None:
    execute("CREATE TEMPORARY TABLE gone AS SELECT entry_id FROM audit_seal WHERE number > 3")
    execute("DELETE FROM audit_seal WHERE number > 3")
    execute("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM gone)")


def _cut_off_with_the_checkpoint(world: World) -> None:
    _cut_off(world)
    execute("DELETE FROM audit_checkpoint")


def _write_anew(world: World) -> None:
    """Edit an entry and compute the whole chain again, as one does who knows this code."""
    _edit(world)
    execute("CREATE TEMPORARY TABLE again AS SELECT entry_id FROM audit_seal ORDER BY number")
    execute("DELETE FROM audit_seal")
    execute("INSERT INTO audit_waiting SELECT entry_id FROM again")
    sealer.seal_waiting(world.at)


def _never_seal(_: World) -> None:
    execute(
        "INSERT INTO audit_entry (at, act, by_subject, by_team, by_roles, subject, purpose, facts, personal)"
        " SELECT min(at), 'hidden', 'x', '', '[]', 'case:x', '', '{}', '{}' FROM audit_entry"
    )


def _forge_checkpoint(_: World) -> None:
    execute("UPDATE audit_checkpoint SET at = at + interval '1 day'")


@pytest.mark.parametrize(
    ("attack", "finding"),
    [
        (_edit, "seal 2: entry {entry} is not what was sealed here"),
        (_delete_with_its_link, "seal 2: missing; the next one is 3"),
        (_swap, "seal 2: entry {next} is not what was sealed here"),
        (_cut_off, "checkpoint 1: the chain is cut off before seal 5"),
        (_cut_off_with_the_checkpoint, "checkpoint 1, sent to a peer: missing here"),
        (_write_anew, "checkpoint 1: seal 5 was another one"),
        (_never_seal, "entry {hidden}: not sealed"),
        (_forge_checkpoint, "checkpoint 1: not what was signed"),
    ],
)
def test_the_verifier_finds(committed_world: World, attack: Callable[[World], None], finding: str) -> None:
    world = committed_world
    _write(world, 5)
    _seal(world)
    world.later(hours=1)
    _seal(world)
    assert _findings(world) == []
    ((entry, hidden),) = query(
        "SELECT (SELECT entry_id FROM audit_seal WHERE number = 2), (SELECT max(id) + 1 FROM audit_entry)"
    )

    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        attack(world)
        found = _findings(world)
        transaction.set_rollback(True)

    assert finding.format(entry=entry, next=entry + 1, hidden=hidden) in found


def test_who_rewrites_everything_he_holds_is_caught_by_what_a_peer_holds(world: World) -> None:
    _write(world, 2)
    _seal(world)

    held_by_peer = [CheckpointSigned(1, 3, chain.BEGINNING)]

    assert verify.findings(world.at, held_by_peer) == [
        "checkpoint 1, held by a peer: missing here",
        "checkpoint 1, held by a peer: the chain is cut off before seal 3",
    ]


def test_the_command_ends_with_an_error_when_something_is_wrong(
    committed_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(committed_world, 2)
    _seal(committed_world)
    committed_world.later(hours=2)

    call_command("verify_audit")
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        execute("DELETE FROM audit_seal WHERE number = 1")
        with pytest.raises(SystemExit):
            call_command("verify_audit")
        transaction.set_rollback(True)

    assert "the audit is whole" in capsys.readouterr().out


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET act = 'x'",
        "DELETE FROM audit_entry",
        "UPDATE audit_seal SET number = number + 10",
        "DELETE FROM audit_seal",
        "UPDATE audit_checkpoint SET entries = 1",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_peer_checkpoint SET entries = 1",
        "DELETE FROM audit_peer_checkpoint",
        "DELETE FROM audit_waiting",
        "INSERT INTO audit_seal VALUES (99, 'sha256:x', now(), (SELECT min(entry_id) FROM audit_waiting))",
        "INSERT INTO audit_seal VALUES (0, 'sha256:x', now(), (SELECT min(entry_id) FROM audit_waiting))",
        "UPDATE audit_entry SET by_subject = ''",
        "INSERT INTO audit_entry (at, act, by_subject, by_roles, facts) VALUES (now(), 'x', '', '[]', '{}')",
        "INSERT INTO audit_checkpoint SELECT number + 1, entries, digest, at, jws FROM audit_checkpoint",
        "INSERT INTO audit_peer_checkpoint SELECT 99, peer, 1, 1, 1, digest, now(), now() FROM audit_peer_checkpoint",
    ],
)
def test_the_database_refuses(world: World, statement: str) -> None:
    _write(world)
    _seal(world)
    world.later(hours=1)
    _seal(world)
    _write(world)
    execute(
        "INSERT INTO audit_peer_checkpoint (peer, epoch, number, entries, digest, said_at, stored_at)"
        " VALUES ('molenbeek', 1, 1, 1, 'sha256:x', now(), now())"
    )
    before = query("SELECT * FROM audit_entry ORDER BY id")

    with pytest.raises(DatabaseError), transaction.atomic():
        execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE")

    assert query("SELECT * FROM audit_entry ORDER BY id") == before


def test_automatic_work_is_named_as_such(world: World) -> None:
    with transaction.atomic():
        actions.record(act="released", by=system("vilvoorde", "consumer"), at=world.at, subject="case:x")

    assert query("SELECT by_subject, by_roles FROM audit_entry") == [("system:consumer", "[]")]
