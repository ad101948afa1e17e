"""Offers of Manage subscription: the controls that this person gets, filled in as they left them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.forms import BoundField
from django.utils.translation import gettext as _

from bursar.center.manage.form import ManageForm
from bursar.center.manage.options import Choice, Count, anew, choice, counted, mark
from bursar.center.manage.staff_terms import Terms, terms
from bursar.center.manage.temporary_seats import TemporaryFields, temporary_fields
from bursar.center.visit import Visit
from bursar.core.money.price import Per
from bursar.core.policy import capability
from bursar.core.policy.policy import Outcome
from bursar.core.subscription.catalog import Catalog, Plan, Product
from bursar.core.subscription.item import AgreedPrice, Item
from bursar.core.subscription.subscription import Subscription
from bursar.i18n import edits as words
from bursar.i18n import money
from bursar.i18n.language import locale

CHANGING: Final = tuple(code for code in capability.CHANGING if code != "cancel_account")
"""The capabilities that this page uses; cancelling has a page of its own."""


@dataclass(frozen=True, slots=True)
class Held:
    """An item of the account. `remove` is the control to remove it; `closed` are the capabilities without a control.

    `anew` asks for the quantity in plans with another measure. `was` is what the form showed when it was opened, so
    that nothing is changed unseen.
    """

    product: str
    name: str
    plan: str
    quantity: str
    count: Count | None
    temporary: TemporaryFields | None
    price: BoundField | None
    price_now: str
    plans: tuple[Choice, ...]
    anew: tuple[Count, ...]
    remove: BoundField | None
    closed: tuple[str, ...]
    was: tuple[BoundField, BoundField]


@dataclass(frozen=True, slots=True)
class Offered:
    """A product that the account may add; where it has several plans, the first choice is none of them."""

    product: str
    name: str
    add_on: bool
    plans: tuple[Choice, ...]
    count: Count | None
    price: BoundField | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A scheduled change that stays unless it is undone."""

    said: str
    on: str
    undo: BoundField


@dataclass(frozen=True, slots=True)
class Form:
    """Everything that the page offers; `terms` and prices to the vendor's staff alone."""

    held: tuple[Held, ...]
    offered: tuple[Offered, ...]
    cycles: tuple[Choice, ...]
    scheduled: tuple[Pending, ...]
    notes: tuple[str, ...]
    terms: Terms | None
    was_cycle: BoundField


def form(seen: Visit, filled: ManageForm, before: Mapping[UUID, Subscription]) -> Form:
    """Return the form with all that this person may change or request, and the reasons for the rest.

    `before` holds the state just before each scheduled change.
    """
    may, state, catalog = {code: seen.open(code) for code in CHANGING}, filled.state, filled.catalog
    held = tuple(_held(seen, item, may, filled) for item in state.items.values())
    cycles = _cycles(seen, may, filled)
    closed = [code for item in held for code in item.closed]
    closed += [] if may["add_products"] else ["add_products"]
    closed += [] if cycles else ["change_billing_cycle"]
    return Form(
        held=held,
        offered=tuple(_offers(seen, filled)) if may["add_products"] else (),
        cycles=cycles,
        scheduled=tuple(
            Pending(
                said=words.said(change.edit, before[change.id], catalog),
                on=money.day(change.effective_on),
                undo=filled[f"undo_{change.id}"],
            )
            for change in filled.scheduled
            if seen.decide_undo(change).outcome is not Outcome.REFUSED
        ),
        notes=seen.why_not_all([seen.decide(code) for code in closed]),
        terms=terms(filled, trial=state.calendar is None) if seen.staff else None,
        was_cycle=filled["was_cycle"],
    )


def _held(seen: Visit, item: Item, may: Mapping[str, bool], filled: ManageForm) -> Held:
    state, catalog = filled.state, filled.catalog
    agreed_price, code, name = state.agreed_price(item), item.product, words.product_name(catalog, item.product)
    more, fewer = ("add_seats", "remove_seats") if agreed_price.per is Per.SEAT else ("add_products", "remove_products")
    ranked, rank = _ranked(catalog, item, agreed_price)
    plans = _plans(seen, item, ranked, rank, may, filled)
    count = None
    if agreed_price.per is not Per.ACCOUNT and (may[more] or may[fewer]):
        held = item.quantity
        least, most = 1 if may[fewer] else held, None if may[more] else held
        count = counted(filled[f"quantity_{code}"], name, agreed_price.per, held=held, least=least, most=most)
    temporary = None
    if agreed_price.per is Per.SEAT and may["add_temporary_seats"] and state.calendar is not None:
        temporary = temporary_fields(item, filled, state.calendar.term(seen.today).end)
    limits = [fewer, more] if agreed_price.per is not Per.ACCOUNT else []
    limits += ["downgrade_plan"] if rank > 0 else []
    limits += ["upgrade_plan"] if rank < len(ranked) - 1 else []
    return Held(
        product=code,
        name=name,
        plan=words.plan_name(catalog, code, item.plan),
        quantity=words.quantity(item.quantity, agreed_price.per.value),
        count=count,
        temporary=temporary,
        price=filled[f"price_{code}"] if seen.staff and count is not None else None,
        price_now=words.priced(agreed_price.rate, seen.currency, agreed_price.per.value),
        plans=plans,
        anew=_anew(item, agreed_price, ranked, plans, filled, name),
        remove=filled[f"remove_{code}"] if may["remove_products"] else None,
        closed=tuple(code for code in (*limits, "remove_products") if not may[code]),
        was=(filled[f"was_quantity_{code}"], filled[f"was_plan_{code}"]),
    )


