from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_staff"),
        ("seats", "0002_assignments"),
    ]

    operations = [
        migrations.AddField(
            model_name="capacity",
            name="light_agents",
            field=models.IntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="capacity",
            constraint=models.CheckConstraint(
                condition=models.Q(("light_agents", None), ("light_agents__gte", 0), _connector="OR"),
                name="seats_capacity_light_agents",
            ),
        ),
    ]
