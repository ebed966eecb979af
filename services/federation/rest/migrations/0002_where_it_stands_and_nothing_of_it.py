"""Of an answer under a key stays where its thing stands: what it said named people, and outlived an erasure."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rest", "0001_answers_under_a_key")]

    operations = [
        migrations.AddField(
            model_name="idempotencykey",
            name="href",
            field=models.CharField(default="", max_length=300),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE rest_idempotency_key SET href = coalesce(answer->>'href', '')", migrations.RunSQL.noop
        ),
        migrations.RemoveField(model_name="idempotencykey", name="answer"),
        migrations.RemoveField(model_name="idempotencykey", name="headers"),
    ]
