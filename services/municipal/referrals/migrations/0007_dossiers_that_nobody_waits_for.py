"""Dossiers of releases stayed in the outbox for good, and what came back into an erased file stayed beside it."""

from django.db import migrations

OUTBOX = """
WITH needless AS (
    SELECT dossier.message_id FROM outbox_dossier AS dossier
    JOIN outbox_message AS message ON message.id = dossier.message_id
    JOIN referral ON referral.id = message.referral_id
    LEFT JOIN cases_case AS file ON file.id = referral.case_id
    WHERE referral.held OR referral.recipient_out OR referral.consent_withdrawn
        OR referral.state IN ('revoking', 'revoked', 'handedBack')
        OR (file.erased_at IS NOT NULL AND message.receipt_at IS NOT NULL)
), emptied AS (
    UPDATE outbox_sealing SET sealed = NULL WHERE has_dossier AND message_id IN (SELECT message_id FROM needless)
)
DELETE FROM outbox_dossier WHERE message_id IN (SELECT message_id FROM needless)
"""

RECEIVED = """
WITH erased AS (
    UPDATE referral SET has_dossier = false, preview = NULL, urgency = '',
        copy_erased_at = coalesce(copy_erased_at, file.erased_at),
        copy_erased_by = CASE WHEN copy_erased_at IS NULL THEN file.erased_by ELSE copy_erased_by END
    FROM cases_case AS file
    WHERE file.id = referral.case_id AND file.erased_at IS NOT NULL AND referral.has_dossier
    RETURNING referral.id
)
DELETE FROM received_dossier WHERE referral_id IN (SELECT id FROM erased)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bus", "0002_append_only"),
        ("cases", "0004_an_entry_is_known_within_its_case"),
        ("referrals", "0006_days_lie_between_1900_and_2199"),
    ]

    operations = [migrations.RunSQL([OUTBOX, RECEIVED], migrations.RunSQL.noop)]
