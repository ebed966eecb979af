"""An entry is never changed and never deleted, and none escapes the sealer.

Loss: whoever reads a file without a reason could make the reading unsaid.
"""

from django.db import migrations

APPEND_ONLY = ("audit_entry", "audit_seal", "audit_checkpoint", "audit_peer_checkpoint")

CREATE = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION let_audit_entry_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_waiting (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER every_entry_waits_for_its_seal AFTER INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION let_audit_entry_wait();

-- What has no seal yet waits: taking it off the list would leave it outside the chain for ever.
CREATE FUNCTION refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM audit_seal WHERE entry_id = OLD.entry_id) THEN
        RAISE EXCEPTION 'entry % has no seal', OLD.entry_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER only_sealed_entries_stop_waiting BEFORE DELETE ON audit_waiting
    FOR EACH ROW EXECUTE FUNCTION refuse_unsealed();

-- A seal continues the chain: a number that is left out would hide a deleted link.
CREATE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number <> 1 AND NOT EXISTS (SELECT FROM audit_seal WHERE number = NEW.number - 1) THEN
        RAISE EXCEPTION 'seal % has no link before it', NEW.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER seals_have_no_gaps AFTER INSERT ON audit_seal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_gap();
"""

GUARDS = "".join(
    f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();\n"
    for table in APPEND_ONLY
)

DROP = """
DROP FUNCTION refuse_gap() CASCADE;
DROP FUNCTION refuse_unsealed() CASCADE;
DROP FUNCTION let_audit_entry_wait() CASCADE;
DROP FUNCTION refuse_audit_change() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(CREATE + GUARDS, DROP)]
