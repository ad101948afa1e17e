from django.db import migrations

# What happened before people were told of it is not told afterwards.
TOLD = """
INSERT INTO notices_told (id, account_id, entry_id, at)
SELECT gen_random_uuid(), e.account_id, e.id, now() FROM history_entry e
WHERE e.kind IN (
    'changes_taken', 'changes_applied', 'renewed', 'payment_received', 'payment_failed',
    'member_added', 'member_changed', 'member_removed'
)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("history", "__first__")]

    operations = [migrations.RunSQL(TOLD, migrations.RunSQL.noop)]
