"""What the inbox knows of a referral goes with it: whose words were about one id told both its towns for good."""

from django.db import migrations

CREATE = """
CREATE FUNCTION the_inbox_forgets_with_the_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- the bytes of what still waits for a person stay: its sender holds a receipt for it
    PERFORM erase_inbox_payload(found.message_id, now(), true) FROM (
        SELECT message_id FROM inbox_attempt WHERE referral_id = OLD.id
        UNION SELECT copy.message_id FROM inbox_attempt AS copy
            JOIN inbox_attempt AS first ON first.message_id = copy.copy_of_id WHERE first.referral_id = OLD.id
    ) AS found;
    UPDATE inbox_attempt SET referral_id = NULL WHERE referral_id = OLD.id;
    UPDATE inbox_work SET referral_id = NULL WHERE referral_id = OLD.id;
    UPDATE bus_alarm SET referral_id = NULL WHERE referral_id = OLD.id;
    DELETE FROM conversation WHERE referral_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER the_inbox_forgets_with_the_region AFTER DELETE ON progress
    FOR EACH ROW EXECUTE FUNCTION the_inbox_forgets_with_the_region();
"""

DROP = "DROP FUNCTION the_inbox_forgets_with_the_region() CASCADE;"


class Migration(migrations.Migration):
    """Lets the inbox forget a referral in the statement that deletes it."""

    dependencies = [
        ("progress", "0003_clocks_lie_between_1900_and_2199"),
        ("bus", "0003_the_referral_of_an_attempt_may_be_forgotten"),
    ]

    operations = [
        migrations.RunSQL(CREATE, DROP),
    ]
