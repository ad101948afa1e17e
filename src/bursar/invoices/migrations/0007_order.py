"""A document names the order that it was issued for, and a billing schedule says until when an account is billed."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from bursar.columns.reference import SameAccount
from bursar.columns.renamed import rename_constraints


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0006_recurring_lines_cover"),
        ("subscriptions", "0007_order"),
    ]

    operations = [
        # It names every column but the number.
        pgtrigger.migrations.RemoveTrigger(model_name="invoice", name="frozen"),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveConstraint("invoice", "invoices_invoice_take_same_account")]
        ),
        migrations.RenameField("invoice", "take", "order"),
        rename_constraints("invoices_invoice", "invoices_invoice_take_", "invoices_invoice_order_"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint("invoice", SameAccount("order", name="invoices_invoice_order_same_account"))
            ]
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issued_on" IS DISTINCT FROM (NEW."issued_on") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."net" IS DISTINCT FROM (NEW."net") OR OLD."on" IS DISTINCT FROM (NEW."on") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."series_id" IS DISTINCT FROM (NEW."series_id") OR OLD."snapshot" IS DISTINCT FROM (NEW."snapshot") OR OLD."tax" IS DISTINCT FROM (NEW."tax") OR OLD."total" IS DISTINCT FROM (NEW."total"))',
                    func="RAISE EXCEPTION 'an invoice never changes; it is corrected by a credit note' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="b1ed731d1b0f0349c06a1560c875c5621e30019d",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_a010a",
                    table="invoices_invoice",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RenameModel("Cursor", "BillingSchedule"),
        rename_constraints("invoices_billingschedule", "invoices_cursor", "invoices_billingschedule"),
    ]
