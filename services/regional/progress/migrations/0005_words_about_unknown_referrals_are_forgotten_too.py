"""A word about a referral that this region does not know is refused: which one it was is forgotten as late as any."""

from django.db import migrations

CREATE = """
CREATE FUNCTION forget_unknown_referrals(at timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE forgotten bigint;
BEGIN
    UPDATE inbox_attempt AS attempt SET referral_id = NULL
        WHERE attempt.referral_id IS NOT NULL AND attempt.at < forget_unknown_referrals.at - interval '90 days'
        AND NOT EXISTS (SELECT FROM progress WHERE progress.id = attempt.referral_id)
        -- a person must still look
        AND NOT EXISTS (SELECT FROM inbox_work WHERE inbox_work.message_id = attempt.message_id);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
"""

DROP = "DROP FUNCTION forget_unknown_referrals(timestamptz);"


class Migration(migrations.Migration):
    """Lets the region forget which referrals it was told of by mistake."""

    dependencies = [("progress", "0004_the_inbox_forgets_with_the_region")]

    operations = [
        migrations.RunSQL(CREATE, DROP),
    ]
