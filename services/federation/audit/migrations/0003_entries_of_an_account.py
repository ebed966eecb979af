"""Whether an account is still in the log is asked every day: without an index that would read all of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["by_subject"], name="audit_entry_of_account"),
        ),
    ]
