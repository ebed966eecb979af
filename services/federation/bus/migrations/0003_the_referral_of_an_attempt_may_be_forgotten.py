"""A region forgets a referral: then what was done with a word and what was wrong stay, and which referral it was goes."""

from django.db import migrations

TABLES = ("inbox_attempt", "bus_alarm")

CREATE = """
-- Everything else of the row stays as it was written, and only a function of the tables' owner may do it.
CREATE FUNCTION refuse_change_but_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        IF OLD.referral_id IS NOT NULL AND NEW.referral_id IS NULL
            AND to_jsonb(NEW) - 'referral_id' = to_jsonb(OLD) - 'referral_id' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

DROP = "DROP FUNCTION refuse_change_but_forgetting();"


def guarded_by(function: str) -> str:
    """Return the statements that let `function` judge every change of the tables."""
    return "".join(
        f"DROP TRIGGER {table}_is_append_only ON {table};\n"
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}();\n"
        for table in TABLES
    )


class Migration(migrations.Migration):
    """Lets an attempt and an alarm lose their referral."""

    dependencies = [("bus", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            CREATE + guarded_by("refuse_change_but_forgetting"),
            guarded_by("refuse_change") + DROP,
        ),
    ]
