"""Addresses are kept in small letters, in which the library that signs people in looks for them."""

from django.db import migrations, models
from django.db.models.functions import Lower


def in_small_letters(apps, schema_editor):
    people = apps.get_model("accounts", "Person").objects
    people.exclude(email=Lower("email")).update(email=Lower("email"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_addresses")]
    operations = [
        migrations.RunPython(in_small_letters, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="person", name="accounts_person_email"),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_person_small_letters"
            ),
        ),
    ]
