"""The second line behind `figures.actions`: a release is of a year that was over, and stays as it came."""

from django.db import migrations

KEEP = """
ALTER TABLE figures_release ADD CONSTRAINT a_released_year_was_over
    CHECK (year < EXTRACT(YEAR FROM received_at AT TIME ZONE 'Europe/Brussels'));

-- A figure that is changed afterwards is a second release, and the difference of two releases is people.
CREATE FUNCTION figures_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused by a_release_is_never_changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'a_release_is_never_changed';
END $$;
CREATE TRIGGER a_release_is_never_changed BEFORE UPDATE OR DELETE ON figures_release
    FOR EACH ROW EXECUTE FUNCTION figures_are_kept();
CREATE TRIGGER a_release_is_never_changed BEFORE UPDATE OR DELETE ON figures_figure
    FOR EACH ROW EXECUTE FUNCTION figures_are_kept();
"""


class Migration(migrations.Migration):
    """Adds the check and the triggers of releases."""

    dependencies = [("figures", "0001_initial")]

    operations = [
        migrations.RunSQL(
            KEEP,
            """
            DROP TRIGGER a_release_is_never_changed ON figures_figure;
            DROP TRIGGER a_release_is_never_changed ON figures_release;
            DROP FUNCTION figures_are_kept();
            ALTER TABLE figures_release DROP CONSTRAINT a_released_year_was_over;
            """,
        )
    ]
