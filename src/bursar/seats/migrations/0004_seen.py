import django.db.models.deletion
from django.db import migrations, models

import bursar.columns.ids
import bursar.columns.reference


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_staff"),
        ("seats", "0003_light_agents"),
    ]

    operations = [
        migrations.CreateModel(
            name="Seen",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("on", models.DateField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "id"), name="seats_seen_account_id"),
                    bursar.columns.reference.SameAccount("member", name="seats_seen_member_same_account"),
                    models.UniqueConstraint(fields=("account", "member"), name="seats_seen_once"),
                ],
            },
        ),
    ]
