from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_staff"),
    ]

    operations = [
        # Empty at first: a column that may be empty is added at once, however many members there are.
        migrations.AddField(
            model_name="member",
            name="name",
            field=models.TextField(null=True),
        ),
    ]
