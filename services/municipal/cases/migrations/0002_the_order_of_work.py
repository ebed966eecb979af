"""The second line behind `cases.rules`: triggers that no code and no raw SQL of the application can pass."""

from django.db import migrations

ENTRIES = """
CREATE FUNCTION cases_entry_refuse(rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused by %', rule USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

-- Goals need a picture, ways and evaluations their goal: the only order in which work can be evaluated.
-- What came with a dossier was checked where it was written; its picture may not have been consented.
CREATE FUNCTION cases_entry_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    file record;
    last record;
BEGIN
    -- holds the case until commit, so that closing and writing cannot cross (loss L7)
    SELECT closed_for_writing_at, awaiting_dossier, erased_at INTO file
      FROM cases_case WHERE id = NEW.case_id FOR SHARE;
    IF file.closed_for_writing_at IS NOT NULL OR file.erased_at IS NOT NULL THEN
        PERFORM cases_entry_refuse('a_closed_file_takes_no_entry');
    END IF;
    IF file.awaiting_dossier AND NEW.block <> 'contactNotes' THEN
        PERFORM cases_entry_refuse('a_file_that_has_not_come_takes_contact_notes_only');
    END IF;
    SELECT * INTO last FROM cases_entry WHERE entry_id = NEW.entry_id ORDER BY version DESC LIMIT 1;
    IF NOT FOUND THEN
        IF NEW.version <> 1 THEN
            PERFORM cases_entry_refuse('versions_follow_each_other');
        END IF;
    ELSIF NEW.version <> last.version + 1 OR NEW.case_id <> last.case_id OR NEW.block <> last.block
          OR NEW.goal_id IS DISTINCT FROM last.goal_id OR NEW.life_domain <> last.life_domain THEN
        PERFORM cases_entry_refuse('versions_follow_each_other');
    END IF;
    IF NEW.came_by IS NOT NULL THEN
        RETURN NEW;
    END IF;
    IF NEW.block = 'goals' AND NOT EXISTS (
        SELECT FROM cases_entry WHERE case_id = NEW.case_id AND block = 'situationPicture') THEN
        PERFORM cases_entry_refuse('goals_come_after_a_picture');
    END IF;
    IF NEW.block IN ('ways', 'evaluations') AND NOT EXISTS (
        SELECT FROM cases_entry WHERE case_id = NEW.case_id AND block = 'goals' AND entry_id = NEW.goal_id) THEN
        PERFORM cases_entry_refuse('ways_and_evaluations_come_after_their_goal');
    END IF;
    IF NEW.addendum_to IS NOT NULL AND NOT EXISTS (
        SELECT FROM cases_entry
         WHERE case_id = NEW.case_id AND block = 'contactNotes' AND entry_id = NEW.addendum_to) THEN
        PERFORM cases_entry_refuse('an_addendum_belongs_to_a_note');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entries_follow_the_order_of_work BEFORE INSERT ON cases_entry
    FOR EACH ROW EXECUTE FUNCTION cases_entry_in_order();

-- Erasure is an act with its own function and audit entry; nothing else takes a version away.
CREATE FUNCTION cases_entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('zenne.erasing', true) = OLD.case_id::text THEN
        RETURN OLD;
    END IF;
    PERFORM cases_entry_refuse('entries_are_added_and_never_changed');
    RETURN NULL;
END $$;
CREATE TRIGGER entries_are_added_and_never_changed BEFORE UPDATE OR DELETE ON cases_entry
    FOR EACH ROW EXECUTE FUNCTION cases_entry_is_kept();

-- Runs with the owner's rights: the application's role has no DELETE on entries.
CREATE FUNCTION cases_erase_entries(erased uuid) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM set_config('zenne.erasing', erased::text, true);
    DELETE FROM cases_entry WHERE case_id = erased;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('zenne.erasing', '', true);
    RETURN gone;
END $$;
"""

CUSTODY = """
-- An acquisition is a fact: it ends once, and nobody edits it (loss L13: ownership silently reverted).
CREATE FUNCTION cases_custody_row_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR (NEW.id, NEW.case_id, NEW.acquired_by, NEW.started_at, NEW.started_by)
        IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.acquired_by, OLD.started_at, OLD.started_by)
        OR NEW.referral_id IS DISTINCT FROM OLD.referral_id THEN
        PERFORM cases_entry_refuse('a_custody_row_ends_once_and_is_kept');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_custody_row_ends_once_and_is_kept BEFORE UPDATE OR DELETE ON cases_custody_row
    FOR EACH ROW EXECUTE FUNCTION cases_custody_row_is_kept();

-- Who may write answers for the person: a file open for writing without custody would be edited in two towns (loss L7).
CREATE FUNCTION cases_writing_needs_custody() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    looked_at uuid;
BEGIN
    looked_at := CASE TG_TABLE_NAME WHEN 'cases_case' THEN (to_jsonb(NEW) ->> 'id')::uuid
                 ELSE (to_jsonb(NEW) ->> 'case_id')::uuid END;
    IF EXISTS (SELECT FROM cases_case WHERE id = looked_at AND closed_for_writing_at IS NULL)
       AND NOT EXISTS (SELECT FROM cases_custody_row WHERE case_id = looked_at AND ended_at IS NULL) THEN
        PERFORM cases_entry_refuse('a_file_open_for_writing_has_a_custodian');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER a_file_open_for_writing_has_a_custodian AFTER INSERT OR UPDATE ON cases_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cases_writing_needs_custody();
CREATE CONSTRAINT TRIGGER a_file_open_for_writing_has_a_custodian AFTER UPDATE ON cases_custody_row
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cases_writing_needs_custody();
"""


class Migration(migrations.Migration):
    """Adds the triggers of entries and custody rows."""

    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunSQL(
            ENTRIES,
            """
            DROP FUNCTION cases_erase_entries(uuid);
            DROP TRIGGER entries_are_added_and_never_changed ON cases_entry;
            DROP TRIGGER entries_follow_the_order_of_work ON cases_entry;
            DROP FUNCTION cases_entry_is_kept();
            DROP FUNCTION cases_entry_in_order();
            DROP FUNCTION cases_entry_refuse(text);
            """,
        ),
        migrations.RunSQL(
            CUSTODY,
            """
            DROP TRIGGER a_file_open_for_writing_has_a_custodian ON cases_custody_row;
            DROP TRIGGER a_file_open_for_writing_has_a_custodian ON cases_case;
            DROP TRIGGER a_custody_row_ends_once_and_is_kept ON cases_custody_row;
            DROP FUNCTION cases_writing_needs_custody();
            DROP FUNCTION cases_custody_row_is_kept();
            """,
        ),
    ]
