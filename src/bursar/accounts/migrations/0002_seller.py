"""The one seller that every account begins with; the vendor's own particulars replace these."""

from uuid import UUID

from django.db import migrations

SELLER = {
    "id": UUID("01900000-0000-7000-8000-000000000001"),
    "name": "Vendor",
    "time_zone": "Europe/Paris",
    "support_name": "Customer Support",
    "support_email": "support@example.com",
    "country": "FR",
}


def make_seller(apps, schema_editor):
    apps.get_model("accounts", "Seller").objects.get_or_create(id=SELLER["id"], defaults=SELLER)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(make_seller, migrations.RunPython.noop)]
