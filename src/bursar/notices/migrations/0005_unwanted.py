import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0004_recipients"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Unwanted",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("about", bursar.columns.codes.CodeField(codes=("changes", "renewals", "payments", "reminders"))),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "about"), name="notices_unwanted_once")],
            },
        ),
    ]
