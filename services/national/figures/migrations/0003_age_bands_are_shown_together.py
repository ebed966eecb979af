"""The second line behind `contracts.programmes.together`: no age band is shown beside a withheld figure."""

from django.db import migrations

TOGETHER = """
-- Without adults, all ages and the minors are the same people and one figure: where the two differ beside a hidden
-- figure of adults, there is an adult.
CREATE FUNCTION figures_bands_together() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM figures_figure shown JOIN figures_figure hidden USING (release_id, indicator)
        WHERE release_id = NEW.release_id AND indicator = NEW.indicator
          AND shown.age_band <> 'all' AND shown.value IS NOT NULL AND hidden.value IS NULL
    ) THEN
        RAISE EXCEPTION 'refused by age_bands_are_shown_all_or_none'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'age_bands_are_shown_all_or_none';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER age_bands_are_shown_all_or_none AFTER INSERT ON figures_figure
    FOR EACH ROW EXECUTE FUNCTION figures_bands_together();
"""


class Migration(migrations.Migration):
    """Adds the trigger of age bands."""

    dependencies = [("figures", "0002_releases_are_kept")]

    operations = [
        migrations.RunSQL(
            TOGETHER,
            """
            DROP TRIGGER age_bands_are_shown_all_or_none ON figures_figure;
            DROP FUNCTION figures_bands_together();
            """,
        )
    ]
