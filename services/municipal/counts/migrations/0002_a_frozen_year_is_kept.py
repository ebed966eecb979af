"""The second line behind `counts.actions`: a year is frozen when it is over, and stays as it was counted."""

from django.db import migrations

KEEP = """
-- Figures of a running year change with every case, and the differences between them are people.
ALTER TABLE counts_snapshot ADD CONSTRAINT a_frozen_year_was_over
    CHECK (year < EXTRACT(YEAR FROM frozen_at AT TIME ZONE 'Europe/Brussels'));

CREATE FUNCTION counts_refuse(rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused by %', rule USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

-- What was released is what was frozen: nothing but the one approval is added, and never a second one.
CREATE FUNCTION counts_snapshot_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.approved_at IS NOT NULL OR NEW.approved_at IS NULL
       OR to_jsonb(NEW) - 'approved_at' - 'approved_by' - 'message_id'
          <> to_jsonb(OLD) - 'approved_at' - 'approved_by' - 'message_id' THEN
        PERFORM counts_refuse('only_one_approval_is_added_to_a_frozen_year');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_one_approval_is_added_to_a_frozen_year BEFORE UPDATE OR DELETE ON counts_snapshot
    FOR EACH ROW EXECUTE FUNCTION counts_snapshot_is_kept();

CREATE FUNCTION counts_cell_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM counts_refuse('a_frozen_count_is_never_changed');
    RETURN NULL;
END $$;
CREATE TRIGGER a_frozen_count_is_never_changed BEFORE UPDATE OR DELETE ON counts_cell
    FOR EACH ROW EXECUTE FUNCTION counts_cell_is_kept();
"""


class Migration(migrations.Migration):
    """Adds the check and the triggers of frozen years."""

    dependencies = [("counts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            KEEP,
            """
            DROP TRIGGER a_frozen_count_is_never_changed ON counts_cell;
            DROP TRIGGER only_one_approval_is_added_to_a_frozen_year ON counts_snapshot;
            DROP FUNCTION counts_cell_is_kept();
            DROP FUNCTION counts_snapshot_is_kept();
            DROP FUNCTION counts_refuse(text);
            ALTER TABLE counts_snapshot DROP CONSTRAINT a_frozen_year_was_over;
            """,
        )
    ]
