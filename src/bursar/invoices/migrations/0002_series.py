"""The series of every seller: invoices and credit notes, live and sandbox."""

from django.db import migrations

PREFIXES = {
    ("live", "invoice"): "INV-",
    ("live", "credit_note"): "CN-",
    ("sandbox", "invoice"): "TEST-INV-",
    ("sandbox", "credit_note"): "TEST-CN-",
}


def make_series(apps, schema_editor):
    series = apps.get_model("invoices", "Series")
    for seller in apps.get_model("accounts", "Seller").objects.all():
        for (mode, kind), prefix in PREFIXES.items():
            series.objects.get_or_create(seller=seller, mode=mode, kind=kind, defaults={"prefix": prefix})


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial"), ("accounts", "0002_seller")]
    operations = [migrations.RunPython(make_series, migrations.RunPython.noop)]
