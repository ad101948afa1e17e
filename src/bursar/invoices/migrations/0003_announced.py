from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0002_series"),
    ]

    operations = [
        migrations.AddField(
            model_name="cursor",
            name="announced_until",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="cursor",
            name="billed_until",
            field=models.DateField(db_index=True, null=True),
        ),
    ]
