import django.db.models.deletion
from django.db import migrations, models

import bursar.columns.ids

# Those of the last hour still count.
SENT = """
INSERT INTO accounts_sentinvitation (id, account_id, sent_at)
SELECT e.id, e.account_id, e.recorded_at FROM history_entry e
WHERE e.kind IN ('member_added', 'member_invited') AND e.recorded_at > now() - interval '1 hour'
    AND (e.actor_kind = 'member' OR e.actor_id IN (SELECT person_id FROM accounts_staff));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_session_digests"),
        ("history", "0002_kind"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentInvitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sent_at", models.DateTimeField()),
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
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("account", "id"), name="accounts_sentinvitation_account_id")
                ],
            },
        ),
        migrations.RunSQL(SENT, migrations.RunSQL.noop),
    ]
