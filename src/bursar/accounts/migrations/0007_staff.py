import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_limited_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Staff",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", bursar.columns.codes.CodeField(codes=("support", "sales", "finance", "admin"))),
                ("sandbox", models.BooleanField(default=False)),
                ("appointed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveField(
            model_name="person",
            name="is_staff",
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                django.db.models.functions.text.Lower("name"), models.F("id"), name="accounts_account_name"
            ),
        ),
        migrations.AddField(
            model_name="staff",
            name="appointed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="staff",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="staff",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("person",), name="accounts_staff_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at", None), ("ended_at__gte", models.F("appointed_at")), _connector="OR"),
                name="accounts_staff_ends_after",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="staff",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."appointed_at" IS DISTINCT FROM (NEW."appointed_at") OR OLD."appointed_by_id" IS DISTINCT FROM (NEW."appointed_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."sandbox" IS DISTINCT FROM (NEW."sandbox"))',
                    func="RAISE EXCEPTION 'of this row only ended_by_id, ended_at may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="2be865b0d7189e87e979e8202655de69e88bf301",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_49dcf",
                    table="accounts_staff",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="staff",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="46bf61152a020c188038f47b543d36b9ca882291",
                    operation="DELETE",
                    pgid="pgtrigger_kept_2573e",
                    table="accounts_staff",
                    when="BEFORE",
                ),
            ),
        ),
    ]
