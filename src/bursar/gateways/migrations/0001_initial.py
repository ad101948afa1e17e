from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.money


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SandboxCharge",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("amount_minor", bursar.columns.money.AmountField()),
                ("currency", bursar.columns.money.CurrencyField()),
                ("token", models.TextField()),
                (
                    "outcome",
                    bursar.columns.codes.CodeField(codes=("succeeded", "declined", "pending", "cancelled", "refunded")),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("expires_at", models.DateTimeField(null=True)),
                ("refunded_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="gateways_sandboxcharge_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "refunded"), ("refunded_at__isnull", False)),
                            models.Q(models.Q(("outcome", "refunded"), _negated=True), ("refunded_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="gateways_sandboxcharge_refunded_at",
                    ),
                ],
            },
        ),
    ]
