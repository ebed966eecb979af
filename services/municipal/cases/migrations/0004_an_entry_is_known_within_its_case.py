"""An entry's id is its own within a case, not within the town.

Whoever comes back by an ordinary question gets a new case beside his old, closed one, and the dossier brings entries
that stand in both: refused, custody would have come without the file.
"""

from django.db import migrations, models

WITHIN_ITS_CASE = """
CREATE OR REPLACE FUNCTION cases_entry_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
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
    SELECT * INTO last FROM cases_entry
     WHERE case_id = NEW.case_id AND entry_id = NEW.entry_id ORDER BY version DESC LIMIT 1;
    IF NOT FOUND THEN
        IF NEW.version <> 1 THEN
            PERFORM cases_entry_refuse('versions_follow_each_other');
        END IF;
    ELSIF NEW.version <> last.version + 1 OR NEW.block <> last.block
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
"""


class Migration(migrations.Migration):
    """Lets two cases of one town hold the same entry; versions follow each other within each."""

    dependencies = [("cases", "0003_linked_cases")]

    operations = [
        migrations.RemoveConstraint("entry", "one_row_per_entry_and_version"),
        migrations.AddConstraint(
            "entry",
            models.UniqueConstraint(fields=("case", "entry_id", "version"), name="one_row_per_entry_and_version"),
        ),
        # backwards the constraint that comes back is the stricter rule by itself
        migrations.RunSQL(WITHIN_ITS_CASE, migrations.RunSQL.noop),
    ]
