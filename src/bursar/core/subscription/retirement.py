"""What a catalog no longer sells and an earlier one did: it keeps its names, features and prices for whoever has it."""

from collections.abc import Iterator
from dataclasses import replace

from bursar.core.money.price import Price
from bursar.core.subscription.catalog import Catalog, Plan, Product

CatalogKey = tuple[str, str, str, str]
"""A product, one of its plans, a currency and a cycle: what a catalog has a price for."""


def with_retired(catalog: Catalog, before: Catalog) -> Catalog:
    """The catalog, which also knows what the one before it sold or knew and it no longer sells itself."""
    still_sold = set(catalog_keys(catalog))
    gone = dict[CatalogKey, tuple[Product, Plan, Price]]()
    for one, product, plan, price in (*_prices(before.products), *_prices(before.retired)):
        if one not in still_sold:
            gone.setdefault(one, (product, plan, price))
    cycles = {one.code: one for one in (*before.retired_cycles, *before.own_cycles)}
    left = tuple(one for code, one in cycles.items() if code not in catalog.cycle_by)
    return replace(catalog, retired=_grouped(gone), retired_cycles=left)


def catalog_keys(catalog: Catalog) -> list[CatalogKey]:
    """Return what the catalog has a price for and sells."""
    return [key for key, *_ in _prices(catalog.products)]


def _prices(products: tuple[Product, ...]) -> Iterator[tuple[CatalogKey, Product, Plan, Price]]:
    for product in products:
        for plan in product.plans:
            for price in plan.prices:
                yield (product.code, plan.code, price.currency, price.cycle), product, plan, price


def _grouped(gone: dict[CatalogKey, tuple[Product, Plan, Price]]) -> tuple[Product, ...]:
    """Products with no more plans, and plans with no more prices, than are gone."""
    products = dict[str, Product]()
    plans = dict[str, dict[str, Plan]]()
    prices = dict[tuple[str, str], list[Price]]()
    for product, plan, price in gone.values():
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
