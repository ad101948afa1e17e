import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bursar.columns.codes

STATES = """
ALTER TABLE subscriptions_request DROP CONSTRAINT subscriptions_request_state_check;
ALTER TABLE subscriptions_request ADD CONSTRAINT subscriptions_request_state_check
    CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn', 'expired'{also}));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_identity"),
        ("subscriptions", "0003_how_reductions_are_billed"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="request",
            name="frozen",
        ),
        migrations.AddField(
            model_name="request",
            name="cause",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="request",
            name="looked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="request",
            name="state",
            field=bursar.columns.codes.CodeField(
                codes=("open", "approved", "rejected", "withdrawn", "expired", "overtaken")
            ),
        ),
        # Django leaves the check of a column alone that a field of our own states.
        migrations.RunSQL(STATES.format(also=", 'overtaken'"), STATES.format(also="")),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."needed_by" IS DISTINCT FROM (NEW."needed_by") OR OLD."quote_id" IS DISTINCT FROM (NEW."quote_id") OR OLD."reason_id" IS DISTINCT FROM (NEW."reason_id"))',
                    func="RAISE EXCEPTION 'of this row only state, closed_at, closed_by_kind, closed_by_id, answer, take, cause, looked_at may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="0f7ecf5afa7d11a585a18d6c228fa40c347d4997",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_1ffda",
                    table="subscriptions_request",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "cause__in",
                            ("requester", "account_state", "not_allowed", "not_sold", "subscription", "done"),
                        ),
                        ("cause__isnull", False),
                        ("state", "overtaken"),
                    ),
                    models.Q(models.Q(("state", "overtaken"), _negated=True), ("cause", None)),
                    _connector="OR",
                ),
                name="subscriptions_request_overtaken",
            ),
        ),
    ]
