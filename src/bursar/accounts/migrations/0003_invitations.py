from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_seller"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="invited_at",
            field=models.DateTimeField(null=True),
        ),
    ]
