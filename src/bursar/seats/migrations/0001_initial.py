import django.db.models.deletion
from django.db import migrations, models

import bursar.columns.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Capacity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("product", models.TextField()),
                ("bought", models.IntegerField(default=0)),
                ("used", models.IntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "id"), name="seats_capacity_account_id"),
                    models.UniqueConstraint(fields=("account", "product"), name="seats_capacity_product"),
                    models.CheckConstraint(condition=models.Q(("bought__gte", 0)), name="seats_capacity_bought"),
                    models.CheckConstraint(condition=models.Q(("used__gte", 0)), name="seats_capacity_used"),
                ],
            },
        ),
    ]
