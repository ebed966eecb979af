"""Each referral counts what the regions are told of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_history_is_append_only")]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="stated_version",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="referral",
            name="stated_digest",
            field=models.CharField(blank=True, max_length=71),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                name="a_stated_version_has_its_digest",
                condition=models.Q(("stated_digest", ""), ("stated_version", 0))
                | (models.Q(("stated_version__gt", 0)) & models.Q(("stated_digest", ""), _negated=True)),
            ),
        ),
    ]
