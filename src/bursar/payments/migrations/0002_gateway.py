"""Methods and attempts name their gateway, and the sandbox gateway's are refused for live accounts from here on."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_small_letters"),
        ("invoices", "0004_trial"),
        ("payments", "0001_initial"),
        ("subscriptions", "0002_requests"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="attempt",
            name="frozen",
        ),
        migrations.RemoveConstraint(
            model_name="method",
            name="payments_method_token",
        ),
        migrations.AddField(
            model_name="attempt",
            name="gateway",
            field=models.TextField(default="sandbox"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="method",
            name="gateway",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.RunSQL(
            """
            ALTER TABLE payments_method DISABLE TRIGGER USER;
            UPDATE payments_method SET gateway = 'sandbox' WHERE kind <> 'invoice';
            ALTER TABLE payments_method ENABLE TRIGGER USER;
            """,
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attempt",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."actor_id" IS DISTINCT FROM (NEW."actor_id") OR OLD."actor_kind" IS DISTINCT FROM (NEW."actor_kind") OR OLD."amount_minor" IS DISTINCT FROM (NEW."amount_minor") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."gateway" IS DISTINCT FROM (NEW."gateway") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."method_kind" IS DISTINCT FROM (NEW."method_kind") OR OLD."on" IS DISTINCT FROM (NEW."on") OR OLD."quote_id" IS DISTINCT FROM (NEW."quote_id") OR OLD."token" IS DISTINCT FROM (NEW."token"))',
                    func="RAISE EXCEPTION 'of this row only state, reason, address, expires_at, finished_at may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="29f0a7ef5ba73c21f90825f74646f1bb0af70048",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_02f46",
                    table="payments_attempt",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attempt",
            trigger=pgtrigger.compiler.Trigger(
                name="sandbox_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF NEW.gateway = 'sandbox' AND EXISTS (SELECT FROM accounts_account a WHERE a.id = NEW.account_id AND NOT a.sandbox) THEN RAISE EXCEPTION 'the sandbox gateway pays for sandbox accounts only' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'sandbox_only'; END IF;\nRETURN NEW;\n",
                    hash="9d88924ca3045fc13915d42b858c70800fc6c7a9",
                    operation="INSERT",
                    pgid="pgtrigger_sandbox_only_54cf9",
                    table="payments_attempt",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="method",
            trigger=pgtrigger.compiler.Trigger(
                name="sandbox_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF NEW.gateway = 'sandbox' AND EXISTS (SELECT FROM accounts_account a WHERE a.id = NEW.account_id AND NOT a.sandbox) THEN RAISE EXCEPTION 'the sandbox gateway pays for sandbox accounts only' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'sandbox_only'; END IF;\nRETURN NEW;\n",
                    hash="1c4d79d392957c6e6c7acb603a7b1f087b9013ad",
                    operation="INSERT",
                    pgid="pgtrigger_sandbox_only_b3e79",
                    table="payments_method",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="sandbox_paid_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (\n    SELECT FROM payments_attempt t\n    WHERE t.account_id = NEW.account_id AND t.id = NEW.attempt_id AND t.gateway = 'sandbox'\n) AND EXISTS (SELECT FROM accounts_account a WHERE a.id = NEW.account_id AND NOT a.sandbox) THEN RAISE EXCEPTION 'the sandbox gateway pays for sandbox accounts only' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'sandbox_paid_only'; END IF;\nRETURN NEW;\n",
                    hash="3456355c10694668c51ea7f9d9bf76f9840d8b0d",
                    operation="INSERT",
                    pgid="pgtrigger_sandbox_paid_only_80fee",
                    table="payments_payment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("gateway", ""), _negated=True), name="payments_attempt_gateway"
            ),
        ),
        migrations.AddConstraint(
            model_name="method",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gateway", ""), ("kind", "invoice"), ("token", "")),
                    models.Q(
                        models.Q(("kind", "invoice"), _negated=True),
                        models.Q(("gateway", ""), _negated=True),
                        models.Q(("token", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payments_method_token",
            ),
        ),
    ]
