"""Sessions of browsers are kept under digests; whoever is signed in stays so."""

from django.db import migrations

TABLES = ("django_session", "usersessions_usersession")
STATEMENTS = tuple(
    f"UPDATE {table} SET session_key = left(encode(sha256(convert_to(session_key, 'UTF8')), 'hex'), 40)"
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_former_names"), ("sessions", "0001_initial"), ("usersessions", "0001_initial")]
    operations = [migrations.RunSQL(one, migrations.RunSQL.noop) for one in STATEMENTS]
