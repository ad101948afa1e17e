"""What the vendor sells: products with ranked plans, their prices, and the cycles they are sold in."""

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
    """One way to have a product; plans stand from the lowest rank to the highest.

    `light_agents` is the allowance of people who need no seat, if there is a limit.
    """

    code: Code
    name: Name
    features: Annotated[tuple[Name, ...], Listed()] = ()
    light_agents: Annotated[int, Within(0, 1_000_000)] | None = None
    prices: Annotated[tuple[Price, ...], Listed(none=NoEntries)]

    @cached_property
    def per(self) -> Per:
        """What all of its prices count."""
        return self.prices[0].per

    @cached_property
    def price_by(self) -> Mapping[tuple[str, str], Price]:
        """Its prices by currency and cycle."""
        return {(price.currency, price.cycle): price for price in self.prices}


def _sorted(codes: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if codes is None else tuple(sorted(codes))


@dataclass(frozen=True, kw_only=True)
class Product(Table):
    """Something that is sold."""

    code: Code
    name: Name
    base: Annotated[
        Flag, Field(description="An account needs one of these; giving up the last one ends the account.")
    ] = False
    add_on: Annotated[Flag, Field(description="Shown beside the product that it needs.")] = False
    requires: Annotated[Words, Field(description="Products that must be there too.")] = ()
    online: Annotated[
        frozenset[str] | None,
        WrittenAs(by=Words, read=frozenset, write=_sorted),
        Field(description="The account types that may add it themselves; all when left out."),
    ] = None
    plans: Annotated[tuple[Plan, ...], Listed(none=NoEntries)]

    def sold_online_to(self, account_type: str) -> bool:
        """Whether accounts of that type may add it themselves."""
        return self.online is None or account_type in self.online

    @cached_property
    def plan_by(self) -> Mapping[str, Plan]:
        """Its plans by code."""
        return {plan.code: plan for plan in self.plans}


@dataclass(frozen=True)
class Catalog:
    """One version of everything that is sold. The built-in cycles are always there.

    `retired` and `retired_cycles` are what earlier versions had and this one does not, with just the plans and prices that
    are gone, as they were last: they name what accounts have, and nothing is decided by them.
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
        """A product that is sold or was, if there is one of that code."""
        return self.product_by.get(code) or self._retired_by.get(code)

    def known_plan(self, product: str, plan: str) -> Plan | None:
        """A plan that is sold or was, if there is one of these codes."""
        found = (one.plan_by.get(plan) for one in self._named(product))
        return next((one for one in found if one), None)

    def known_cycle(self, code: str) -> Cycle | None:
        """A billing cycle that there is or was, if there is one of that code."""
        return self.cycle_by.get(code) or next((cycle for cycle in self.retired_cycles if cycle.code == code), None)

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """The currencies in which anything is sold, in the order of their codes."""
        plans = (plan for product in self.products for plan in product.plans)
        return tuple(sorted({price.currency for plan in plans for price in plan.prices}))

    def sells(self, product: str, plan: str, currency: str, per: Per) -> bool:
        """Return whether a plan is sold in a currency and by a measure, in whatever cycle."""
        found = self.product_by.get(product)
        plans = found.plan_by if found else {}
        return plan in plans and any((price.currency, price.per) == (currency, per) for price in plans[plan].prices)

    def _named(self, product: str) -> list[Product]:
        """What is sold under a code, and then what was."""
        return [one for one in (self.product_by.get(product), self._retired_by.get(product)) if one]

    def description(self, product: str, plan: str) -> Text:
        """Return what is sold, as a line says it: product and plan by their names, or by their codes where it has none."""
        known_product, known_plan = self.known_product(product), self.known_plan(product, plan)
        names = (known_product.name if known_product else Text(product), known_plan.name if known_plan else Text(plan))
        english = ", ".join(name.en for name in names)
        french = ", ".join(name.in_language("fr") for name in names)
        return Text(english, french if any(name.fr for name in names) else "")

    def product(self, code: str) -> Product:
        """The product of that code. Errors: UnknownProduct."""
        found = self.product_by.get(code)
        if found is None:
            raise UnknownProduct(product=code, known=", ".join(self.product_by))
        return found

    def plan(self, product: str, plan: str) -> Plan:
        """The plan of that code. Errors: UnknownProduct, UnknownPlan."""
        plans = self.product(product).plan_by
        if plan not in plans:
            raise UnknownPlan(product=product, plan=plan, known=", ".join(plans))
        return plans[plan]

    def cycle(self, code: str) -> Cycle:
        """The billing cycle of that code. Errors: UnknownCycle."""
        found = self.cycle_by.get(code)
        if found is None:
            raise UnknownCycle(cycle=code, known=", ".join(self.cycle_by))
        return found

    def rank(self, product: str, plan: str) -> int:
        """Where the plan stands among the product's plans, the lowest at 0. Errors: UnknownProduct, UnknownPlan."""
        self.plan(product, plan)
        return list(self.product(product).plan_by).index(plan)

    def price(self, product: str, plan: str, currency: str, cycle: str) -> Price:
        """What the plan costs. Errors: UnknownProduct, UnknownPlan, NoPrice."""
        prices = self.plan(product, plan).price_by
        found = prices.get((currency, cycle))
        if found is None:
            known = ", ".join(f"{price.currency} {price.cycle}" for price in self.plan(product, plan).prices)
            raise NoPrice(product=product, plan=plan, currency=currency, cycle=cycle, known=known)
        return found
