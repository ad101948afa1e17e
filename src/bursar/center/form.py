"""The form of Manage subscription: what it offers to this person, and the edits that a filled one asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from bursar.center.entry import Visit
from bursar.core.catalog import Catalog, Plan, Product
from bursar.core.edit import (
    MOST_SEATS,
    MOST_UNITS,
    AddProduct,
    BadEdit,
    ChangeCycle,
    ChangePlan,
    Edit,
    Keep,
    RemoveProduct,
    SetSeats,
    SetUnits,
    Undo,
)
from bursar.core.effect import collide
from bursar.core.price import Per
from bursar.core.subscription import Change, Subscription
from bursar.words import edits as words
from bursar.words import money
from bursar.words.language import locale

MAY: Final = (
    "add_seats",
    "remove_seats",
    "add_products",
    "remove_products",
    "upgrade_plan",
    "downgrade_plan",
    "change_billing_cycle",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, with what it brings and costs."""

    code: str
    name: str
    chosen: bool = False
    features: tuple[str, ...] = ()
    price: str = ""
    per: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A product that the account has. `closed` are the capabilities for which there is no control."""

    product: str
    name: str
    per: str
    quantity: int
    least: int
    most: int
    change_quantity: bool
    plans: tuple[Choice, ...]
    remove: bool
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A product that the account may add."""

    product: str
    name: str
    add_on: bool
    plans: tuple[Choice, ...]
    per: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A scheduled change that stays unless it is undone."""

    id: UUID
    said: str
    on: str


@dataclass(frozen=True, slots=True)
class Form:
    """Everything that the page offers."""

    held: tuple[Held, ...]
    offered: tuple[Offered, ...]
    cycles: tuple[Choice, ...]
    scheduled: tuple[Pending, ...]
    notes: tuple[str, ...] = field(default=())


def form(seen: Visit, state: Subscription, scheduled: tuple[Change, ...], catalog: Catalog) -> Form:
    """What this person may change or ask for, and why not the rest."""
    may = {one: seen.open(one) for one in MAY}
    cycle = state.cycle.code
    held = tuple(_held(seen, state, product, may, catalog) for product in state.items)
    offered = tuple(
        _offered(product, seen.currency, cycle)
        for product in catalog.products
        if may["add_products"]
        and product.code not in state.items
        and product.sold_online_to(seen.customer.account.account_type)
        and any((seen.currency, cycle) in plan.price_by for plan in product.plans)
        and all(needed in state.items for needed in product.requires)
    )
    first = state.calendar is None
    cycles: tuple[Choice, ...] = ()
    if may["change_billing_cycle"] or (first and may["add_products"]):
        sold = {
            code
            for p in catalog.products
            for plan in p.plans
            for currency, code in plan.price_by
            if currency == seen.currency
        }
        cycles = tuple(
            Choice(one.code, words.cycle_name(catalog, one.code), one.code == cycle)
            for one in catalog.cycle_by.values()
            if one.code in sold or one.code == cycle
        )
    closed = [one for item in held for one in item.closed]
    closed += [] if may["add_products"] else ["add_products"]
    closed += [] if cycles else ["change_billing_cycle"]
    notes = tuple(dict.fromkeys(seen.why_not(seen.decide(one)) for one in closed))
    waiting = tuple(
        Pending(one.id, words.said(one.edit, state, catalog), money.day(one.effective_on)) for one in scheduled
    )
    return Form(held, offered, cycles, waiting, notes)


def read(
    filled: Mapping[str, str], state: Subscription, scheduled: tuple[Change, ...], catalog: Catalog
) -> tuple[Edit, ...]:
    """The edits that a filled form asks for, with what becomes of what is scheduled. Errors: BadEdit."""
    edits: list[Edit] = []
    for product, item in state.items.items():
        if filled.get(f"remove_{product}"):
            edits.append(RemoveProduct(product=product))
            continue
        per = state.pin(item).per
        if (given := filled.get(f"quantity_{product}", "").strip()) and per is not Per.ACCOUNT:
            count = _count(given, f"quantity_{product}", per)
            if count != item.quantity:
                edits.append(
                    SetSeats(product=product, seats=count)
                    if per is Per.SEAT
                    else SetUnits(product=product, units=count)
                )
        if (plan := filled.get(f"plan_{product}")) and plan != item.plan:
            edits.append(ChangePlan(product=product, plan=plan))
    for one in catalog.products:
        if one.code not in state.items and (plan := filled.get(f"add_{one.code}")):
            edits.append(_adding(one, plan, filled.get(f"quantity_{one.code}", "").strip(), catalog))
    if (cycle := filled.get("cycle")) and cycle != state.cycle.code:
        edits.append(ChangeCycle(cycle=cycle))
    return (*edits, *_about_scheduled(filled, scheduled, edits))


def _about_scheduled(filled: Mapping[str, str], scheduled: tuple[Change, ...], edits: list[Edit]) -> list[Edit]:
    """What is ticked is undone; what is not is kept, which must be said where something new is about the same thing."""
    said: list[Edit] = []
    for change in scheduled:
        if filled.get(f"undo_{change.id}"):
            said.append(Undo(change=change.id))
        elif any(collide(change.edit, edit) for edit in edits):
            said.append(Keep(change=change.id))
    return said


def _adding(product: Product, plan: str, given: str, catalog: Catalog) -> AddProduct:
    per = catalog.plan(product.code, plan).per
    count = _count(given or "1", f"quantity_{product.code}", per) if per is not Per.ACCOUNT else None
    return AddProduct(
        product=product.code,
        plan=plan,
        seats=count if per is Per.SEAT else None,
        units=count if per is Per.UNIT else None,
    )


def _count(given: str, at: str, per: Per) -> int:
    most = MOST_SEATS if per is Per.SEAT else MOST_UNITS
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:12]) <= most:
        raise BadEdit(at=at, expected=f"1–{most}", found=given[:20])
    return int(given)


def _held(seen: Visit, state: Subscription, code: str, may: Mapping[str, bool], catalog: Catalog) -> Held:
    item = state.items[code]
    pin = state.pin(item)
    more, fewer = ("add_seats", "remove_seats") if pin.per is Per.SEAT else ("add_products", "remove_products")
    counted = pin.per is not Per.ACCOUNT
    product = catalog.product_by.get(code)
    ranked = [plan for plan in (product.plans if product else ()) if plan.per is pin.per]
    current = next((number for number, plan in enumerate(ranked) if plan.code == item.plan), -1)
    open_plans = tuple(
        _choice(plan, seen.currency, state.cycle.code, chosen=number == current)
        for number, plan in enumerate(ranked)
        if number == current
        or (
            ((seen.currency, state.cycle.code) in plan.price_by)
            and may["upgrade_plan" if number > current else "downgrade_plan"]
        )
    )
    limits = [fewer, more] if counted else []
    limits += ["downgrade_plan"] if current > 0 else []
    limits += ["upgrade_plan"] if current < len(ranked) - 1 else []
    limits += ["remove_products"]
    return Held(
        product=code,
        name=words.product_name(catalog, code),
        per=pin.per.value,
        quantity=item.quantity,
        least=1 if may[fewer] else item.quantity,
        most=(MOST_SEATS if pin.per is Per.SEAT else MOST_UNITS) if may[more] else item.quantity,
        change_quantity=counted and (may[more] or may[fewer]),
        plans=open_plans if len(open_plans) > 1 else (),
        remove=may["remove_products"],
        closed=tuple(one for one in dict.fromkeys(limits) if not may[one]),
    )


def _offered(product: Product, currency: str, cycle: str) -> Offered:
    plans = tuple(_choice(one, currency, cycle) for one in product.plans if (currency, cycle) in one.price_by)
    name = product.name.said(locale().language)
    return Offered(product.code, name, product.add_on, plans, product.plans[0].per.value)


def _choice(plan: Plan, currency: str, cycle: str, *, chosen: bool = False) -> Choice:
    language = locale().language
    price = plan.price_by.get((currency, cycle))
    return Choice(
        code=plan.code,
        name=plan.name.said(language),
        chosen=chosen,
        features=tuple(one.said(language) for one in plan.features),
        price=words.priced(price.rate, currency, plan.per.value) if price and not chosen else "",
        per=plan.per.value,
    )
