"""The first form of the table, which no release had, gives way: keys are digests, and the proof has its own row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_sessions_of_people")]

    operations = [
        migrations.DeleteModel(name="Session"),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("key_digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sid_digest", models.CharField(db_index=True, max_length=64)),
                ("subject", models.CharField(db_index=True, max_length=36)),
                ("facts", models.TextField()),
                ("since", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("good_until", models.DateTimeField()),
            ],
            options={
                "db_table": "identity_session",
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(sid_digest="") & ~models.Q(subject=""), name="a_session_knows_whose_it_is"
                    )
                ],
            },
        ),
    ]
