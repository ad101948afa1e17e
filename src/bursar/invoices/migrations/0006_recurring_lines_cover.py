"""Only a recurring line pays for the days of an item: the database refuses any other."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0005_described_lines"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="coverage",
            trigger=pgtrigger.compiler.Trigger(
                name="recurring_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (\n    SELECT FROM invoices_line WHERE account_id = NEW.account_id AND id = NEW.line_id AND charge_type <> 'recurring'\n) THEN RAISE EXCEPTION 'only a recurring line pays for the days of an item' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'recurring_only'; END IF;\nRETURN NEW;\n",
                    hash="34036f8037c5640d53aad143a9829594f4850564",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_recurring_only_a4bfd",
                    table="invoices_coverage",
                    when="BEFORE",
                ),
            ),
        ),
    ]
