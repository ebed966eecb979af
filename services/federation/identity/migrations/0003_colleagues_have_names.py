"""How the people who work here are called, by their accounts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_keys_are_stored_as_digests")]

    operations = [
        migrations.CreateModel(
            name="Colleague",
            fields=[
                ("subject", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("seen_on", models.DateField()),
            ],
            options={
                "db_table": "identity_colleague",
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(subject="") & ~models.Q(name=""),
                        name="a_colleague_has_an_account_and_a_name",
                    )
                ],
            },
        ),
    ]
