from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_account_state")]

    operations = [
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                fields=["account", "role", "id"],
                condition=models.Q(removed_at=None, state="active"),
                name="accounts_member_by_role",
            ),
        ),
    ]
