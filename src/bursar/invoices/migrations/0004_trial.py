from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0003_announced"),
    ]

    operations = [
        migrations.AddField(
            model_name="cursor",
            name="trial_until",
            field=models.DateField(db_index=True, null=True),
        ),
    ]
