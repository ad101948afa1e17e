from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0005_unwanted"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="failure",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="personalletter",
            name="failure",
            field=models.TextField(blank=True, default=""),
        ),
    ]
