"""The state of an account and the limit on what billing admins add have the names that the glossary gives them."""

from django.db import migrations, models

from bursar.columns.renamed import rename_constraints

LIMITS = {"seats": "seats", "amount": "amount_minor"}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_sent_invitation"),
    ]

    operations = [
        migrations.RenameModel("Standing", "AccountState"),
        rename_constraints("accounts_accountstate", "accounts_standing", "accounts_accountstate"),
        migrations.RenameModel("GrowthLimit", "PurchaseLimit"),
        rename_constraints("accounts_purchaselimit", "accounts_growthlimit", "accounts_purchaselimit"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                *(migrations.RemoveConstraint("purchaselimit", f"accounts_growthlimit_{name}") for name in LIMITS),
                *(
                    migrations.AddConstraint(
                        "purchaselimit",
                        models.CheckConstraint(
                            condition=models.Q((column, None), (f"{column}__gte", 0), _connector="OR"),
                            name=f"accounts_purchaselimit_{name}",
                        ),
                    )
                    for name, column in LIMITS.items()
                ),
            ]
        ),
    ]
