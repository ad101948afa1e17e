"""Letters are called emails, as people call them: their tables get new names, and all that is named after these."""

from django.db import migrations, models
from django.db.models import Q

from bursar.columns.reference import SameAccount
from bursar.columns.renamed import rename_constraints

BEFORE = ("account_id", "told_same_account", "member_same_account", "once", "sent", "tries")
CONSTRAINTS: tuple[models.BaseConstraint, ...] = (
    models.UniqueConstraint(fields=("account", "id"), name="notices_email_account_id"),
    SameAccount("told", name="notices_email_told_same_account"),
    SameAccount("member", name="notices_email_member_same_account"),
    models.UniqueConstraint(fields=("account", "told", "address"), name="notices_email_once"),
    models.CheckConstraint(
        condition=Q(
            Q(("secret", ""), ("sent_at__isnull", False), ("state", "sent")),
            Q(Q(("state", "sent"), _negated=True), ("sent_at", None)),
            _connector="OR",
        ),
        name="notices_email_sent",
    ),
    models.CheckConstraint(condition=Q(("tries__gte", 0)), name="notices_email_tries"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0009_seal_links"),
    ]

    operations = [
        migrations.RenameModel("Letter", "Email"),
        migrations.RenameModel("PersonalLetter", "PersonalEmail"),
        rename_constraints("notices_email", "notices_letter", "notices_email"),
        rename_constraints("notices_personalemail", "notices_personalletter", "notices_personalemail"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex("email", "notices_letter_waiting"),
                migrations.AddIndex(
                    "email",
                    models.Index(fields=("due_at",), condition=Q(("state", "waiting")), name="notices_email_waiting"),
                ),
                *(migrations.RemoveConstraint("email", f"notices_letter_{name}") for name in BEFORE),
                *(migrations.AddConstraint("email", constraint) for constraint in CONSTRAINTS),
            ]
        ),
    ]
