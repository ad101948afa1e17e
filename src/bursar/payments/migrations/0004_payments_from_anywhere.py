"""Payments come from attempts, from the bank or from staff; refunds are of payments, and allocations pay for them too.

A refund of before was of an attempt that nobody booked: its payment is added, with the allocation that covers the refund.
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids
import bursar.columns.money
import bursar.columns.reference


def carry(apps, schema_editor):
    refunds = apps.get_model("payments", "Refund").objects
    payment, allocation = apps.get_model("payments", "Payment"), apps.get_model("payments", "Allocation")
    # Live accounts may have been paid back by the sandbox gateway, which is refused for them since.
    schema_editor.execute("ALTER TABLE payments_payment DISABLE TRIGGER USER")
    for refund in refunds.select_related("attempt"):
        attempt = refund.attempt
        money = {"amount_minor": refund.amount_minor, "currency": attempt.currency, "on": attempt.on}
        # The id of the attempt is older than that of the refund, so that the payment stands before it in the journal.
        payment.objects.create(
            id=attempt.id,
            account_id=refund.account_id,
            source="attempt",
            attempt_id=attempt.id,
            recorded_at=refund.recorded_at,
            **money,
        )
        refunds.filter(pk=refund.pk).update(payment_id=attempt.id, on=attempt.on, finished_at=refund.recorded_at)
        allocation.objects.create(
            account_id=refund.account_id,
            payment_id=attempt.id,
            refund_id=refund.id,
            amount=refund.amount_minor,
            recorded_at=refund.recorded_at,
        )
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("ALTER TABLE payments_payment ENABLE TRIGGER USER")
    schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_session_digests"),
        ("invoices", "0004_trial"),
        ("payments", "0003_sandbox_accounts_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mode", bursar.columns.codes.CodeField(codes=("live", "sandbox"))),
                ("entry", models.TextField()),
                ("value_on", models.DateField()),
                ("amount_minor", bursar.columns.money.AmountField()),
                ("currency", bursar.columns.money.CurrencyField()),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="allocation",
            name="within",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="payment",
            name="within_attempt",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="refund",
            name="frozen",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="refund",
            name="within_attempt",
        ),
        migrations.RemoveConstraint(
            model_name="allocation",
            name="payments_allocation_amount",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payments_payment_once",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payments_payment_amount",
        ),
        migrations.RemoveConstraint(
            model_name="refund",
            name="payments_refund_attempt_same_account",
        ),
        migrations.RemoveConstraint(
            model_name="refund",
            name="payments_refund_once",
        ),
        migrations.AlterField(
            model_name="refund",
            name="attempt",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.attempt",
            ),
        ),
        migrations.AddField(
            model_name="allocation",
            name="refund",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.refund",
            ),
        ),
        migrations.AddField(
            model_name="allocation",
            name="reverses",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.allocation",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="reference",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="payment",
            name="remark",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.remark",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="reverses",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.payment",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="source",
            field=bursar.columns.codes.CodeField(codes=("attempt", "bank", "staff"), default="attempt"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="refund",
            name="failure",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="refund",
            name="finished_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="payment",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.payment",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="reason",
            field=bursar.columns.codes.CodeField(
                codes=("goodwill", "duplicate", "service_failure", "fraud", "other", "late"), default="late"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="refund",
            name="reference",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="refund",
            name="remark",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.remark",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="state",
            field=bursar.columns.codes.CodeField(codes=("open", "succeeded", "failed"), default="succeeded"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="allocation",
            name="invoice",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="invoices.invoice",
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="attempt",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.attempt",
            ),
        ),
        migrations.RunPython(carry, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="refund",
            name="attempt",
        ),
        migrations.AlterField(
            model_name="refund",
            name="payment",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.payment",
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="on",
            field=models.DateField(),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["recorded_at"], name="payments_refund_open"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="within",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE target record; source record;",
                    func="\nIF NEW.reverses_id IS NOT NULL THEN\n    IF EXISTS (\n        SELECT FROM payments_allocation a WHERE a.account_id = NEW.account_id AND a.id = NEW.reverses_id AND (\n            a.reverses_id IS NOT NULL OR a.amount <> -NEW.amount\n            OR (a.invoice_id, a.refund_id, a.payment_id, a.credit_note_id)\n                IS DISTINCT FROM (NEW.invoice_id, NEW.refund_id, NEW.payment_id, NEW.credit_note_id)\n        )\n    ) THEN RAISE EXCEPTION 'what reverses a row repeats it, with its amount below zero' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'mirrors'; END IF;\n    RETURN NEW;\nEND IF;\nPERFORM FROM invoices_invoice\n    WHERE account_id = NEW.account_id AND id IN (NEW.invoice_id, NEW.credit_note_id) ORDER BY id FOR UPDATE;\nPERFORM FROM payments_payment WHERE account_id = NEW.account_id AND id = NEW.payment_id FOR UPDATE;\nSELECT currency, kind, total, of_payment INTO target FROM (\n    SELECT currency, kind, total, NULL::uuid AS of_payment FROM invoices_invoice\n        WHERE account_id = NEW.account_id AND id = NEW.invoice_id\n    UNION ALL\n    SELECT p.currency, 'refund', r.amount_minor, r.payment_id\n        FROM payments_refund r JOIN payments_payment p ON p.account_id = r.account_id AND p.id = r.payment_id\n        WHERE r.account_id = NEW.account_id AND r.id = NEW.refund_id\n) one;\nSELECT currency, kind, total INTO source FROM (\n    SELECT currency, kind, -total AS total FROM invoices_invoice\n        WHERE account_id = NEW.account_id AND id = NEW.credit_note_id\n    UNION ALL\n    SELECT p.currency, 'payment', p.amount_minor + coalesce(u.amount_minor, 0)\n        FROM payments_payment p LEFT JOIN payments_payment u ON u.account_id = p.account_id AND u.reverses_id = p.id\n        WHERE p.account_id = NEW.account_id AND p.id = NEW.payment_id\n) one;\nIF target IS NULL OR source IS NULL THEN\n    RETURN NEW;\nEND IF;\nIF target.kind NOT IN ('invoice', 'refund') OR source.kind = 'invoice' OR target.currency <> source.currency\n    OR target.of_payment <> NEW.payment_id THEN RAISE EXCEPTION 'an allocation takes from a payment or credit note to an invoice, or to a refund of that payment' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'settles'; END IF;\nIF target.total < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM payments_allocation\n    WHERE account_id = NEW.account_id AND (invoice_id = NEW.invoice_id OR refund_id = NEW.refund_id))\nTHEN RAISE EXCEPTION 'an invoice is never settled beyond its total, nor a refund beyond its amount' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'within_invoice'; END IF;\nIF source.total < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM payments_allocation\n    WHERE account_id = NEW.account_id\n        AND (payment_id = NEW.payment_id OR credit_note_id = NEW.credit_note_id))\nTHEN RAISE EXCEPTION 'a payment or credit note never settles more than it has left' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'within_source'; END IF;\nRETURN NEW;\n",
                    hash="e576c011245f027e135f02805560c2043fdb08a4",
                    operation="INSERT",
                    pgid="pgtrigger_within_54317",
                    table="payments_allocation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="covered",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\nIF EXISTS (\n    SELECT FROM payments_refund r WHERE r.account_id = NEW.account_id AND r.id = NEW.refund_id\n        AND CASE r.state WHEN 'failed' THEN 0 ELSE r.amount_minor END <> (\n            SELECT coalesce(sum(amount), 0) FROM payments_allocation a\n            WHERE a.account_id = r.account_id AND a.refund_id = r.id\n        )\n) THEN RAISE EXCEPTION 'a refund is covered by allocations of exactly its amount, one that failed by none' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'covered'; END IF;\nRETURN NULL;\n",
                    hash="f08ae9a842c67c37e18c1c2fea1eee9aa62c80df",
                    operation="INSERT",
                    pgid="pgtrigger_covered_b6b96",
                    table="payments_allocation",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="within_attempt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (\n    SELECT FROM payments_attempt WHERE account_id = NEW.account_id AND id = NEW.attempt_id\n        AND amount_minor < NEW.amount_minor\n) THEN RAISE EXCEPTION 'no more is paid than was attempted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'within_attempt'; END IF;\nRETURN NEW;\n",
                    hash="4f2f5a0d2dc43772cd69751757f26c42558251f6",
                    operation="INSERT",
                    pgid="pgtrigger_within_attempt_4f9fd",
                    table="payments_payment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="booked",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (\n    SELECT FROM payments_payment p WHERE p.account_id = NEW.account_id AND p.id = NEW.reverses_id AND (\n        p.reverses_id IS NOT NULL OR p.amount_minor <> -NEW.amount_minor OR p.currency <> NEW.currency\n        OR (p.source, p.attempt_id, p.bank_entry_id)\n            IS DISTINCT FROM (NEW.source, NEW.attempt_id, NEW.bank_entry_id)\n    )\n) THEN RAISE EXCEPTION 'what reverses a row repeats it, with its amount below zero' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'mirrors'; END IF;\nPERFORM FROM payments_bankentry WHERE id = NEW.bank_entry_id FOR UPDATE;\nIF NEW.bank_entry_id IS NOT NULL AND NOT EXISTS (\n    SELECT FROM payments_bankentry b JOIN accounts_account a ON a.id = NEW.account_id AND a.seller_id = b.seller_id\n        AND b.mode = CASE WHEN a.sandbox THEN 'sandbox' ELSE 'live' END\n    WHERE b.id = NEW.bank_entry_id AND b.currency = NEW.currency AND b.amount_minor >= NEW.amount_minor + (\n        SELECT coalesce(sum(amount_minor), 0) FROM payments_payment WHERE bank_entry_id = b.id\n    )\n) THEN RAISE EXCEPTION 'no more is booked of an entry of the bank than it brought to this seller' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'within_entry'; END IF;\nRETURN NEW;\n",
                    hash="7443bc7403b88e30cf88a3199b6b3a0f207d785a",
                    operation="INSERT",
                    pgid="pgtrigger_booked_96c3b",
                    table="payments_payment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="unused",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\nIF NEW.reverses_id IS NOT NULL AND (\n    EXISTS (\n        SELECT FROM payments_allocation WHERE account_id = NEW.account_id AND payment_id = NEW.reverses_id\n        HAVING sum(amount) <> 0\n    ) OR EXISTS (\n        SELECT FROM payments_refund\n        WHERE account_id = NEW.account_id AND payment_id = NEW.reverses_id AND state <> 'failed'\n    )\n) THEN RAISE EXCEPTION 'a payment that is undone pays for nothing, and nothing of it goes back' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unused'; END IF;\nRETURN NULL;\n",
                    hash="50058fc983db793a8bc2b35e411d97ae1a689f6d",
                    operation="INSERT",
                    pgid="pgtrigger_unused_ca0c0",
                    table="payments_payment",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refund",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."amount_minor" IS DISTINCT FROM (NEW."amount_minor") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."on" IS DISTINCT FROM (NEW."on") OR OLD."payment_id" IS DISTINCT FROM (NEW."payment_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."remark_id" IS DISTINCT FROM (NEW."remark_id"))',
                    func="RAISE EXCEPTION 'of this row only state, failure, finished_at may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="dfcafa10a7387fcf6ac481affc48ef71cd6e1f4a",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_17483",
                    table="payments_refund",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refund",
            trigger=pgtrigger.compiler.Trigger(
                name="refund_over",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NOT (OLD.\"state\" = 'open'))",
                    func="RAISE EXCEPTION 'a refund of which it is known what came of it stays so' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'refund_over';",
                    hash="f7380eaa9a49204dd953d10ad9ebfe834bdee893",
                    operation="UPDATE",
                    pgid="pgtrigger_refund_over_8d07e",
                    table="payments_refund",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refund",
            trigger=pgtrigger.compiler.Trigger(
                name="within_payment",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nPERFORM FROM payments_payment WHERE account_id = NEW.account_id AND id = NEW.payment_id FOR UPDATE;\nIF NEW.amount_minor + (\n    SELECT coalesce(sum(amount_minor), 0) FROM payments_refund\n    WHERE account_id = NEW.account_id AND payment_id = NEW.payment_id AND state <> 'failed'\n) > (\n    SELECT sum(amount_minor) FROM payments_payment\n    WHERE account_id = NEW.account_id AND NEW.payment_id IN (id, reverses_id)\n) THEN RAISE EXCEPTION 'no more of a payment goes back than came in' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'within_payment'; END IF;\nRETURN NEW;\n",
                    hash="73f9aba2e614c53ee011c83471a0e693fce7d519",
                    operation="INSERT",
                    pgid="pgtrigger_within_payment_d8040",
                    table="payments_refund",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refund",
            trigger=pgtrigger.compiler.Trigger(
                name="covered",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\nIF EXISTS (\n    SELECT FROM payments_refund r WHERE r.account_id = NEW.account_id AND r.id = NEW.id\n        AND CASE r.state WHEN 'failed' THEN 0 ELSE r.amount_minor END <> (\n            SELECT coalesce(sum(amount), 0) FROM payments_allocation a\n            WHERE a.account_id = r.account_id AND a.refund_id = r.id\n        )\n) THEN RAISE EXCEPTION 'a refund is covered by allocations of exactly its amount, one that failed by none' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'covered'; END IF;\nRETURN NULL;\n",
                    hash="e68e37e0692b5e85b6c7f708ce2abcfe38a15ed3",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_covered_e0bc9",
                    table="payments_refund",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=bursar.columns.reference.SameAccount("refund", name="payments_allocation_refund_same_account"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=bursar.columns.reference.SameAccount(
                "reverses", name="payments_allocation_reverses_same_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invoice", None), ("refund__isnull", False)),
                    models.Q(("invoice__isnull", False), ("refund", None)),
                    _connector="OR",
                ),
                name="payments_allocation_one_target",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(fields=("account", "reverses"), name="payments_allocation_undone_once"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reverses", None), ("amount__gt", 0)),
                    models.Q(("reverses__isnull", False), ("amount__lt", 0)),
                    _connector="OR",
                ),
                name="payments_allocation_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=bursar.columns.reference.SameAccount("payment", name="payments_refund_payment_same_account"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=bursar.columns.reference.SameAccount("remark", name="payments_refund_remark_same_account"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("finished_at__isnull", False)),
                    _connector="OR",
                ),
                name="payments_refund_finished",
            ),
        ),
        migrations.AddField(
            model_name="bankentry",
            name="seller",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="bank_entry",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.bankentry"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=bursar.columns.reference.SameAccount("reverses", name="payments_payment_reverses_same_account"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=bursar.columns.reference.SameAccount("remark", name="payments_payment_remark_same_account"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses", None)), fields=("account", "attempt"), name="payments_payment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(fields=("account", "reverses"), name="payments_payment_undone_once"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attempt__isnull", False), ("bank_entry", None), ("source", "attempt")),
                    models.Q(("attempt", None), ("bank_entry__isnull", False), ("source", "bank")),
                    models.Q(("attempt", None), ("bank_entry", None), ("source", "staff")),
                    _connector="OR",
                ),
                name="payments_payment_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reverses", None), ("amount_minor__gt", 0)),
                    models.Q(("reverses__isnull", False), ("amount_minor__lt", 0)),
                    _connector="OR",
                ),
                name="payments_payment_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankentry",
            constraint=models.UniqueConstraint(fields=("seller", "mode", "entry"), name="payments_bankentry_once"),
        ),
        migrations.AddConstraint(
            model_name="bankentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("entry", ""), _negated=True), name="payments_bankentry_entry"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_bankentry_amount"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankentry",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="8a453a807cac347ed7122a9f626bc024f0bb3652",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_f81e5",
                    table="payments_bankentry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankentry",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="b8d50f3da98710f278430f7ecd5d6d952101e690",
                    operation="DELETE",
                    pgid="pgtrigger_kept_5aef4",
                    table="payments_bankentry",
                    when="BEFORE",
                ),
            ),
        ),
    ]
