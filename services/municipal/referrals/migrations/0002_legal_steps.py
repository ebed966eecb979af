"""Fill the table of legal steps from the protocol, so that the database refuses every other change of state."""

from django.db import migrations

from federation.custody import facts
from municipal.referrals.models import step_code


def fill(apps, schema_editor):
    """Will write one row per legal change of state."""
    legal = apps.get_model("referrals", "LegalStep")
    steps = [("sent", before, after) for before, after in facts.SENT_STEPS]
    steps += [("received", before, after) for before, after in facts.RECEIVED_STEPS]
    legal.objects.bulk_create(
        legal(
            code=step_code(direction, before, after),
            direction=direction,
            from_state=before.value if before else "",
            to_state=after.value,
        )
        for direction, before, after in sorted(steps, key=lambda step: step_code(*step))
    )


def empty(apps, schema_editor):
    """Will remove the rows again."""
    apps.get_model("referrals", "LegalStep").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [migrations.RunPython(fill, empty)]
