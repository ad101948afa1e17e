"""Retired products and plans, counted by the accounts that keep them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bursar.accounts.relations import ACCOUNTS
from bursar.columns.statement import columns_of, select
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.retirement import catalog_keys


@dataclass(frozen=True, slots=True)
class Keeping:
    """The number of accounts that keep anything retired, and the number for each product and plan."""

    accounts: int
    items: Mapping[tuple[str, str], int]


def keeping(catalog: Catalog, now: datetime) -> Keeping:
    """Count accounts that have, now or scheduled, an item that the catalog does not sell in their currency and cycle.

    An item on trial is sold as long as it has a price in any cycle.
    """
    rows = select(_KEPT, now=now, **columns_of(catalog_keys(catalog), "products", "plans", "currencies", "cycles"))
    return Keeping(rows[0][3] if rows else 0, {(product, plan): count for product, plan, count, _ in rows})


_KEPT: Final = f"""
WITH sold AS (
    SELECT * FROM unnest(%(products)s::text[], %(plans)s::text[], %(currencies)s::text[], %(cycles)s::text[])
        AS sold (product, plan, currency, cycle)
), kept AS (
    SELECT DISTINCT i.account_id, i.product, i.plan
    FROM subscriptions_item i JOIN {ACCOUNTS} a ON a.id = i.account_id
    WHERE (i.ends_on IS NULL OR i.ends_on > (coalesce(a.clock_at, %(now)s) AT TIME ZONE a.time_zone)::date)
        AND NOT EXISTS (
            SELECT FROM sold s WHERE (s.product, s.plan, s.currency) = (i.product, i.plan, i.currency)
                AND (s.cycle = i.cycle OR i.trial)
        )
)
SELECT product, plan, count(*), (SELECT count(DISTINCT account_id) FROM kept)
FROM kept GROUP BY product, plan ORDER BY product, plan
"""
