"""Unfinished forms of colleagues."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=36)),
                ("form", models.CharField(max_length=40)),
                ("object", models.CharField(blank=True, max_length=100)),
                ("content", models.JSONField()),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "db_table": "portal_draft",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject", "form", "object"), name="one_draft_a_person_form_and_object"
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(subject="") & ~models.Q(form=""), name="a_draft_knows_whose_it_is"
                    ),
                ],
            },
        ),
    ]
