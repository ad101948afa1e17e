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
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="policy_version_number")
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="version",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="29f1882833caeea716bd99a32ee3a79bca4fbb99",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_aec8c",
                    table="policy_version",
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
                    hash="685eaf0887acd3ff8d57bd038341b6ca061245be",
                    operation="DELETE",
                    pgid="pgtrigger_kept_4d943",
                    table="policy_version",
                    when="BEFORE",
                ),
            ),
        ),
    ]
