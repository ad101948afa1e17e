from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_identity"),
    ]

    operations = [
        migrations.AddField(
            model_name="vendorkey",
            name="scope",
            field=models.TextField(db_default="vendor", default="vendor"),
        ),
        migrations.AddConstraint(
            model_name="vendorkey",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ("vendor", "members"))), name="accounts_vendorkey_scope_is_known"
            ),
        ),
    ]
