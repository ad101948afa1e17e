import django.db.models.deletion
from django.db import migrations, models

import bursar.columns.ids
import bursar.columns.reference


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("page", models.TextField()),
                ("return_to", models.TextField(blank=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
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
                    models.UniqueConstraint(fields=("account", "id"), name="accounts_session_account_id"),
                    bursar.columns.reference.SameAccount("member", name="accounts_session_member_same_account"),
                ],
            },
        ),
        # Attempts to sign in are counted here, in the shape that Django's cache in the database expects.
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE bursar_cache (
                cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
            );
            CREATE INDEX bursar_cache_expires ON bursar_cache (expires);
            """,
            "DROP TABLE bursar_cache",
        ),
    ]
