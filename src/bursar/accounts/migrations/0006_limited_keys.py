import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_growth_limit"),
    ]

    operations = [
        migrations.AddField(
            model_name="vendorkey",
            name="account",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
            ),
        ),
        migrations.AddField(
            model_name="vendorkey",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="vendorkey",
            name="reads_only",
            field=models.BooleanField(default=False),
        ),
    ]
