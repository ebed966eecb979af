"""A renewal stands from the end of the consent that it renews; every other one from the day on which it was given."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import municipal.consents.models
from django.db import migrations, models
from django.db.models import F, Q

FILL = """
ALTER TABLE consents_consent DISABLE TRIGGER only_a_withdrawal_is_added_to_a_consent;
UPDATE consents_consent SET stands_from = given_on;
ALTER TABLE consents_consent ENABLE TRIGGER only_a_withdrawal_is_added_to_a_consent;
"""


def overlap(first_day: str) -> django.contrib.postgres.constraints.ExclusionConstraint:
    """Return the constraint by which two consents of one purpose do not stand at once."""
    bounds = django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True)
    days = municipal.consents.models.DaysOfConsent(first_day, "valid_until", bounds)
    return django.contrib.postgres.constraints.ExclusionConstraint(
        name="consents_of_one_purpose_do_not_overlap",
        expressions=[("case", "="), ("recipient", "="), ("purpose", "="), (days, "&&")],
        condition=Q(withdrawn_at__isnull=True),
    )


class Migration(migrations.Migration):
    """Adds the first day of a consent."""

    dependencies = [("consents", "0002_only_a_withdrawal_is_added")]

    operations = [
        migrations.AddField("consent", "stands_from", models.DateField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("consent", "stands_from", models.DateField()),
        migrations.RemoveConstraint("consent", "consents_of_one_purpose_do_not_overlap"),
        migrations.AddConstraint("consent", overlap("stands_from")),
        migrations.RemoveConstraint("consent", "a_consent_ends"),
        migrations.AddConstraint(
            "consent",
            models.CheckConstraint(name="a_consent_ends", condition=Q(valid_until__gt=F("stands_from"))),
        ),
        migrations.AddConstraint(
            "consent",
            models.CheckConstraint(name="a_consent_stands_once_it_was_given", condition=Q(stands_from__gte=F("given_on"))),
        ),
    ]
