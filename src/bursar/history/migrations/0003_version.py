from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("history", "0002_kind"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="version",
            field=models.SmallIntegerField(db_default=1),
        ),
    ]
