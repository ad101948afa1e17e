import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# The type of the account when a quote was made is the one before the first change of it that came later.
ACCOUNT_TYPES = """
ALTER TABLE subscriptions_quote DISABLE TRIGGER USER;
UPDATE subscriptions_quote q SET account_type = coalesce((
    SELECT e.data ->> 'before' FROM history_entry e
    WHERE e.account_id = q.account_id AND e.kind = 'account_altered' AND e.data ? 'before' AND e.id > q.id
    ORDER BY e.id LIMIT 1
), a.account_type)
FROM accounts_account a WHERE a.id = q.account_id;
ALTER TABLE subscriptions_quote ENABLE TRIGGER USER;
"""
REMINDERS = """
UPDATE subscriptions_request r SET reminded_at = e.recorded_at FROM history_entry e
WHERE r.state = 'open' AND e.account_id = r.account_id AND e.kind = 'request_reminded'
    AND e.data ->> 'request' = r.id::text;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_session_digests"),
        ("history", "0002_kind"),
        ("subscriptions", "0004_requests_overtaken"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="request",
            name="frozen",
        ),
        migrations.AddField(
            model_name="quote",
            name="account_type",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="request",
            name="reminded_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(ACCOUNT_TYPES, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="quote",
            name="account_type",
            field=models.TextField(),
        ),
        migrations.RunSQL(REMINDERS, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."needed_by" IS DISTINCT FROM (NEW."needed_by") OR OLD."quote_id" IS DISTINCT FROM (NEW."quote_id") OR OLD."reason_id" IS DISTINCT FROM (NEW."reason_id"))',
                    func="RAISE EXCEPTION 'of this row only state, closed_at, closed_by_kind, closed_by_id, answer, take, cause, looked_at, reminded_at may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="8e40de5160178b4f748803359eee181c9677cd09",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_1ffda",
                    table="subscriptions_request",
                    when="BEFORE",
                ),
            ),
        ),
    ]
