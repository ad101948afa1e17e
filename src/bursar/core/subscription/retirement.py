"""Retired products, plans and prices: no longer sold, but kept with names and features for the accounts that have them."""

from collections.abc import Iterator
from dataclasses import replace

from bursar.core.money.price import Price
from bursar.core.subscription.catalog import Catalog, Plan, Product

CatalogKey = tuple[str, str, str, str]
"""A product, one of its plans, a currency and a cycle: the key of a price in a catalog."""


def with_retired(catalog: Catalog, before: Catalog) -> Catalog:
    """Return a catalog together with everything that the version before sold or had retired, and this one does not sell."""
    # By price, not by product: a plan may stay while one of its cycles or currencies goes.
    still_sold = set(catalog_keys(catalog))
    retired_prices = dict[CatalogKey, tuple[Product, Plan, Price]]()
    for key, product, plan, price in (*_prices(before.products), *_prices(before.retired)):
        if key not in still_sold:
            # What the version before still sold comes first: its names are the latest.
            retired_prices.setdefault(key, (product, plan, price))
    cycles = {cycle.code: cycle for cycle in (*before.retired_cycles, *before.own_cycles)}
    retired_cycles = tuple(cycle for code, cycle in cycles.items() if code not in catalog.cycle_by)
    return replace(catalog, retired=_retired_products(retired_prices), retired_cycles=retired_cycles)


def catalog_keys(catalog: Catalog) -> list[CatalogKey]:
    """Return the key of each price that the catalog sells at."""
    return [key for key, *_ in _prices(catalog.products)]


def _prices(products: tuple[Product, ...]) -> Iterator[tuple[CatalogKey, Product, Plan, Price]]:
    for product in products:
        for plan in product.plans:
            for price in plan.prices:
                yield (product.code, plan.code, price.currency, price.cycle), product, plan, price


def _retired_products(retired_prices: dict[CatalogKey, tuple[Product, Plan, Price]]) -> tuple[Product, ...]:
    """Return the retired products, with only their retired plans, and only the prices of these that are retired."""
    products = dict[str, Product]()
    plans = dict[str, dict[str, Plan]]()
    prices = dict[tuple[str, str], list[Price]]()
    for product, plan, price in retired_prices.values():
        products.setdefault(product.code, product)
        plans.setdefault(product.code, {}).setdefault(plan.code, plan)
        prices.setdefault((product.code, plan.code), []).append(price)
    return tuple(
        replace(
            product,
            plans=tuple(replace(plan, prices=tuple(prices[code, plan.code])) for plan in plans[code].values()),
        )
        for code, product in products.items()
    )
