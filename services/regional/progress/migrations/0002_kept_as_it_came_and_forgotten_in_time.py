"""What a side stated is never rewritten, and goes by one function, when it is time."""

from django.db import migrations

CREATE = """
CREATE SEQUENCE progress_revision;

CREATE FUNCTION a_statement_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a_statement_is_never_changed' USING
        ERRCODE = 'check_violation', CONSTRAINT = 'a_statement_is_never_changed';
END $$;
CREATE TRIGGER a_statement_is_never_changed BEFORE UPDATE ON progress_statement
    FOR EACH ROW EXECUTE FUNCTION a_statement_is_never_changed();

-- Whoever could delete one side's word could make the other's look like a lie.
CREATE FUNCTION statements_go_by_one_function() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM progress WHERE id = OLD.referral_id) THEN
        RAISE EXCEPTION 'statements_go_by_one_function' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'statements_go_by_one_function';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER statements_go_by_one_function BEFORE DELETE ON progress_statement
    FOR EACH ROW EXECUTE FUNCTION statements_go_by_one_function();

-- L1: what is open is never deleted, by nobody.
CREATE FUNCTION what_is_open_is_never_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NULL THEN
        RAISE EXCEPTION 'what_is_open_is_never_forgotten' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'what_is_open_is_never_forgotten';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER what_is_open_is_never_forgotten BEFORE DELETE ON progress
    FOR EACH ROW EXECUTE FUNCTION what_is_open_is_never_forgotten();

CREATE FUNCTION forget_progress(referral uuid, at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM progress WHERE id = referral AND ended_at < at - interval '90 days';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM progress_statement WHERE referral_id = referral;
    -- the index keeps its copy until it has heard of this, under a number that no later word of ours undercuts
    INSERT INTO progress_forgotten (id, revision, forgotten_at) VALUES (referral, nextval('progress_revision'), at)
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, forgotten_at = excluded.forgotten_at;
    RETURN true;
END $$;
"""

DROP = """
DROP FUNCTION forget_progress(uuid, timestamptz);
DROP FUNCTION what_is_open_is_never_forgotten() CASCADE;
DROP FUNCTION statements_go_by_one_function() CASCADE;
DROP FUNCTION a_statement_is_never_changed() CASCADE;
DROP SEQUENCE progress_revision;
"""


class Migration(migrations.Migration):
    dependencies = [("progress", "0001_initial")]

    operations = [
        migrations.RunSQL(CREATE, DROP),
    ]
