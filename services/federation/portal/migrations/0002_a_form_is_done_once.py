"""Forms that were sent, so that each is done once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_drafts")]

    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("subject", models.CharField(max_length=36)),
                ("address", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=32)),
                ("digest", models.CharField(max_length=71)),
                ("led_to", models.TextField()),
                ("sent_at", models.DateTimeField()),
            ],
            options={
                "db_table": "portal_sent_form",
                "indexes": [models.Index(fields=["sent_at"], name="sent_forms_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "address", "key"), name="a_form_is_done_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("led_to__startswith", "/"), models.Q(("led_to__startswith", "//"), _negated=True)
                        ),
                        name="a_sent_form_led_to_a_page_here",
                    ),
                ],
            },
        ),
    ]
