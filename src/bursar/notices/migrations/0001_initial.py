import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids
import bursar.columns.reference


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_seller"),
    ]

    operations = [
        migrations.CreateModel(
            name="Told",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("entry_id", models.UUIDField()),
                ("at", models.DateTimeField()),
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
        ),
        migrations.CreateModel(
            name="Letter",
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
                ("text", models.TextField()),
                ("html", models.TextField()),
                ("state", bursar.columns.codes.CodeField(codes=("outbox", "waiting", "sent", "failed"))),
                ("tries", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
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
                (
                    "told",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notices.told",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="told",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="notices_told_account_id"),
        ),
        migrations.AddConstraint(
            model_name="told",
            constraint=models.UniqueConstraint(fields=("account", "entry_id"), name="notices_told_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="told",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="9c272ed0e47777aa619c6a1e960e29a6b09ceaaa",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_ad053",
                    table="notices_told",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="told",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="4657afbf6e8d5685b7afe11fded4edd5101ab867",
                    operation="DELETE",
                    pgid="pgtrigger_kept_96cf9",
                    table="notices_told",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["due_at"], name="notices_letter_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="notices_letter_account_id"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=bursar.columns.reference.SameAccount("told", name="notices_letter_told_same_account"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=bursar.columns.reference.SameAccount("member", name="notices_letter_member_same_account"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(fields=("account", "told", "member"), name="notices_letter_once"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                    models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                    _connector="OR",
                ),
                name="notices_letter_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(condition=models.Q(("tries__gte", 0)), name="notices_letter_tries"),
        ),
    ]
