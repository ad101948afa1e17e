import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bursar.columns.ids
import bursar.columns.reference


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_seller"),
        ("seats", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="capacity",
            name="counted",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("product", models.TextField()),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
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
                    models.UniqueConstraint(fields=("account", "id"), name="seats_assignment_account_id"),
                    bursar.columns.reference.SameAccount("member", name="seats_assignment_member_same_account"),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("account", "product", "member"),
                        name="seats_assignment_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("ended_at__gte", models.F("since")), _connector="OR"),
                        name="seats_assignment_ends_after",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assignment",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."product" IS DISTINCT FROM (NEW."product") OR OLD."since" IS DISTINCT FROM (NEW."since"))',
                    func="RAISE EXCEPTION 'of this row only ended_at may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="4b565e1f0e410998824262c53e1de38a3cb72e67",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_5218c",
                    table="seats_assignment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assignment",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="3570d7fec397aa418a0c1d81713500cb43782b0d",
                    operation="DELETE",
                    pgid="pgtrigger_kept_7492f",
                    table="seats_assignment",
                    when="BEFORE",
                ),
            ),
        ),
    ]
