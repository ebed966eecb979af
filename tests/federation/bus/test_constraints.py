"""What the tables themselves refuse, whoever writes the SQL."""

import os

import pytest
from django.db import DatabaseError, connection, transaction

from bus_world import World, execute, query
from federation.bus import inbox
from federation.contracts.messages import ReferralOpened

TABLES = ("outbox_message", "outbox_sealing", "inbox_message", "inbox_payload", "inbox_attempt", "inbox_statement")
OUTBOX = (
    "INSERT INTO outbox_message (id, recipient, type, referral_id, seq, epoch, jws, digest, answers, created_at,"
    " attempts, next_attempt_at, receipt_at, refused_at, refused_reason) SELECT gen_random_uuid(), "
)

ANSWERED = "(SELECT max(answers) FROM outbox_message)"


def _outbox(**changes: str) -> str:
    """Return SQL that copies a row of the outbox with other values."""
    values = {
        "recipient": "recipient",
        "type": "type",
        "referral_id": "referral_id",
        "seq": "seq + 7",
        "epoch": "epoch",
        "jws": "jws",
        "digest": "'sha256:' || md5(random()::text)",
        "answers": "answers",
        "created_at": "created_at",
        "attempts": "attempts",
        "next_attempt_at": "now()",
        "receipt_at": "receipt_at",
        "refused_at": "refused_at",
        "refused_reason": "refused_reason",
    } | changes
    return OUTBOX + ", ".join(values.values()) + " FROM outbox_message WHERE type = 'ReferralOpened'"


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("one_statement_per_recipient_referral_and_seq", _outbox(seq="seq")),
        ("one_row_per_statement", _outbox(digest="digest")),
        ("one_answer_per_message", _outbox(type="'MessageReceived'", seq="NULL", answers=ANSWERED, receipt_at="NULL")),
        ("seq_counts_from_one_within_a_referral", _outbox(seq="0")),
        ("seq_counts_from_one_within_a_referral", _outbox(referral_id="NULL")),
        ("no_receipt_for_a_receipt", _outbox(type="'MessageReceived'", seq="NULL", receipt_at="now()")),
        ("a_refused_statement_has_time_and_reason", _outbox(refused_at="now()")),
        ("a_refused_statement_has_time_and_reason", _outbox(refused_reason="'x'")),
        ("what_has_no_receipt_is_sent_again", _outbox(next_attempt_at="NULL")),
        ("a signed statement is never changed", "UPDATE outbox_message SET jws = 'x'"),
        ("a signed statement is never changed", "UPDATE outbox_message SET seq = 9 WHERE seq = 1"),
        ("a signed statement is never changed", "UPDATE outbox_message SET recipient = 'kraainem'"),
        ("a receipt is never taken back", "UPDATE outbox_message SET receipt_at = NULL, next_attempt_at = now()"),
        ("outbox_message is append-only", "DELETE FROM outbox_message WHERE type = 'MessageReceived'"),
        (
            "one_live_sealing_per_statement",
            (
                "INSERT INTO outbox_sealing SELECT gen_random_uuid(), digest, 1, false, sealed, sealed_at,"
                " message_id FROM outbox_sealing WHERE sealed IS NOT NULL"
            ),
        ),
        (
            "one_conversation_per_referral_and_peer",
            "INSERT INTO conversation SELECT id + 1000, referral_id, peer, 0, 0 FROM conversation",
        ),
        ("a conversation never counts backwards", "UPDATE conversation SET applied_seq = 0 WHERE applied_seq > 0"),
        ("a conversation never counts backwards", "UPDATE conversation SET sent_seq = 0 WHERE sent_seq > 0"),
        (
            "one_inbox_message_per_source_and_id",
            (
                'INSERT INTO inbox_message (source, event_id, digest, topic_id, partition, "offset", stored_at)'
                " SELECT source, event_id, 'x', topic_id, partition, 99, now() FROM inbox_message"
            ),
        ),
        (
            "one_inbox_message_per_record",
            (
                'INSERT INTO inbox_message (source, digest, topic_id, partition, "offset", stored_at)'
                ' SELECT source, digest, topic_id, partition, "offset", now() FROM inbox_message'
            ),
        ),
        ("inbox_message is append-only", "UPDATE inbox_message SET source = 'kraainem'"),
        ("inbox_message is append-only", "DELETE FROM inbox_message"),
        ("inbox_payload is append-only", "UPDATE inbox_payload SET raw = ''"),
        ("inbox_attempt is append-only", "UPDATE inbox_attempt SET by = 'nobody'"),
        ("inbox_attempt is append-only", "DELETE FROM inbox_attempt"),
        ("inbox_attempt is append-only", "UPDATE inbox_attempt SET referral_id = gen_random_uuid()"),
        ("inbox_attempt is append-only", "UPDATE inbox_attempt SET referral_id = NULL, sender = ''"),
        ("inbox_statement is append-only", "UPDATE inbox_statement SET digest = 'x'"),
        ("inbox_statement is append-only", "DELETE FROM inbox_statement"),
        (
            "one_inbox_statement_per_sender_and_digest",
            (
                "INSERT INTO inbox_statement (sender, digest, opened_at, message_id) SELECT sender, digest, now(),"
                " (SELECT message_id FROM inbox_attempt WHERE outcome = 'copy') FROM inbox_statement"
            ),
        ),
        (
            "one_application_per_inbox_message",
            (
                "INSERT INTO inbox_attempt (outcome, reason, place, sender, type, by, at, message_id)"
                " SELECT outcome, '', '', '', '', 'x', now(), message_id FROM inbox_attempt WHERE outcome = 'applied'"
            ),
        ),
        (
            "one_application_per_sender_referral_and_seq",
            (
                "INSERT INTO inbox_attempt (outcome, reason, place, sender, type, referral_id, seq, by, at, message_id)"
                " SELECT 'applied', '', '', sender, type, referral_id, seq, 'x', now(),"
                " (SELECT message_id FROM inbox_work) FROM inbox_attempt WHERE seq = 1"
            ),
        ),
        ("inbox_work_state_is_known", "UPDATE inbox_work SET state = 'lost'"),
        ("parked_work_has_a_reason", "UPDATE inbox_work SET state = 'parked', reason = ''"),
        ("directory_entry is append-only", "UPDATE directory_entry SET signed_by = 'x'"),
        ("directory_entry is append-only", "DELETE FROM directory_entry"),
        (
            "one_directory_entry_per_version",
            (
                "INSERT INTO directory_entry SELECT id + 1, participant, version, digest, signed_by, content, signed,"
                " received_at FROM directory_entry"
            ),
        ),
        (
            "one_trust_per_participant_and_key",
            "INSERT INTO peer_trust SELECT id + 1, participant, kid, fingerprint, jwk, how, by, at FROM peer_trust",
        ),
        ("bus_alarm is append-only", "DELETE FROM bus_alarm"),
        ("bus_alarm is append-only", "UPDATE bus_alarm SET referral_id = gen_random_uuid()"),
        ("a_restore_begins_a_higher_epoch", "INSERT INTO epoch VALUES (1, now(), 'x')"),
    ],
)
def test_the_database_refuses(world: World, name: str, statement: str) -> None:
    _one_of_everything(world)
    before = {table: query(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}  # noqa: S608 -- constants

    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        execute(statement)

    assert {table: query(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES} == before  # noqa: S608 -- constants


def _one_of_everything(world: World) -> None:
    """Leave at least one row in each table: applied, held, said and receipted."""
    world.settings.BUS_HANDLERS = {"ReferralOffered": "bus_world.on_message_with_answer"}
    referral_id, jws = world.offers()
    world.arrives(world.peer.sealed(jws, world.own_key()))
    world.says(ReferralOpened(), referral_id=referral_id, seq=5)
    world.work()
    world.offers()
    world.work()
    execute("UPDATE outbox_message SET receipt_at = now() WHERE referral_id = %s", referral_id)
    execute("INSERT INTO bus_alarm (kind, peer, at) VALUES ('x', '', now())")


def test_raw_bytes_go_by_one_function_and_only_when_dealt_with_and_old_enough(world: World) -> None:
    _one_of_everything(world)
    held = query("SELECT message_id FROM inbox_work")

    world.at = world.at.replace(year=2030)
    young = world.at.replace(year=2026)
    assert inbox.forget_old_payloads(young) == 0
    assert inbox.forget_old_payloads(world.at) == 3

    assert query("SELECT message_id FROM inbox_payload") == held
    assert query("SELECT count(*) FROM inbox_message") == [(4,)]


def test_an_erasure_takes_the_raw_bytes_of_a_referral_at_once_with_their_copies(world: World) -> None:
    referral_id, jws = world.offers()
    world.arrives(world.peer.sealed(jws, world.own_key()))
    other, _ = world.offers()
    world.work()

    erased = inbox.erase_payloads(referral_id=referral_id, at=world.at)

    assert erased == 2
    assert query("SELECT referral_id FROM inbox_payload JOIN inbox_attempt USING (message_id)") == [(other,)]


def test_the_application_s_role_cannot_delete_raw_bytes_but_by_the_function(committed_world: World) -> None:
    world = committed_world
    world.offers()
    world.work()
    with connection.cursor() as cursor:
        # roles are the server's: two runs at once must not take each other's
        reader = f"bus_reader_{os.getpid()}"
        cursor.execute(f"CREATE ROLE {reader}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {reader}")
        cursor.execute(f"GRANT EXECUTE ON ALL ROUTINES IN SCHEMA public TO {reader}")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {reader}")

    with pytest.raises(DatabaseError, match="erase_inbox_payload"), transaction.atomic():
        execute("; ".join((f"SET LOCAL ROLE {reader}", "DELETE FROM inbox_payload")))
    with transaction.atomic():
        execute(f"SET LOCAL ROLE {reader}")
        ((erased,),) = query("SELECT erase_inbox_payload((SELECT message_id FROM inbox_payload), now(), true)")

    assert erased
    assert query("SELECT count(*) FROM inbox_payload") == [(0,)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '60s'")
        cursor.execute(f"DROP OWNED BY {reader}")
        cursor.execute(f"DROP ROLE {reader}")
