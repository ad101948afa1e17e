"""Rename constraints and indexes after their table or column was renamed, in migrations."""

from django.db import migrations


def rename_constraints(table: str, before: str, after: str) -> migrations.RunSQL:
    """Return the operation that gives a table's constraints and indexes named `before…` the name `after…`.

    Django renames the table or column only. A constraint that were dropped and added again would have the database
    read every row under a lock; renaming it changes no row.
    """
    return migrations.RunSQL(_rename(table, before, after), _rename(table, after, before))


def _rename(table: str, before: str, after: str) -> str:
    # The index behind a constraint is renamed with it, so the second loop finds the other indexes only. A hash of
    # Django's at the end of a name stays as it was, and PostgreSQL keeps the first 63 characters.
    return f"""
DO $$ DECLARE old text; BEGIN
    FOR old IN SELECT conname FROM pg_constraint
        WHERE conrelid = '{table}'::regclass AND starts_with(conname, '{before}')
    LOOP
        EXECUTE format('ALTER TABLE {table} RENAME CONSTRAINT %I TO %I',
            old, left('{after}' || substr(old, {len(before) + 1}), 63));
    END LOOP;
    FOR old IN SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = '{table}'::regclass AND starts_with(relname, '{before}')
    LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO %I', old, left('{after}' || substr(old, {len(before) + 1}), 63));
    END LOOP;
END $$
"""
