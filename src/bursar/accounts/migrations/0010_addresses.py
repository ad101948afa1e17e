import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import bursar.columns.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_member_named"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("before", models.EmailField(max_length=254)),
                ("after", models.EmailField(max_length=254)),
                ("asked_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("changed_at", None)),
                        fields=("person",),
                        name="accounts_addresschange_asked_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("changed_at", None), ("changed_at__gte", models.F("asked_at")), _connector="OR"
                        ),
                        name="accounts_addresschange_changed_after",
                    ),
                ],
            },
        ),
    ]
