import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids
import bursar.columns.reference


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_seller"),
    ]

    operations = [
        migrations.CreateModel(
            name="Quote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("actor_kind", bursar.columns.codes.CodeField(codes=("vendor", "member", "system"))),
                ("actor_id", models.UUIDField(null=True)),
                ("edits", models.JSONField()),
                ("outcome", bursar.columns.codes.CodeField(codes=("allowed", "by_request", "refused"))),
                ("on", models.DateField()),
                ("content", models.JSONField()),
                ("digest", models.TextField()),
                ("catalog_version", models.IntegerField()),
                ("policy_version", models.IntegerField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
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
                    "reason",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.remark",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Take",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("on", models.DateField()),
                ("actor_kind", bursar.columns.codes.CodeField(codes=("vendor", "member", "system"))),
                ("actor_id", models.UUIDField(null=True)),
                ("recorded_at", models.DateTimeField()),
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
                    "quote",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.quote",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.IntegerField()),
                ("edit", models.JSONField()),
                ("capability", models.TextField(blank=True)),
                ("effective_on", models.DateField()),
                ("terms", models.JSONField()),
                ("credit", models.BooleanField()),
                ("by_vendor", models.BooleanField()),
                ("ordered_on", models.DateField()),
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
                    "undoes",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.change",
                    ),
                ),
                (
                    "take",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="subscriptions.take",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("on", models.DateField()),
                ("position", models.IntegerField()),
                ("state", models.JSONField()),
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "id"), name="subscriptions_checkpoint_account_id"),
                    models.UniqueConstraint(fields=("account", "on"), name="subscriptions_checkpoint_on"),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 0)), name="subscriptions_checkpoint_position"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checkpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="10541c24186e0fb75cbc482d82f03d11e2f01fda",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_b6221",
                    table="subscriptions_checkpoint",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checkpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="123c0fab8ca8ea51d432b114857ec6812a4b0923",
                    operation="DELETE",
                    pgid="pgtrigger_kept_56a56",
                    table="subscriptions_checkpoint",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="subscriptions_quote_account_id"),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=bursar.columns.reference.SameAccount("reason", name="subscriptions_quote_reason_same_account"),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("actor_kind", "member"), _negated=True), ("actor_id__isnull", False), _connector="OR"
                ),
                name="subscriptions_quote_actor_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))), name="subscriptions_quote_expires_after"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quote",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="1d6b59f280339c827eef972247b3a3052d1f312a",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_5ec57",
                    table="subscriptions_quote",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quote",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="10b56178bc750b079bd9f1afedf7a07d935ae35d",
                    operation="DELETE",
                    pgid="pgtrigger_kept_b9fdb",
                    table="subscriptions_quote",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="take",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="subscriptions_take_account_id"),
        ),
        migrations.AddConstraint(
            model_name="take",
            constraint=bursar.columns.reference.SameAccount("quote", name="subscriptions_take_quote_same_account"),
        ),
        migrations.AddConstraint(
            model_name="take",
            constraint=models.UniqueConstraint(fields=("account", "quote"), name="subscriptions_take_once"),
        ),
        migrations.AddConstraint(
            model_name="take",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("actor_kind", "member"), _negated=True), ("actor_id__isnull", False), _connector="OR"
                ),
                name="subscriptions_take_actor_is_named",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="take",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="f9d09dfd9933c5c55fc82f3b17f7c04c65a5e974",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_14828",
                    table="subscriptions_take",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="take",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="68f52e81058361b3625872f5a210793c7a31f704",
                    operation="DELETE",
                    pgid="pgtrigger_kept_c7ae3",
                    table="subscriptions_take",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(fields=("account", "id"), name="subscriptions_change_account_id"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=bursar.columns.reference.SameAccount("take", name="subscriptions_change_take_same_account"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=bursar.columns.reference.SameAccount("undoes", name="subscriptions_change_undoes_same_account"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(fields=("account", "position"), name="subscriptions_change_position"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(fields=("account", "undoes"), name="subscriptions_change_undone_once"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1)), name="subscriptions_change_position_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("undoes", None), models.Q(("undoes", models.F("id")), _negated=True), _connector="OR"
                ),
                name="subscriptions_change_undoes_another",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="change",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="339482ab869d23a584c92f18ff46eb603a651b6d",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_f81ac",
                    table="subscriptions_change",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="change",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="477abc776e702b722c473649caec7c389342ddeb",
                    operation="DELETE",
                    pgid="pgtrigger_kept_899ba",
                    table="subscriptions_change",
                    when="BEFORE",
                ),
            ),
        ),
    ]
