"""A taking is an order, in the table and in the columns that point at it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from bursar.columns.reference import SameAccount
from bursar.columns.renamed import rename_constraints

RENAMED = [
    migrations.RemoveConstraint("take", "subscriptions_take_account_id"),
    migrations.RemoveConstraint("take", "subscriptions_take_quote_same_account"),
    migrations.RemoveConstraint("take", "subscriptions_take_once"),
    migrations.RemoveConstraint("take", "subscriptions_take_actor_is_named"),
    migrations.RemoveConstraint("change", "subscriptions_change_take_same_account"),
    migrations.RemoveConstraint("request", "subscriptions_request_take_same_account"),
    migrations.RemoveConstraint("request", "subscriptions_request_taken"),
]
NAMED = [
    migrations.AddConstraint(
        "order", models.UniqueConstraint(fields=("account", "id"), name="subscriptions_order_account_id")
    ),
    migrations.AddConstraint("order", SameAccount("quote", name="subscriptions_order_quote_same_account")),
    migrations.AddConstraint(
        "order", models.UniqueConstraint(fields=("account", "quote"), name="subscriptions_order_once")
    ),
    migrations.AddConstraint(
        "order",
        models.CheckConstraint(
            condition=models.Q(
                models.Q(("actor_kind", "member"), _negated=True), ("actor_id__isnull", False), _connector="OR"
            ),
            name="subscriptions_order_actor_is_named",
        ),
    ),
    migrations.AddConstraint("change", SameAccount("order", name="subscriptions_change_order_same_account")),
    migrations.AddConstraint("request", SameAccount("order", name="subscriptions_request_order_same_account")),
    migrations.AddConstraint(
        "request",
        models.CheckConstraint(
            condition=models.Q(
                models.Q(("order__isnull", False), ("state", "approved")),
                models.Q(models.Q(("state", "approved"), _negated=True), ("order", None)),
                _connector="OR",
            ),
            name="subscriptions_request_accepted",
        ),
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0006_items"),
        # Earlier migrations of the invoices point at the table by its former name.
        ("invoices", "0006_recurring_lines_cover"),
    ]

    operations = [
        # The name of a trigger is made from that of its table, and one message names the column.
        pgtrigger.migrations.RemoveTrigger(model_name="take", name="frozen"),
        pgtrigger.migrations.RemoveTrigger(model_name="take", name="kept"),
        pgtrigger.migrations.RemoveTrigger(model_name="request", name="frozen"),
        migrations.SeparateDatabaseAndState(state_operations=RENAMED),
        migrations.RenameModel("Take", "Order"),
        migrations.RenameField("change", "take", "order"),
        migrations.RenameField("request", "take", "order"),
        rename_constraints("subscriptions_order", "subscriptions_take", "subscriptions_order"),
        rename_constraints("subscriptions_change", "subscriptions_change_take_", "subscriptions_change_order_"),
        rename_constraints("subscriptions_request", "subscriptions_request_take_", "subscriptions_request_order_"),
        rename_constraints("subscriptions_request", "subscriptions_request_taken", "subscriptions_request_accepted"),
        migrations.SeparateDatabaseAndState(state_operations=NAMED),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="ffceae177ae5f03fd31bd511da4c42ec4f3b7510",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_c15a7",
                    table="subscriptions_order",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this row is a fact and is never deleted' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kept';",
                    hash="b4f5475108376617194855a5f74b6662703154f0",
                    operation="DELETE",
                    pgid="pgtrigger_kept_8dbd5",
                    table="subscriptions_order",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."needed_by" IS DISTINCT FROM (NEW."needed_by") OR OLD."quote_id" IS DISTINCT FROM (NEW."quote_id") OR OLD."reason_id" IS DISTINCT FROM (NEW."reason_id"))',
                    func="RAISE EXCEPTION 'of this row only state, closed_at, closed_by_kind, closed_by_id, answer, order, cause, looked_at, reminded_at may change' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';",
                    hash="8bfcd213709d960051803e52b2c115635e58e121",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_1ffda",
                    table="subscriptions_request",
                    when="BEFORE",
                ),
            ),
        ),
    ]
