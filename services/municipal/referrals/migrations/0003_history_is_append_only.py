"""What a constraint of one row cannot say: history is only added to, no state is jumped over, an offer stays as it was."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION referral_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'referral_history_is_append_only: % of %', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_history_is_append_only';
END $$;

CREATE TRIGGER referral_history_is_append_only BEFORE UPDATE OR DELETE ON referral_step
    FOR EACH ROW EXECUTE FUNCTION referral_history_is_append_only();
CREATE TRIGGER referral_history_is_append_only BEFORE UPDATE OR DELETE ON referral_report
    FOR EACH ROW EXECUTE FUNCTION referral_history_is_append_only();
CREATE TRIGGER referral_history_is_append_only BEFORE DELETE ON referral
    FOR EACH ROW EXECUTE FUNCTION referral_history_is_append_only();
CREATE TRIGGER referral_history_is_append_only BEFORE UPDATE OR DELETE ON legal_step
    FOR EACH ROW EXECUTE FUNCTION referral_history_is_append_only();
"""

NO_JUMP = """
CREATE FUNCTION no_state_is_jumped_over() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before varchar := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := OLD.state;
    ELSIF NEW.direction = 'sent' THEN
        before := 'draft';
    END IF;
    IF before = NEW.state THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM legal_step
                   WHERE direction = NEW.direction AND from_state = before AND to_state = NEW.state) THEN
        RAISE EXCEPTION 'no_state_is_jumped_over: % to %', before, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'no_state_is_jumped_over';
    END IF;
    RETURN NEW;
END $$;

-- loss L13: accepted, and silently put back
CREATE TRIGGER no_state_is_jumped_over BEFORE INSERT OR UPDATE OF state ON referral
    FOR EACH ROW EXECUTE FUNCTION no_state_is_jumped_over();
"""

CHAIN = """
CREATE FUNCTION each_step_begins_where_the_last_ended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step legal_step;
    stands referral;
    before varchar;
BEGIN
    SELECT * INTO step FROM legal_step WHERE code = NEW.legal_id;
    SELECT * INTO stands FROM referral WHERE id = NEW.referral_id;
    SELECT legal_step.to_state INTO before FROM referral_step JOIN legal_step ON legal_step.code = referral_step.legal_id
        WHERE referral_step.referral_id = NEW.referral_id ORDER BY referral_step.id DESC LIMIT 1;
    IF before IS NULL AND stands.direction = 'sent' THEN
        before := 'draft';
    END IF;
    IF step.direction <> stands.direction OR step.to_state <> stands.state OR step.from_state <> coalesce(before, '') THEN
        RAISE EXCEPTION 'each_step_begins_where_the_last_ended: %', NEW.legal_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'each_step_begins_where_the_last_ended';
    END IF;
    RETURN NEW;
END $$;

-- loss L16: a history that skips what happened
CREATE TRIGGER each_step_begins_where_the_last_ended BEFORE INSERT ON referral_step
    FOR EACH ROW EXECUTE FUNCTION each_step_begins_where_the_last_ended();
"""

AS_OFFERED = """
CREATE FUNCTION an_offer_stays_as_it_was() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.direction <> OLD.direction OR NEW.peer <> OLD.peer
        OR (OLD.kind <> '' AND (NEW.kind, NEW.consent_digest, NEW.ground, NEW.hand_back, NEW.by_itself, NEW.began_at)
            IS DISTINCT FROM (OLD.kind, OLD.consent_digest, OLD.ground, OLD.hand_back, OLD.by_itself, OLD.began_at))
        OR (OLD.kind <> '' AND (NEW.consent_id, NEW.offered_custody_row, NEW.relates_to)
            IS DISTINCT FROM (OLD.consent_id, OLD.offered_custody_row, OLD.relates_to))
        OR (OLD.consent_withdrawn AND NOT NEW.consent_withdrawn)
        OR (OLD.revocation_asked AND NOT NEW.revocation_asked)
        OR (OLD.accepted AND NOT NEW.accepted)
        OR (OLD.released AND NOT NEW.released)
        OR (OLD.answer <> '' AND NEW.answer <> OLD.answer)
        OR (OLD.case_id IS NOT NULL AND NEW.case_id IS DISTINCT FROM OLD.case_id) THEN
        RAISE EXCEPTION 'an_offer_stays_as_it_was'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'an_offer_stays_as_it_was';
    END IF;
    RETURN NEW;
END $$;

-- gate 2 asks for the very consent that was offered, and a release ends exactly the row that was named:
-- neither may be exchanged afterwards; and what was once signed is not unsaid
CREATE TRIGGER an_offer_stays_as_it_was BEFORE UPDATE ON referral
    FOR EACH ROW EXECUTE FUNCTION an_offer_stays_as_it_was();
"""

UNDO = """
DROP TRIGGER referral_history_is_append_only ON referral_step;
DROP TRIGGER referral_history_is_append_only ON referral_report;
DROP TRIGGER referral_history_is_append_only ON referral;
DROP TRIGGER referral_history_is_append_only ON legal_step;
DROP TRIGGER no_state_is_jumped_over ON referral;
DROP TRIGGER each_step_begins_where_the_last_ended ON referral_step;
DROP TRIGGER an_offer_stays_as_it_was ON referral;
DROP FUNCTION referral_history_is_append_only, no_state_is_jumped_over, each_step_begins_where_the_last_ended,
    an_offer_stays_as_it_was;
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_legal_steps")]

    operations = [migrations.RunSQL([APPEND_ONLY, NO_JUMP, CHAIN, AS_OFFERED], UNDO)]
