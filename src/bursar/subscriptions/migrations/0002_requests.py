import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids
import bursar.columns.reference


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_seller"),
        ("subscriptions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("needed_by", models.DateField(null=True)),
                (
                    "state",
                    bursar.columns.codes.CodeField(codes=("open", "approved", "rejected", "withdrawn", "expired")),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by_kind", models.TextField(null=True)),
                ("closed_by_id", models.UUIDField(null=True)),
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
                    "answer",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.remark",
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
                    "quote",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.quote",
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.remark",
                    ),
                ),
                (
                    "take",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.take",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="quote",
            name="request",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="subscriptions.request",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=bursar.columns.reference.SameAccount("request", name="subscriptions_quote_request_same_account"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["expires_at"], name="subscriptions_request_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="subscriptions_request_account_id"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=bursar.columns.reference.SameAccount("quote", name="subscriptions_request_quote_same_account"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=bursar.columns.reference.SameAccount("member", name="subscriptions_request_member_same_account"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=bursar.columns.reference.SameAccount("reason", name="subscriptions_request_reason_same_account"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=bursar.columns.reference.SameAccount("answer", name="subscriptions_request_answer_same_account"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=bursar.columns.reference.SameAccount("take", name="subscriptions_request_take_same_account"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("account",), name="subscriptions_request_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by_kind", None), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("closed_at__isnull", False),
                        ("closed_by_kind__in", ("vendor", "member", "system")),
                    ),
                    _connector="OR",
                ),
                name="subscriptions_request_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), ("take__isnull", False)),
                    models.Q(models.Q(("state", "approved"), _negated=True), ("take", None)),
                    _connector="OR",
                ),
                name="subscriptions_request_taken",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))),
                name="subscriptions_request_expires_after",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."needed_by" IS DISTINCT FROM (NEW."needed_by") OR OLD."quote_id" IS DISTINCT FROM (NEW."quote_id") OR OLD."reason_id" IS DISTINCT FROM (NEW."reason_id"))',
                    func="RAISE EXCEPTION 'of this row only state, closed_at, closed_by_kind, closed_by_id, answer, take may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="f450176eef3afa54080b14e5dd10a433b747f94e",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_1ffda",
                    table="subscriptions_request",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="04581af478f1577023da62a95c374892f96e9ee2",
                    operation="DELETE",
                    pgid="pgtrigger_kept_c87b6",
                    table="subscriptions_request",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="closed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"state\" <> 'open')",
                    func="RAISE EXCEPTION 'a request is closed once' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'closed';",
                    hash="61d902205420a0dea9d7ec5c7ed568bfcb43a72c",
                    operation="UPDATE",
                    pgid="pgtrigger_closed_682de",
                    table="subscriptions_request",
                    when="BEFORE",
                ),
            ),
        ),
    ]
