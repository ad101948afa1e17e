"""What a catalog no longer sells and an earlier one did: it keeps its names, features and prices for whoever has it."""

from collections.abc import Iterator
from dataclasses import replace

from bursar.core.catalog import Catalog, Plan, Product
from bursar.core.price import Price
from bursar.core.subscription import Subscription

Sold = tuple[str, str, str, str]
"""A product, one of its plans, a currency and a cycle: what a catalog has a price for."""


def following(catalog: Catalog, before: Catalog) -> Catalog:
    """The catalog, which also knows what the one before it sold or knew and it no longer sells itself."""
    sold = {one for one, *_ in _prices(catalog.products)}
    gone = dict[Sold, tuple[Product, Plan, Price]]()
    for one, product, plan, price in (*_prices(before.products), *_prices(before.retired)):
        if one not in sold:
            gone.setdefault(one, (product, plan, price))
    cycles = {one.code: one for one in (*before.retired_cycles, *before.own_cycles)}
    left = tuple(one for code, one in cycles.items() if code not in catalog.cycle_by)
    return replace(catalog, retired=_grouped(gone), retired_cycles=left)


def gone(catalog: Catalog) -> list[Sold]:
    """What the catalog knows and no longer sells."""
    return [one for one, *_ in _prices(catalog.retired)]


def retired(state: Subscription, catalog: Catalog, currency: str) -> set[tuple[str, str]]:
    """The products and plans that a state has and the catalog no longer sells for its currency and cycle."""
    return {
        (item.product, item.plan)
        for item in state.items.values()
        if not _sells(catalog, item.product, item.plan, currency, "" if state.trying else state.cycle.code)
    }


def _sells(catalog: Catalog, product: str, plan: str, currency: str, cycle: str) -> bool:
    """Whether there is such a price; in any cycle where none is named."""
    found = catalog.product_by.get(product)
    prices = found.plan_by[plan].prices if found and plan in found.plan_by else ()
    return any(one.currency == currency and cycle in ("", one.cycle) for one in prices)


def _prices(products: tuple[Product, ...]) -> Iterator[tuple[Sold, Product, Plan, Price]]:
    for product in products:
        for plan in product.plans:
            for price in plan.prices:
                yield (product.code, plan.code, price.currency, price.cycle), product, plan, price


def _grouped(gone: dict[Sold, tuple[Product, Plan, Price]]) -> tuple[Product, ...]:
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
