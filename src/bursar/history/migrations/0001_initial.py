import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scope", models.TextField()),
                ("key", models.TextField()),
                ("body_digest", models.TextField()),
                ("answer_kind", models.TextField()),
                ("answer_id", models.TextField()),
                ("status", models.IntegerField()),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("actor_kind", bursar.columns.codes.CodeField(codes=("vendor", "member", "system"))),
                ("actor_id", models.UUIDField(null=True)),
                ("on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "id"), name="history_entry_account_id"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("actor_kind", "member"), _negated=True),
                            ("actor_id__isnull", False),
                            _connector="OR",
                        ),
                        name="history_entry_actor_is_named",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="340eb2c2a05349f9da8dac4039d799aa13e0ea6b",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_de5ff",
                    table="history_entry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="20fb2e9d6867d5d9f8f1cdfb678cfbbb2b4ed96b",
                    operation="DELETE",
                    pgid="pgtrigger_kept_cf9b6",
                    table="history_entry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("scope", "key"), name="history_receipt_key"),
        ),
    ]
