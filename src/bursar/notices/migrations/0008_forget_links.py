"""Letters that were sent or given up forget the links by which somebody is let in."""

from django.db import migrations

STATEMENTS = (
    "UPDATE notices_letter SET text = '', html = '' WHERE state = 'sent' AND text LIKE '%/invitation/%'",
    "UPDATE notices_personalletter SET text = '', html = '' WHERE state = 'failed'",
)


class Migration(migrations.Migration):
    dependencies = [("notices", "0007_not_told")]
    operations = [migrations.RunSQL(one, migrations.RunSQL.noop) for one in STATEMENTS]
