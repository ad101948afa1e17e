import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids
import bursar.columns.money
import bursar.columns.reference


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("invoices", "0001_initial"),
        ("subscriptions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", bursar.columns.money.AmountField()),
                ("currency", bursar.columns.money.CurrencyField()),
                ("method_kind", bursar.columns.codes.CodeField(codes=("card", "debit"))),
                ("token", models.TextField()),
                (
                    "state",
                    bursar.columns.codes.CodeField(codes=("open", "succeeded", "failed", "cancelled", "refunded")),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("address", models.TextField(blank=True, default="")),
                ("expires_at", models.DateTimeField()),
                ("on", models.DateField()),
                ("actor_kind", bursar.columns.codes.CodeField(codes=("vendor", "member", "system"))),
                ("actor_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
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
                    "invoice",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoices.invoice",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.quote",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Method",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", bursar.columns.codes.CodeField(codes=("invoice", "card", "debit"))),
                ("token", models.TextField(blank=True, default="")),
                ("recorded_at", models.DateTimeField()),
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
            name="Payment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", bursar.columns.money.AmountField()),
                ("currency", bursar.columns.money.CurrencyField()),
                ("on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
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
                    "attempt",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.attempt",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount", bursar.columns.money.AmountField()),
                ("recorded_at", models.DateTimeField()),
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
                    "credit_note",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoices.invoice",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoices.invoice",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.payment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", bursar.columns.money.AmountField()),
                ("recorded_at", models.DateTimeField()),
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
                    "attempt",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.attempt",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["expires_at"], name="payments_attempt_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="payments_attempt_account_id"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=bursar.columns.reference.SameAccount("quote", name="payments_attempt_quote_same_account"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=bursar.columns.reference.SameAccount("invoice", name="payments_attempt_invoice_same_account"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("account",), name="payments_attempt_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invoice__isnull", False), ("quote", None)),
                    models.Q(("invoice", None), ("quote__isnull", False)),
                    _connector="OR",
                ),
                name="payments_attempt_for_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_attempt_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("finished_at__isnull", False)),
                    _connector="OR",
                ),
                name="payments_attempt_finished",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("actor_kind", "member"), _negated=True), ("actor_id__isnull", False), _connector="OR"
                ),
                name="payments_attempt_actor_is_named",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attempt",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."actor_id" IS DISTINCT FROM (NEW."actor_id") OR OLD."actor_kind" IS DISTINCT FROM (NEW."actor_kind") OR OLD."amount_minor" IS DISTINCT FROM (NEW."amount_minor") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."method_kind" IS DISTINCT FROM (NEW."method_kind") OR OLD."on" IS DISTINCT FROM (NEW."on") OR OLD."quote_id" IS DISTINCT FROM (NEW."quote_id") OR OLD."token" IS DISTINCT FROM (NEW."token"))',
                    func="RAISE EXCEPTION 'of this row only state, reason, address, expires_at, finished_at may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="c6952501f65bcc6553d6d9459530bc476456f860",
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
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="40d9462dd20a7bb69532834375217ddaacfe0133",
                    operation="DELETE",
                    pgid="pgtrigger_kept_a7286",
                    table="payments_attempt",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="method",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="payments_method_account_id"),
        ),
        migrations.AddConstraint(
            model_name="method",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "invoice"), ("token", "")),
                    models.Q(models.Q(("kind", "invoice"), _negated=True), models.Q(("token", ""), _negated=True)),
                    _connector="OR",
                ),
                name="payments_method_token",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="method",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="139d4c3a47485a2f0f5f5df99b40152c9b234371",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_7d10e",
                    table="payments_method",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="method",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="528af44a4598add57eccc644800b37888aa1a273",
                    operation="DELETE",
                    pgid="pgtrigger_kept_e3f9d",
                    table="payments_method",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="payments_payment_account_id"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=bursar.columns.reference.SameAccount("attempt", name="payments_payment_attempt_same_account"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(fields=("account", "attempt"), name="payments_payment_once"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_payment_amount"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="16b54cf7919c52c91792612828a152910a175003",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_d1f35",
                    table="payments_payment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="a99aab730ece5f3c3dd15c3186836e9e64166bf4",
                    operation="DELETE",
                    pgid="pgtrigger_kept_52868",
                    table="payments_payment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="within_attempt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (\n    SELECT FROM payments_attempt WHERE account_id = NEW.account_id AND id = NEW.attempt_id\n        AND amount_minor < NEW.amount_minor\n) THEN RAISE EXCEPTION 'no more is paid or refunded than was attempted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'within_attempt'; END IF;\nRETURN NEW;\n",
                    hash="70e2e57487183e6f86d302de373c2b1eed2fd829",
                    operation="INSERT",
                    pgid="pgtrigger_within_attempt_4f9fd",
                    table="payments_payment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="payments_allocation_account_id"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=bursar.columns.reference.SameAccount("invoice", name="payments_allocation_invoice_same_account"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=bursar.columns.reference.SameAccount("payment", name="payments_allocation_payment_same_account"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=bursar.columns.reference.SameAccount(
                "credit_note", name="payments_allocation_credit_note_same_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credit_note__isnull", False), ("payment", None)),
                    models.Q(("credit_note", None), ("payment__isnull", False)),
                    _connector="OR",
                ),
                name="payments_allocation_one_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payments_allocation_amount"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="1351af9c3efedb410a6093f2ac8fd087de25ab94",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_cda54",
                    table="payments_allocation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="7b25ae544d0db1a2a4cdc15f9f6563e2f6026c20",
                    operation="DELETE",
                    pgid="pgtrigger_kept_53b82",
                    table="payments_allocation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="within",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE target record; source record;",
                    func="\nPERFORM FROM invoices_invoice\n    WHERE account_id = NEW.account_id AND id IN (NEW.invoice_id, NEW.credit_note_id) ORDER BY id FOR UPDATE;\nPERFORM FROM payments_payment WHERE account_id = NEW.account_id AND id = NEW.payment_id FOR UPDATE;\nSELECT currency, kind, total INTO target FROM invoices_invoice\n    WHERE account_id = NEW.account_id AND id = NEW.invoice_id;\nSELECT currency, 'payment' AS kind, amount_minor AS total INTO source FROM payments_payment\n    WHERE account_id = NEW.account_id AND id = NEW.payment_id;\nIF NEW.credit_note_id IS NOT NULL THEN\n    SELECT currency, kind, -total AS total INTO source FROM invoices_invoice\n        WHERE account_id = NEW.account_id AND id = NEW.credit_note_id;\nEND IF;\nIF target IS NULL OR source IS NULL THEN\n    RETURN NEW;\nEND IF;\nIF target.kind <> 'invoice' OR source.kind = 'invoice' OR target.currency <> source.currency THEN\n    RAISE EXCEPTION 'an allocation takes from a payment or credit note to an invoice of the same currency' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'settles';\nEND IF;\nIF target.total < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM payments_allocation\n    WHERE account_id = NEW.account_id AND invoice_id = NEW.invoice_id)\nTHEN RAISE EXCEPTION 'an invoice is never settled beyond its total' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'within_invoice'; END IF;\nIF source.total < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM payments_allocation\n    WHERE account_id = NEW.account_id\n        AND (payment_id = NEW.payment_id OR credit_note_id = NEW.credit_note_id))\nTHEN RAISE EXCEPTION 'a payment or credit note never settles more than it has left' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'within_source'; END IF;\nRETURN NEW;\n",
                    hash="8ddd096aa6ba997470988e704d489e3f6f82d2f7",
                    operation="INSERT",
                    pgid="pgtrigger_within_54317",
                    table="payments_allocation",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="payments_refund_account_id"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=bursar.columns.reference.SameAccount("attempt", name="payments_refund_attempt_same_account"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(fields=("account", "attempt"), name="payments_refund_once"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_refund_amount"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refund",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="514dacc9d2a6f60879ea7eb7076a60a3e3e3d3c2",
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
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="88d72482e1632739817d93b67516dfe1234d43f5",
                    operation="DELETE",
                    pgid="pgtrigger_kept_fd094",
                    table="payments_refund",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refund",
            trigger=pgtrigger.compiler.Trigger(
                name="within_attempt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (\n    SELECT FROM payments_attempt WHERE account_id = NEW.account_id AND id = NEW.attempt_id\n        AND amount_minor < NEW.amount_minor\n) THEN RAISE EXCEPTION 'no more is paid or refunded than was attempted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'within_attempt'; END IF;\nRETURN NEW;\n",
                    hash="cd457d035a4db4f612f552e1cae6b5130c07a1ea",
                    operation="INSERT",
                    pgid="pgtrigger_within_attempt_55568",
                    table="payments_refund",
                    when="BEFORE",
                ),
            ),
        ),
    ]
