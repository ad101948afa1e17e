import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_session"),
    ]

    operations = [
        migrations.CreateModel(
            name="GrowthLimit",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("seats", models.IntegerField(null=True)),
                ("amount_minor", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seats", None), ("seats__gte", 0), _connector="OR"),
                        name="accounts_growthlimit_seats",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor", None), ("amount_minor__gte", 0), _connector="OR"),
                        name="accounts_growthlimit_amount",
                    ),
                ],
            },
        ),
    ]
