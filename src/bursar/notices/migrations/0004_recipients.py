import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_staff"),
        ("notices", "0003_personal_letter"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="letter",
            name="notices_letter_once",
        ),
        migrations.AlterField(
            model_name="letter",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.member",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(fields=("account", "told", "address"), name="notices_letter_once"),
        ),
    ]
