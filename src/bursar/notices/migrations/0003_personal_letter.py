import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_told_before"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonalLetter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("locale", models.TextField()),
                ("subject", models.TextField()),
                ("text", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                ("state", bursar.columns.codes.CodeField(codes=("outbox", "waiting", "sent", "failed"))),
                ("tries", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["due_at"], name="notices_personal_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("html", ""), ("sent_at__isnull", False), ("state", "sent"), ("text", "")),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                            _connector="OR",
                        ),
                        name="notices_personal_sent",
                    ),
                    models.CheckConstraint(condition=models.Q(("tries__gte", 0)), name="notices_personal_tries"),
                ],
            },
        ),
    ]
