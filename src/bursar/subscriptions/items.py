"""Items as rows: the products of an account with their prices and days, written with the changes they follow from."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from bursar.columns.ids import uuid7
from bursar.columns.statement import columns_of, execute
from bursar.core.subscription.agreed_item import AgreedItem, items_from
from bursar.core.subscription.timeline import Timeline


def set_items(turned: Mapping[UUID, tuple[str, Timeline, Timeline]]) -> None:
    """Write the items of accounts, from the first day on that a change concerns.

    Shape: by account, its currency, the timeline before, as it was read under its lock, and after.
    """
    turns = [
        (account_id, currency, turn)
        for account_id, (currency, before, after) in turned.items()
        for turn in items_from(before, after)
    ]
    if turns:
        cut = ((account_id, turn.product, turn.on) for account_id, _, turn in turns)
        new = (_item(account_id, currency, item) for account_id, currency, turn in turns for item in turn.items)
        execute(_SET_ITEMS, **columns_of(cut, *_CUT), **columns_of(new, *_ITEM))


def _item(account_id: UUID, currency: str, item: AgreedItem) -> tuple[Any, ...]:
    """Return the values of an item's row, in the order of `_ITEM`."""
    counted = item.per.value, item.quantity, item.temporary
    price = item.cycle, item.rate, currency, item.trial
    return (uuid7(), account_id, item.product, item.plan, *counted, *price, item.starts_on, item.ends_on)


_CUT: Final = ("accounts", "products", "days")
_ITEM: Final = (
    *("id", "account_id", "product", "plan", "per", "quantity", "temporary", "cycle", "rate", "currency", "trial"),
    *("starts_on", "ends_on"),
)
# The database refuses overlapping days row by row, at the insertion. The condition at the end makes it delete and cut
# the old rows before.
_SET_ITEMS: Final = f"""
WITH turned AS (
    SELECT * FROM unnest(%(accounts)s::uuid[], %(products)s::text[], %(days)s::date[])
        AS turned (account_id, product, day)
), gone AS (
    DELETE FROM subscriptions_item i USING turned t
    WHERE i.account_id = t.account_id AND i.product = t.product AND i.starts_on >= t.day RETURNING i.id
), cut AS (
    UPDATE subscriptions_item i SET ends_on = t.day FROM turned t
    WHERE i.account_id = t.account_id AND i.product = t.product AND i.starts_on < t.day
        AND (i.ends_on IS NULL OR i.ends_on > t.day) RETURNING i.id
)
INSERT INTO subscriptions_item ({", ".join(_ITEM)})
SELECT * FROM unnest(
    %(id)s::uuid[], %(account_id)s::uuid[], %(product)s::text[], %(plan)s::text[], %(per)s::text[],
    %(quantity)s::integer[], %(temporary)s::integer[], %(cycle)s::text[], %(rate)s::numeric[], %(currency)s::text[],
    %(trial)s::boolean[], %(starts_on)s::date[], %(ends_on)s::date[]
)
WHERE (SELECT count(*) FROM gone) + (SELECT count(*) FROM cut) >= 0
"""
