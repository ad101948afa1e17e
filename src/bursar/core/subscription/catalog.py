"""The catalog: products with ranked plans, their prices, and the billing cycles in which they are sold."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field

from bursar.core.calendar.cycle import BUILT_IN, Cycle
from bursar.core.messages.document import BadDocument
from bursar.core.messages.entry import Code, Flag, Listed, Table, Within, Words, WrittenAs
from bursar.core.messages.problem import Invalid
from bursar.core.messages.text import Name, Text
from bursar.core.money.price import Per, Price


class UnknownProduct(Invalid):
    """There is no product {product} in the catalog. It has: {known}."""

    code = "unknown_product"


class UnknownPlan(Invalid):
    """{product} has no plan {plan}. It has: {known}."""

    code = "unknown_plan"


class UnknownCycle(Invalid):
    """There is no billing cycle {cycle}. The cycles are: {known}."""

    code = "unknown_cycle"


class NoPrice(Invalid):
    """{product} in the plan {plan} has no price in {currency} for the cycle {cycle}. It has: {known}."""

    code = "no_price"


class NoEntries(BadDocument):
    """{at}: expected at least one entry, found none."""


@dataclass(frozen=True, kw_only=True)
class Plan(Table):
    """A version of a product; the plans of a product are in the order of their ranks, the lowest first.

    `light_agents` is the highest number of light agents, if there is a limit.
    """

    code: Code
    name: Name
    features: Annotated[tuple[Name, ...], Listed()] = ()
    light_agents: Annotated[int, Within(0, 1_000_000)] | None = None
    prices: Annotated[tuple[Price, ...], Listed(none=NoEntries)]

    @cached_property
    def per(self) -> Per:
        """The measure of all its prices."""
        return self.prices[0].per

    @cached_property
    def price_by(self) -> Mapping[tuple[str, str], Price]:
        """The prices by currency and cycle."""
        return {(price.currency, price.cycle): price for price in self.prices}


def _sorted(codes: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if codes is None else tuple(sorted(codes))


@dataclass(frozen=True, kw_only=True)
class Product(Table):
    """A product with its plans."""

    code: Code
    name: Name
    base: Annotated[
        Flag, Field(description="An account needs one of these; giving up the last one ends the account.")
    ] = False
    add_on: Annotated[Flag, Field(description="Shown beside the product that it needs.")] = False
    requires: Annotated[Words, Field(description="Products that must be there too.")] = ()
    online: Annotated[
        frozenset[str] | None,
        WrittenAs(shape=Words, read=frozenset, write=_sorted),
        Field(description="The account types that may add it themselves; all when left out."),
    ] = None
    plans: Annotated[tuple[Plan, ...], Listed(none=NoEntries)]

    def sold_online_to(self, account_type: str) -> bool:
        """Return true if accounts of a type may add the product online."""
        return self.online is None or account_type in self.online

    @cached_property
    def plan_by(self) -> Mapping[str, Plan]:
        """The plans by code."""
        return {plan.code: plan for plan in self.plans}


@dataclass(frozen=True)
class Catalog:
    """A version of the products, plans and prices that are sold. The built-in cycles are always there.

    `retired` and `retired_cycles` are of earlier versions, with just the plans and prices that this version lacks, as
    they were last. They name the items that accounts keep; nothing is sold by them.
    """

    version: int
    products: tuple[Product, ...]
    own_cycles: tuple[Cycle, ...] = ()
    retired: tuple[Product, ...] = ()
    retired_cycles: tuple[Cycle, ...] = ()

    @cached_property
    def product_by(self) -> Mapping[str, Product]:
        """The products by code."""
        return {product.code: product for product in self.products}

    @cached_property
    def cycle_by(self) -> Mapping[str, Cycle]:
        """The cycles by code, the built-in ones first."""
        return {cycle.code: cycle for cycle in (*BUILT_IN, *self.own_cycles)}

    @cached_property
    def _retired_by(self) -> Mapping[str, Product]:
        return {product.code: product for product in self.retired}

    def known_product(self, code: str) -> Product | None:
        """Return the product of a code, sold or retired; None if there is none."""
        return self.product_by.get(code) or self._retired_by.get(code)

    def known_plan(self, product: str, plan: str) -> Plan | None:
        """Return the plan of these codes, sold or retired; None if there is none."""
        plans = (version.plan_by.get(plan) for version in self._sold_and_retired(product))
        return next(filter(None, plans), None)

    def known_cycle(self, code: str) -> Cycle | None:
        """Return the billing cycle of a code, sold or retired; None if there is none."""
        return self.cycle_by.get(code) or next((cycle for cycle in self.retired_cycles if cycle.code == code), None)

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """The currencies in which anything is sold, in the order of their codes."""
        plans = (plan for product in self.products for plan in product.plans)
        return tuple(sorted({price.currency for plan in plans for price in plan.prices}))

    def sells(self, product: str, plan: str, currency: str, per: Per) -> bool:
        """Return true if a plan is sold in a currency and by a measure, in any cycle."""
        sold = self.product_by.get(product)
        plans = sold.plan_by if sold else {}
        return plan in plans and any((price.currency, price.per) == (currency, per) for price in plans[plan].prices)

    def _sold_and_retired(self, code: str) -> list[Product]:
        """Return the product of a code as it is sold, then with the plans that are retired."""
        return list(filter(None, (self.product_by.get(code), self._retired_by.get(code))))

    def description(self, product: str, plan: str) -> Text:
        """Return the description for a line: the names of product and plan, or their codes where there is no name."""
        known_product, known_plan = self.known_product(product), self.known_plan(product, plan)
        names = (known_product.name if known_product else Text(product), known_plan.name if known_plan else Text(plan))
        english = ", ".join(name.en for name in names)
        french = ", ".join(name.in_language("fr") for name in names)
        return Text(english, french if any(name.fr for name in names) else "")

    def product(self, code: str) -> Product:
        """Return the product of a code. Errors: UnknownProduct."""
        product = self.product_by.get(code)
        if product is None:
            raise UnknownProduct(product=code, known=", ".join(self.product_by))
        return product

    def plan(self, product: str, plan: str) -> Plan:
        """Return the plan of these codes. Errors: UnknownProduct, UnknownPlan."""
        plans = self.product(product).plan_by
        if plan not in plans:
            raise UnknownPlan(product=product, plan=plan, known=", ".join(plans))
        return plans[plan]

    def cycle(self, code: str) -> Cycle:
        """Return the billing cycle of a code. Errors: UnknownCycle."""
        cycle = self.cycle_by.get(code)
        if cycle is None:
            raise UnknownCycle(cycle=code, known=", ".join(self.cycle_by))
        return cycle

    def rank(self, product: str, plan: str) -> int:
        """Return the rank of a plan in its product, the lowest 0. Errors: UnknownProduct, UnknownPlan."""
        self.plan(product, plan)
        return list(self.product(product).plan_by).index(plan)

    def price(self, product: str, plan: str, currency: str, cycle: str) -> Price:
        """Return the price of a plan. Errors: UnknownProduct, UnknownPlan, NoPrice."""
        prices = self.plan(product, plan).price_by
        price = prices.get((currency, cycle))
        if price is None:
            known = ", ".join(f"{other.currency} {other.cycle}" for other in self.plan(product, plan).prices)
            raise NoPrice(product=product, plan=plan, currency=currency, cycle=cycle, known=known)
        return price
