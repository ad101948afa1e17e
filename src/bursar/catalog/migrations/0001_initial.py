import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bursar.columns.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Version",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("document", models.JSONField()),
                ("digest", models.TextField()),
                ("source", bursar.columns.codes.CodeField(codes=("file", "api"))),
                ("published_at", models.DateTimeField()),
                ("by", models.TextField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="catalog_version_number")
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="version",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="6c8ff1efe8b2112bea898e1a644845c96636e139",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_7556d",
                    table="catalog_version",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="version",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="bf839800d3b958f30f72bcd4a4e0d6e1c1f5313c",
                    operation="DELETE",
                    pgid="pgtrigger_kept_b1cfc",
                    table="catalog_version",
                    when="BEFORE",
                ),
            ),
        ),
    ]
