"""Each member is called in the account what the person was called until now.

Every statement is a transaction of its own, so that people go on working: from the first on every new member has a name,
those of before get theirs some thousands at a time, and the last finds it proven that none is without, and looks at none.
"""

from django.db import migrations, models

AT_ONCE = 2000
_COPY = """
UPDATE accounts_member m SET name = p.name FROM accounts_person p
WHERE p.id = m.person_id AND m.id IN (SELECT id FROM accounts_member WHERE name IS NULL LIMIT %s)
"""


def copy_names(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_COPY, [AT_ONCE])
        while cursor.rowcount:
            cursor.execute(_COPY, [AT_ONCE])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0008_member_name"),
    ]

    operations = [
        # What is there already is of a run that was broken off.
        migrations.RunSQL(
            "ALTER TABLE accounts_member DROP CONSTRAINT IF EXISTS accounts_member_named",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_member ADD CONSTRAINT accounts_member_named CHECK (name IS NOT NULL) NOT VALID",
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(copy_names, migrations.RunPython.noop),
        migrations.RunSQL(
            "ALTER TABLE accounts_member VALIDATE CONSTRAINT accounts_member_named",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="member",
            name="name",
            field=models.TextField(),
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_member DROP CONSTRAINT accounts_member_named",
            migrations.RunSQL.noop,
        ),
    ]
