import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids
import bursar.columns.money
import bursar.columns.period
import bursar.columns.reference


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("subscriptions", "0001_initial"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("due_at", models.DateTimeField(db_index=True, null=True)),
                ("billed_until", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", bursar.columns.codes.CodeField(codes=("invoice", "credit_note"))),
                ("number", models.IntegerField(null=True)),
                ("currency", bursar.columns.money.CurrencyField()),
                ("on", models.DateField()),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("net", bursar.columns.money.AmountField()),
                ("tax", bursar.columns.money.AmountField()),
                ("total", bursar.columns.money.AmountField()),
                ("snapshot", models.JSONField()),
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
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.IntegerField()),
                ("kind", bursar.columns.codes.CodeField(codes=("charge", "credit"))),
                ("product", models.TextField()),
                ("plan", models.TextField()),
                ("quantity", models.IntegerField()),
                ("unit_price", bursar.columns.money.RateField(decimal_places=12, max_digits=24)),
                ("span", bursar.columns.period.SpanField()),
                ("period", bursar.columns.period.SpanField()),
                ("rule", bursar.columns.codes.CodeField(codes=("by_day", "fixed_30", "none"))),
                ("gross", bursar.columns.money.AmountField()),
                ("discount", bursar.columns.money.AmountField(default=0)),
                ("amount", bursar.columns.money.AmountField()),
                ("tax_rate", bursar.columns.money.RateField(decimal_places=12, max_digits=24)),
                ("tax", bursar.columns.money.AmountField()),
                ("period_gross", bursar.columns.money.AmountField()),
                ("period_net", bursar.columns.money.AmountField()),
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
                    "credits",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoices.line",
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
            ],
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("item", models.TextField()),
                ("span", bursar.columns.period.SpanField()),
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
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoices.line",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mode", bursar.columns.codes.CodeField(codes=("live", "sandbox"))),
                ("kind", bursar.columns.codes.CodeField(codes=("invoice", "credit_note"))),
                ("prefix", models.TextField()),
                ("next", models.IntegerField(default=1)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="invoice",
            name="series",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="invoices.series"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="invoices_line_account_id"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=bursar.columns.reference.SameAccount("invoice", name="invoices_line_invoice_same_account"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=bursar.columns.reference.SameAccount("credits", name="invoices_line_credits_same_account"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(
                fields=("account", "invoice", "position"), name="invoices_line_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1)), name="invoices_line_position_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gte", 1)), name="invoices_line_quantity"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price__gte", 0)), name="invoices_line_unit_price"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("tax_rate__gte", 0), ("tax_rate__lte", 1)), name="invoices_line_tax_rate"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("span__contained_by", models.F("period"))), name="invoices_line_span_in_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
                        django.db.models.expressions.CombinedExpression(models.F("gross"), "-", models.F("discount")),
                    )
                ),
                name="invoices_line_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("credits", None),
                        ("kind", "charge"),
                        ("amount__gte", 0),
                        ("discount__gte", 0),
                        ("gross__gte", 0),
                        ("period_gross__gte", 0),
                        ("period_net__gte", 0),
                        ("tax__gte", 0),
                    ),
                    models.Q(
                        ("credits__isnull", False),
                        ("kind", "credit"),
                        ("amount__lte", 0),
                        ("discount__lte", 0),
                        ("gross__lte", 0),
                        ("tax__lte", 0),
                    ),
                    _connector="OR",
                ),
                name="invoices_line_sign",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("credits__isnull", False)),
                expressions=[("account", "="), ("credits", "="), ("span", "&&")],
                name="invoices_line_credited_once",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="line",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="ca3a14689288a92719cb136f3c9847a689a4fe72",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_36e44",
                    table="invoices_line",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="line",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="a32dfa72e319f38c983f1a21382a8e6b7f0c3057",
                    operation="DELETE",
                    pgid="pgtrigger_kept_3a645",
                    table="invoices_line",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="line",
            trigger=pgtrigger.compiler.Trigger(
                name="still_open",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (\n    SELECT FROM invoices_invoice WHERE account_id = NEW.account_id AND id = NEW.invoice_id AND number IS NOT NULL\n) THEN RAISE EXCEPTION 'an invoice that has its number takes no more lines' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'still_open'; END IF;\nRETURN NEW;\n",
                    hash="c71673206efb352e7e742d1001a51f013e021fd4",
                    operation="INSERT",
                    pgid="pgtrigger_still_open_f54f6",
                    table="invoices_line",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="invoices_coverage_account_id"),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=bursar.columns.reference.SameAccount("line", name="invoices_coverage_line_same_account"),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("account", "="), ("item", "="), ("span", "&&")], name="invoices_coverage_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(fields=("seller", "mode", "kind"), name="invoices_series_one"),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(fields=("seller", "prefix"), name="invoices_series_prefix"),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.CheckConstraint(condition=models.Q(("next__gte", 1)), name="invoices_series_next"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="series",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."seller_id" IS DISTINCT FROM (NEW."seller_id"))',
                    func="RAISE EXCEPTION 'of this row only next may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="5a8336b9840ad0a09573137117bc3533b04db8a1",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_e3dfb",
                    table="invoices_series",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="series",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="0bb37c161a368f659d1ad78435a7dbf6b5578a7c",
                    operation="DELETE",
                    pgid="pgtrigger_kept_6d3d7",
                    table="invoices_series",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="series",
            trigger=pgtrigger.compiler.Trigger(
                name="forward",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."next" < (OLD."next"))',
                    func="RAISE EXCEPTION 'the next number of a series only moves forward' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'forward';",
                    hash="3918aa5268f93f96cd9a6cf225a58f28fcc31831",
                    operation="UPDATE",
                    pgid="pgtrigger_forward_11d08",
                    table="invoices_series",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="series",
            trigger=pgtrigger.compiler.Trigger(
                name="all_used",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\nIF NEW.next > 1 AND NOT EXISTS (\n    SELECT FROM invoices_invoice WHERE series_id = NEW.id AND number = NEW.next - 1\n) THEN RAISE EXCEPTION 'the numbers of a series have no gap' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'gapless'; END IF;\nRETURN NULL;\n",
                    hash="c665bd97bd1f1592c7615e75d891ef584cf51f9a",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_all_used_035f3",
                    table="invoices_series",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="invoices_invoice_account_id"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=bursar.columns.reference.SameAccount("take", name="invoices_invoice_take_same_account"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(fields=("series", "number"), name="invoices_invoice_number"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", None), ("number__gte", 1), _connector="OR"),
                name="invoices_invoice_number_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("total", django.db.models.expressions.CombinedExpression(models.F("net"), "+", models.F("tax")))
                ),
                name="invoices_invoice_total",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "invoice"), ("total__gte", 0)),
                    models.Q(("kind", "credit_note"), ("total__lt", 0)),
                    _connector="OR",
                ),
                name="invoices_invoice_sign",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("issued_on"))), name="invoices_invoice_due_after"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issued_on" IS DISTINCT FROM (NEW."issued_on") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."net" IS DISTINCT FROM (NEW."net") OR OLD."on" IS DISTINCT FROM (NEW."on") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."series_id" IS DISTINCT FROM (NEW."series_id") OR OLD."snapshot" IS DISTINCT FROM (NEW."snapshot") OR OLD."take_id" IS DISTINCT FROM (NEW."take_id") OR OLD."tax" IS DISTINCT FROM (NEW."tax") OR OLD."total" IS DISTINCT FROM (NEW."total"))',
                    func="RAISE EXCEPTION 'an invoice never changes; it is corrected by a credit note' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="319a09164ea0e8f4c1c522a6bf9217c9f4c27602",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_a010a",
                    table="invoices_invoice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="number_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."number" IS NOT NULL)',
                    func="RAISE EXCEPTION 'an invoice keeps its number' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'number_stays';",
                    hash="59b8d5eb4b0bfdc36e2d013e284716aa837b1666",
                    operation="UPDATE",
                    pgid="pgtrigger_number_stays_a22da",
                    table="invoices_invoice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="480f34450192f9f72e6c434307c7a1aba5f35baf",
                    operation="DELETE",
                    pgid="pgtrigger_kept_ea9c9",
                    table="invoices_invoice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="complete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    declare="DECLARE document invoices_invoice%ROWTYPE; sums record;",
                    func="\nSELECT * INTO STRICT document FROM invoices_invoice WHERE account_id = NEW.account_id AND id = NEW.id;\nIF document.number IS NULL THEN RAISE EXCEPTION 'an invoice has a number when it is committed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'numbered'; END IF;\nSELECT count(*) AS lines, sum(amount) AS net, sum(tax) AS tax INTO sums\n    FROM invoices_line WHERE account_id = NEW.account_id AND invoice_id = NEW.id;\nIF sums.lines = 0 THEN RAISE EXCEPTION 'an invoice has at least one line' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'has_lines'; END IF;\nIF (sums.net, sums.tax) IS DISTINCT FROM (document.net::numeric, document.tax::numeric) THEN\n    RAISE EXCEPTION 'an invoice''s net and tax are the sums of its lines' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'adds_up';\nEND IF;\nRETURN NULL;\n",
                    hash="16cdb30dcbceddd4a0a34ddc87162fb09b4e4ba4",
                    operation="INSERT",
                    pgid="pgtrigger_complete_a3169",
                    table="invoices_invoice",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="in_series",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    declare="DECLARE document invoices_invoice%ROWTYPE; register record;",
                    func="\nSELECT * INTO STRICT document FROM invoices_invoice WHERE account_id = NEW.account_id AND id = NEW.id;\nSELECT s.next, (s.seller_id, s.mode, s.kind)\n        = (a.seller_id, CASE WHEN a.sandbox THEN 'sandbox' ELSE 'live' END, document.kind) AS fits\n    INTO STRICT register\n    FROM invoices_series s, accounts_account a WHERE s.id = document.series_id AND a.id = document.account_id;\nIF NOT register.fits THEN\n    RAISE EXCEPTION 'an invoice stands in the series of its seller, mode and kind' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'own_series';\nEND IF;\nIF document.number >= register.next OR document.number > 1 AND NOT EXISTS (\n    SELECT FROM invoices_invoice WHERE series_id = document.series_id AND number = document.number - 1\n) THEN RAISE EXCEPTION 'the numbers of a series have no gap' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'gapless'; END IF;\nRETURN NULL;\n",
                    hash="356a62cb7620c0d2dcdd5626717c904f8ca98341",
                    operation="INSERT",
                    pgid="pgtrigger_in_series_0a5c4",
                    table="invoices_invoice",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
    ]