def _ranked(catalog: Catalog, item: Item, agreed_price: AgreedPrice) -> tuple[list[Plan], int]:
    """Return the plans of a product from the lowest up, and the rank of the plan in force.

    A plan that is no longer sold keeps the rank it had when its price was agreed.
    """
    product, present = catalog.product_by.get(item.product), catalog.known_plan(item.product, item.plan)
    plans = list(product.plans if product else ())
    if present is not None and present not in plans:
        plans.insert(agreed_price.rank, present)
    return plans, next((number for number, plan in enumerate(plans) if plan.code == item.plan), -1)


def _anew(
    item: Item, agreed_price: AgreedPrice, ranked: list[Plan], plans: tuple[Choice, ...], filled: ManageForm, name: str
) -> tuple[Count, ...]:
    """Return the question how many, for each other measure of an offered plan that needs a number."""
    offered = {plan.code for plan in plans} - {item.plan}
    measures = {plan.per for plan in ranked if plan.code in offered} - {agreed_price.per, Per.ACCOUNT}
    used = filled.used.get(item.product, 0)
    return tuple(anew(filled[f"{per.value}s_{item.product}"], name, per, used) for per in Per if per in measures)


def _plans(
    seen: Visit,
    item: Item,
    ranked: list[Plan],
    rank: int,
    may: Mapping[str, bool],
    filled: ManageForm,
) -> tuple[Choice, ...]:
    """Return the plans to choose from, each compared with the plan in force; none if there is no choice."""
    state, sold = filled.state, (seen.currency, filled.state.cycle.code)
    offered = [
        (number, plan)
        for number, plan in enumerate(ranked)
        if number == rank or (sold in plan.price_by and may["upgrade_plan" if number > rank else "downgrade_plan"])
    ]
    if len(offered) < 2:
        return ()
    field = f"plan_{item.product}"
    chosen = filled[field].value()
    present = ranked[rank] if rank >= 0 else None
    return tuple(choice(field, plan, sold, chosen, present, state, item) for _, plan in offered)


def _offers(seen: Visit, filled: ManageForm) -> list[Offered]:
    """Return the products that the account may add online in its currency and cycle."""
    state, sold = filled.state, (seen.currency, filled.state.cycle.code)
    return [
        _offered(product, sold, filled, seen.staff)
        for product in filled.catalog.products
        if product.code not in state.items
        and (seen.staff or product.sold_online_to(seen.customer.account.account_type))
        and any(sold in plan.price_by for plan in product.plans)
        and all(needed in state.items for needed in product.requires)
    ]


def _offered(product: Product, sold: tuple[str, str], filled: ManageForm, staff: bool) -> Offered:
    field, per, name = f"add_{product.code}", product.plans[0].per, product.name.in_language(locale().language)
    chosen = filled[field].value()
    plans = tuple(choice(field, plan, sold, chosen) for plan in product.plans if sold in plan.price_by)
    if len(plans) == 1:
        plans = (replace(plans[0], name=_("Add {name}").format(name=name), type="checkbox"),)
    else:
        plans = (Choice(field, "", _("Do not add"), chosen=not chosen), *plans)
    count = None if per is Per.ACCOUNT else counted(filled[f"quantity_{product.code}"], name, per)
    return Offered(
        product=product.code,
        name=name,
        add_on=product.add_on,
        plans=plans,
        count=count,
        price=filled[f"price_{product.code}"] if staff else None,
    )


def _cycles(seen: Visit, may: Mapping[str, bool], filled: ManageForm) -> tuple[Choice, ...]:
    """Return the cycles in which something is sold in the currency; a first purchase chooses one of them."""
    state, catalog = filled.state, filled.catalog
    if not (may["change_billing_cycle"] or (state.calendar is None and may["add_products"])):
        return ()
    prices = {sold for product in catalog.products for plan in product.plans for sold in plan.price_by}
    now, chosen_code = state.cycle.code, filled["cycle"].value()
    return tuple(
        Choice(
            "cycle",
            cycle.code,
            words.cycle_name(catalog, cycle.code),
            badge=mark(cycle.code == now),
            chosen=cycle.code == chosen_code,
        )
        for cycle in {state.cycle.code: state.cycle, **catalog.cycle_by}.values()
        if (seen.currency, cycle.code) in prices or cycle.code == now
    )
