"""What comes from a browser after its session has ended stands beside the draft, and never in its place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_a_form_is_done_once")]

    operations = [
        migrations.AddField("draft", "beside", models.BooleanField(default=False, db_default=False)),
        migrations.AddField(
            "draft", "late_key", models.CharField(blank=True, default="", db_default="", max_length=32)
        ),
        migrations.RemoveConstraint("draft", "one_draft_a_person_form_and_object"),
        migrations.AddConstraint(
            "draft",
            models.UniqueConstraint(
                fields=("subject", "form", "object", "beside"), name="one_draft_and_one_beside_it_a_person_and_form"
            ),
        ),
    ]
