"""Items as rows, filled for each account from all of its changes."""

from itertools import groupby
from typing import Any

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import bursar.columns.codes
import bursar.columns.ids
import bursar.columns.money
from bursar.core.ordering.content import read_terms
from bursar.core.subscription.agreed_item import agreed_items
from bursar.core.subscription.edit import read_edit
from bursar.core.subscription.subscription import NOTHING, Change
from bursar.core.subscription.timeline import Timeline

COLUMNS = (
    *("id", "position", "capability", "effective_on", "credit", "cuts", "takes_back", "by_vendor", "ordered_on"),
    *("take_id", "edit", "terms", "undoes_id"),
)
AT_ONCE = 1000


def fill(apps: Any, schema_editor: Any) -> None:
    """Write the items of each account, as its changes say."""
    changes, items = (apps.get_model("subscriptions", name).objects for name in ("Change", "Item"))
    rows = changes.order_by("account_id", "position").values("account_id", "account__currency", *COLUMNS)
    made: list[Any] = []
    for account_id, of_account in groupby(rows.iterator(AT_ONCE), key=lambda row: row.pop("account_id")):
        mine = list(of_account)
        currency = mine[0]["account__currency"]
        for item in agreed_items(Timeline.of(NOTHING, map(_change, mine))):
            fields = {name: getattr(item, name) for name in item.__dataclass_fields__}
            made.append(items.model(account_id=account_id, currency=currency, **{**fields, "per": item.per.value}))
        if len(made) >= AT_ONCE:
            items.bulk_create(made)
            made.clear()
    items.bulk_create(made)


def _change(row: dict[str, Any]) -> Change:
    del row["account__currency"]
    prices, cycle = read_terms(row.pop("terms"))
    edit, order, undoes = read_edit(row.pop("edit"), "edit"), row.pop("take_id"), row.pop("undoes_id")
    return Change(**row, edit=edit, order=order, undoes=undoes, agreed_prices=prices, cycle=cycle)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_sent_invitation"),
        ("subscriptions", "0005_request_without_history"),
    ]

    operations = [
        # The invoices, which come later, made the extension; on a new database nothing has yet.
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bursar.columns.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("product", models.TextField()),
                ("plan", models.TextField()),
                ("per", bursar.columns.codes.CodeField(codes=("seat", "unit", "account"))),
                ("quantity", models.IntegerField()),
                ("temporary", models.IntegerField()),
                ("cycle", models.TextField()),
                ("rate", bursar.columns.money.RateField(decimal_places=12, max_digits=24)),
                ("currency", bursar.columns.money.CurrencyField()),
                ("trial", models.BooleanField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
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
                    models.UniqueConstraint(fields=("account", "id"), name="subscriptions_item_account_id"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("account", "="),
                            ("product", "="),
                            (
                                models.Func(
                                    "starts_on",
                                    "ends_on",
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="subscriptions_item_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                        name="subscriptions_item_ends_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="subscriptions_item_quantity"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("temporary__gte", 0)), name="subscriptions_item_temporary"
                    ),
                    models.CheckConstraint(condition=models.Q(("rate__gte", 0)), name="subscriptions_item_rate"),
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
