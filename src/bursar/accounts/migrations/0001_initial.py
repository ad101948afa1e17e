import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids
import bursar.columns.money
import bursar.columns.reference


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("account_type", models.TextField()),
                ("currency", bursar.columns.money.CurrencyField()),
                ("time_zone", models.TextField()),
                ("locale", bursar.columns.codes.CodeField(codes=("en", "fr"), default="en")),
                ("sandbox", models.BooleanField(default=False)),
                ("clock_at", models.DateTimeField(null=True)),
                ("tax_rate", bursar.columns.money.RateField(decimal_places=12, default=0, max_digits=24)),
                ("representative_name", models.TextField(blank=True, default="")),
                ("representative_email", models.EmailField(blank=True, default="", max_length=254)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="VendorKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("hash", models.TextField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.TextField()),
                ("locale", bursar.columns.codes.CodeField(codes=("en", "fr"), default="en")),
                ("email_verified_at", models.DateTimeField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="accounts_person_email"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BillingDetails",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("sold_to", models.JSONField(default=dict)),
                ("bill_to", models.JSONField(null=True)),
                ("vat_id", models.TextField(blank=True, default="")),
                ("purchase_order", models.TextField(blank=True, default="")),
                ("recipients", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("state", bursar.columns.codes.CodeField(codes=("active", "suspended", "cancelled"))),
                ("since_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.TextField(blank=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("capability", models.TextField()),
                ("grant", models.BooleanField()),
                ("until", models.DateField(null=True)),
                ("author_kind", bursar.columns.codes.CodeField(codes=("vendor", "member", "system"))),
                ("author_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "remark",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.remark",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Seller",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("time_zone", models.TextField()),
                ("support_name", models.TextField()),
                ("support_email", models.EmailField(max_length=254)),
                ("country", models.TextField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="accounts_seller_country"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="account",
            name="seller",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
            ),
        ),
        migrations.CreateModel(
            name="SignInLink",
            fields=[
                ("hash", models.TextField(primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField()),
                ("single_use", models.BooleanField(default=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.TextField()),
                ("state", bursar.columns.codes.CodeField(codes=("invited", "active", "suspended"))),
                ("created_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "id"), name="accounts_member_account_id"),
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None), ("role", "owner")),
                        fields=("account",),
                        name="accounts_member_one_owner",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("account", "person"),
                        name="accounts_member_once",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="member",
            trigger=pgtrigger.compiler.Trigger(
                name="owned",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\nIF NOT EXISTS (\n    SELECT FROM accounts_member WHERE account_id = OLD.account_id AND role = 'owner' AND removed_at IS NULL\n) THEN RAISE EXCEPTION 'an account has exactly one owner' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'owned'; END IF;\nRETURN NULL;\n",
                    hash="f6543b23686194259e09e1dfc406050e4652f259",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_owned_aed34",
                    table="accounts_member",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="accounts_remark_account_id"),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="accounts_override_account_id"),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=bursar.columns.reference.SameAccount("remark", name="accounts_override_remark_same_account"),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("account", "capability"),
                name="accounts_override_one_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at", None), ("ended_at__gte", models.F("created_at")), _connector="OR"),
                name="accounts_override_ends_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("author_kind", "member"), _negated=True), ("author_id__isnull", False), _connector="OR"
                ),
                name="accounts_override_author_is_named",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="override",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="065bd987103b9a221bced666d7618d883e46b819",
                    operation="DELETE",
                    pgid="pgtrigger_kept_f4768",
                    table="accounts_override",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clock_at__isnull", False), ("sandbox", True)),
                    models.Q(("clock_at", None), ("sandbox", False)),
                    _connector="OR",
                ),
                name="accounts_account_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("tax_rate__gte", 0), ("tax_rate__lte", 1)), name="accounts_account_tax_rate"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="owned",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\nIF NOT EXISTS (\n    SELECT FROM accounts_member WHERE account_id = NEW.id AND role = 'owner' AND removed_at IS NULL\n) THEN RAISE EXCEPTION 'an account has exactly one owner' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'owned'; END IF;\nRETURN NULL;\n",
                    hash="fa1830e78fc1c06546674f2bd9ef4e39ecedba8b",
                    operation="INSERT",
                    pgid="pgtrigger_owned_f3b11",
                    table="accounts_account",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="made_so",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."sandbox" IS DISTINCT FROM (NEW."sandbox") OR OLD."seller_id" IS DISTINCT FROM (NEW."seller_id"))',
                    func="RAISE EXCEPTION 'whose customer an account is, and whether it is a sandbox, is chosen when it is made' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'made_so';",
                    hash="7980e3cb5e101d23d6ffde5a04829908ceb3a4fb",
                    operation="UPDATE",
                    pgid="pgtrigger_made_so_8bb38",
                    table="accounts_account",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="clock_forward",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."clock_at" < (OLD."clock_at"))',
                    func="RAISE EXCEPTION 'a clock never moves backwards' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'clock_forward';",
                    hash="5a0053069f3604acabe5a34731d313b061b6a110",
                    operation="UPDATE",
                    pgid="pgtrigger_clock_forward_72ab4",
                    table="accounts_account",
                    when="BEFORE",
                ),
            ),
        ),
    ]
