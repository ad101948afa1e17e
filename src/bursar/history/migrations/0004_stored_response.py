"""Stored responses have the name by which APIs know them."""

from django.db import migrations, models

from bursar.columns.renamed import rename_constraints


class Migration(migrations.Migration):
    dependencies = [
        ("history", "0003_version"),
    ]

    operations = [
        migrations.RenameModel("Receipt", "StoredResponse"),
        rename_constraints("history_storedresponse", "history_receipt", "history_storedresponse"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("storedresponse", "history_receipt_key"),
                migrations.AddConstraint(
                    "storedresponse",
                    models.UniqueConstraint(fields=("scope", "key"), name="history_storedresponse_key"),
                ),
            ]
        ),
    ]
