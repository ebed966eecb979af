"""The second line behind `tables.rules`: triggers that no code and no raw SQL of the application can pass."""

from django.db import migrations

AGENDA = """
CREATE FUNCTION tables_refuse(rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused by %', rule USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

-- A boy of seventeen is not discussed among adults: the age of the day of the meeting decides.
CREATE FUNCTION tables_item_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    file record;
    meeting record;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.meeting_id, NEW.case_id, NEW.put_at, NEW.put_by)
        IS DISTINCT FROM (OLD.id, OLD.meeting_id, OLD.case_id, OLD.put_at, OLD.put_by) THEN
        PERFORM tables_refuse('a_point_stays_at_its_meeting');
    ELSIF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    -- holds the case until commit, so that closing or erasing and putting on an agenda cannot cross
    SELECT closed_for_writing_at, erased_at, person_id INTO file FROM cases_case WHERE id = NEW.case_id FOR SHARE;
    IF file.closed_for_writing_at IS NOT NULL OR file.erased_at IS NOT NULL THEN
        PERFORM tables_refuse('a_closed_file_comes_on_no_agenda');
    END IF;
    SELECT "table", held_on INTO meeting FROM tables_meeting WHERE id = NEW.meeting_id;
    IF NOT EXISTS (
        SELECT FROM people_person WHERE id = file.person_id
           AND (birth_on > (meeting.held_on - interval '18 years')::date) = (meeting."table" = 'minors')) THEN
        PERFORM tables_refuse('a_case_comes_to_the_table_of_its_age');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_case_comes_to_the_table_of_its_age BEFORE INSERT OR UPDATE ON tables_agenda_item
    FOR EACH ROW EXECUTE FUNCTION tables_item_fits();
"""

AGREEMENTS = """
CREATE FUNCTION tables_agreement_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    file record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- what was agreed is in the minutes of a meeting that has gone: only how far it is changes
        IF (NEW.id, NEW.item_id, NEW.who_id, NEW.what, NEW.tells_person, NEW.agreed_at, NEW.agreed_by)
            IS DISTINCT FROM (OLD.id, OLD.item_id, OLD.who_id, OLD.what, OLD.tells_person, OLD.agreed_at, OLD.agreed_by)
           OR NEW.tells_id IS DISTINCT FROM OLD.tells_id THEN
            PERFORM tables_refuse('what_was_agreed_is_not_rewritten');
        END IF;
        RETURN NEW;
    END IF;
    SELECT c.closed_for_writing_at, c.erased_at, i.meeting_id INTO file
      FROM tables_agenda_item i JOIN cases_case c ON c.id = i.case_id WHERE i.id = NEW.item_id FOR SHARE OF c;
    IF file.closed_for_writing_at IS NOT NULL OR file.erased_at IS NOT NULL THEN
        PERFORM tables_refuse('a_closed_file_takes_no_agreement');
    END IF;
    IF EXISTS (SELECT FROM tables_seat WHERE id IN (NEW.who_id, NEW.tells_id) AND meeting_id <> file.meeting_id) THEN
        PERFORM tables_refuse('who_agrees_sits_at_the_table');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER who_agrees_sits_at_the_table BEFORE INSERT OR UPDATE ON tables_agreement
    FOR EACH ROW EXECUTE FUNCTION tables_agreement_stands();

-- `cases` lies below and cannot call us: who erases a file and forgets what was agreed about it commits nothing.
CREATE FUNCTION tables_erased_with_the_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM tables_agenda_item WHERE case_id = NEW.id) THEN
        PERFORM tables_refuse('agreements_are_erased_with_the_file');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER agreements_are_erased_with_the_file AFTER UPDATE ON cases_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION tables_erased_with_the_file();
"""


class Migration(migrations.Migration):
    """Adds the triggers of agendas, agreements and their erasure."""

    dependencies = [("tables", "0001_initial")]

    operations = [
        migrations.RunSQL(
            AGENDA,
            """
            DROP TRIGGER a_case_comes_to_the_table_of_its_age ON tables_agenda_item;
            DROP FUNCTION tables_item_fits();
            DROP FUNCTION tables_refuse(text);
            """,
        ),
        migrations.RunSQL(
            AGREEMENTS,
            """
            DROP TRIGGER agreements_are_erased_with_the_file ON cases_case;
            DROP TRIGGER who_agrees_sits_at_the_table ON tables_agreement;
            DROP FUNCTION tables_erased_with_the_file();
            DROP FUNCTION tables_agreement_stands();
            """,
        ),
    ]
