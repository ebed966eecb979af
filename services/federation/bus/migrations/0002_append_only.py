"""What came in and what was signed is never rewritten, by nobody.

Loss: a party that can rewrite what it received can deny having received it.
"""

from django.db import migrations

APPEND_ONLY = ("inbox_message", "inbox_attempt", "inbox_statement", "directory_entry", "bus_alarm", "epoch")

CREATE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- A signed statement stays what it was: only its way through the world is noted on it.
CREATE FUNCTION refuse_other_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.recipient, NEW.type, NEW.epoch, NEW.jws, NEW.digest, NEW.answers, NEW.created_at)
        IS DISTINCT FROM
        (OLD.id, OLD.recipient, OLD.type, OLD.epoch, OLD.jws, OLD.digest, OLD.answers, OLD.created_at)
        OR (NEW.referral_id, NEW.seq) IS DISTINCT FROM (OLD.referral_id, OLD.seq) THEN
        RAISE EXCEPTION 'a signed statement is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- F4: who takes a receipt back would send again what was received, or fall silent about what was not.
    IF OLD.receipt_at IS NOT NULL AND NEW.receipt_at IS DISTINCT FROM OLD.receipt_at THEN
        RAISE EXCEPTION 'a receipt is never taken back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statements_are_never_changed BEFORE UPDATE ON outbox_message
    FOR EACH ROW EXECUTE FUNCTION refuse_other_statement();
CREATE TRIGGER statements_are_never_deleted BEFORE DELETE ON outbox_message
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A conversation that counts backwards would give a number twice, or apply a message twice (I4).
CREATE FUNCTION refuse_counting_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sent_seq < OLD.sent_seq OR NEW.applied_seq < OLD.applied_seq
        OR (NEW.referral_id, NEW.peer) IS DISTINCT FROM (OLD.referral_id, OLD.peer) THEN
        RAISE EXCEPTION 'a conversation never counts backwards' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER conversations_never_count_backwards BEFORE UPDATE ON conversation
    FOR EACH ROW EXECUTE FUNCTION refuse_counting_back();

-- Raw bytes are never changed, and go only by the function below, which runs as the tables' owner.
CREATE FUNCTION refuse_payload_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RAISE EXCEPTION 'raw bytes go by erase_inbox_payload' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER payloads_are_never_changed BEFORE UPDATE ON inbox_payload
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payloads_go_by_one_function BEFORE DELETE ON inbox_payload
    FOR EACH ROW EXECUTE FUNCTION refuse_payload_deletion();

-- Erases the raw bytes of one message: 40 days after it was dealt with, or at once when a person's data is erased.
-- What still waits to be applied is never erased: its sender holds a receipt for it.
CREATE FUNCTION erase_inbox_payload(message bigint, at timestamptz, erasure boolean) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM inbox_payload USING inbox_message
        WHERE inbox_payload.message_id = message AND inbox_message.id = message
        AND (erasure OR inbox_message.stored_at < at - interval '40 days')
        AND NOT EXISTS (SELECT FROM inbox_work WHERE inbox_work.message_id = message);
    RETURN FOUND;
END $$;
"""

DROP = """
DROP FUNCTION erase_inbox_payload(bigint, timestamptz, boolean);
DROP FUNCTION refuse_payload_deletion() CASCADE;
DROP FUNCTION refuse_counting_back() CASCADE;
DROP FUNCTION refuse_other_statement() CASCADE;
DROP FUNCTION refuse_change() CASCADE;
"""

GUARDS = "".join(
    f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change();\n"
    for table in APPEND_ONLY
)

class Migration(migrations.Migration):
    dependencies = [("bus", "0001_initial")]

    operations = [
        migrations.RunSQL(CREATE + GUARDS, DROP),
    ]
