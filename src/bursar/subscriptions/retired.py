"""How many accounts have what a catalog no longer sells."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from bursar.columns.statement import select
from bursar.core.catalog import Catalog
from bursar.core.content import read_state
from bursar.core.retirement import gone, retired
from bursar.core.subscription import NOTHING
from bursar.core.timeline import Timeline
from bursar.subscriptions.queries import CHANGES, written

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many accounts keep something that is no longer sold, and how many keep each product and plan of it."""

    accounts: int
    items: Mapping[tuple[str, str], int]


def keeping(catalog: Catalog, now: datetime) -> Keeping:
    """Who has, now or by what is scheduled, what the catalog no longer sells in their currency and cycle.

    Shape: of a catalog that knows what earlier ones sold.
    """
    accounts, items = 0, Counter[tuple[str, str]]()
    for mine in _each(catalog, now):
        accounts += bool(mine)
        items.update(mine)
    return Keeping(accounts, dict(sorted(items.items())))


def _each(catalog: Catalog, now: datetime) -> Iterator[set[tuple[str, str]]]:
    """What each account keeps of what is retired, among those with whom such a price was ever agreed."""
    prices, after = [list(one) for one in gone(catalog)], UUID(int=0)
    names = {name: [one[at] for one in prices] for at, name in enumerate(("products", "plans", "currencies", "cycles"))}
    while prices and (rows := select(_AGREED, after=after, now=now, batch=BATCH, **names)):
        for account, currency, today, state, changes in rows:
            start = read_state(state) if state else NOTHING
            states = Timeline.of(start, (written(one) for one in changes)).from_(today)
            yield {one for state in states for one in retired(state, catalog, currency)}
            after = account


_AGREED: Final = f"""
WITH gone AS (
    SELECT * FROM unnest(%(products)s::text[], %(plans)s::text[], %(currencies)s::text[], %(cycles)s::text[])
        AS gone (product, plan, currency, cycle)
)
SELECT a.id, a.currency, (coalesce(a.clock_at, %(now)s) AT TIME ZONE a.time_zone)::date, point.state::json, (
    SELECT {CHANGES} FROM subscriptions_change c WHERE c.account_id = a.id
        AND (point."on" IS NULL OR c.effective_on > point."on" OR c.position > point.position)
)
FROM accounts_account a JOIN accounts_standing s ON s.account_id = a.id AND s.state <> 'cancelled'
LEFT JOIN LATERAL (
    SELECT "on", position, state FROM subscriptions_checkpoint WHERE account_id = a.id ORDER BY "on" DESC LIMIT 1
) point ON true
WHERE a.id > %(after)s AND EXISTS (
    SELECT FROM (
        SELECT jsonb_array_elements(point.state->'pins') AS pin
        UNION ALL
        SELECT jsonb_array_elements(c.terms->'prices') FROM subscriptions_change c WHERE c.account_id = a.id
            AND (point."on" IS NULL OR c.effective_on > point."on" OR c.position > point.position)
    ) AS agreed JOIN gone ON gone.product = pin->>'product' AND gone.plan = pin->>'plan'
        AND gone.cycle = pin->>'cycle' AND gone.currency = a.currency
)
ORDER BY a.id LIMIT %(batch)s
"""
