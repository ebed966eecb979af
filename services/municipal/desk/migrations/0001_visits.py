from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('subject', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('last_at', models.DateTimeField()),
                ('before_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='a_visit_is_somebodys'), models.CheckConstraint(condition=models.Q(('before_at__isnull', True), ('before_at__lte', models.F('last_at')), _connector='OR'), name='a_visit_follows_the_one_before')],
            },
        ),
    ]
