"""What colleagues had begun to write about a file stayed when the file was erased."""

from django.db import migrations

NOTES = """
DELETE FROM portal_draft USING cases_case AS file
WHERE file.erased_at IS NOT NULL AND (object = file.id::text OR object LIKE file.id::text || '/%')
"""
QUESTIONS = """
DELETE FROM referral_draft USING cases_case AS file WHERE file.erased_at IS NOT NULL AND file.id = case_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_what_came_late_stands_beside_the_draft"),
        ("referrals", "0007_dossiers_that_nobody_waits_for"),
    ]

    operations = [migrations.RunSQL([NOTES, QUESTIONS], migrations.RunSQL.noop)]
