"""By which identity at the vendor's provider somebody signs in. What the library kept of that is not carried over:

it was made by whoever could have somebody open an address, and none of it says how it came about. Whoever comes by the
provider with an address that it verified is known by that again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import bursar.columns.ids


def forget_ties(apps, schema_editor):
    apps.get_model("socialaccount", "SocialAccount").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_small_letters"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations = [
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("issuer", models.TextField()),
                ("subject", models.TextField()),
                ("address", models.EmailField(max_length=254)),
                ("since_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject"), name="accounts_identity_once"),
                ],
            },
        ),
        migrations.RunPython(forget_ties, migrations.RunPython.noop),
    ]
