"""The second line behind `consents.actions`: a consent stays as it was given."""

from django.db import migrations

KEEP = """
-- A consent edited afterwards proves nothing (GDPR art. 7(1)); a withdrawal taken back would be a forged consent.
CREATE FUNCTION consents_consent_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
       OR to_jsonb(NEW) - 'withdrawn_at' - 'withdrawn_by' <> to_jsonb(OLD) - 'withdrawn_at' - 'withdrawn_by' THEN
        RAISE EXCEPTION 'refused by only_a_withdrawal_is_added_to_a_consent'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_a_withdrawal_is_added_to_a_consent';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_a_withdrawal_is_added_to_a_consent BEFORE UPDATE OR DELETE ON consents_consent
    FOR EACH ROW EXECUTE FUNCTION consents_consent_is_kept();
"""


class Migration(migrations.Migration):
    """Adds the trigger of consents."""

    dependencies = [("consents", "0001_initial")]

    operations = [
        migrations.RunSQL(
            KEEP,
            """
            DROP TRIGGER only_a_withdrawal_is_added_to_a_consent ON consents_consent;
            DROP FUNCTION consents_consent_is_kept();
            """,
        )
    ]
