"""Offers of Manage subscription: the controls that this person gets, filled in as they left them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.forms import BoundField
from django.utils.translation import gettext as _

from bursar.center.manage.form import ManageForm
from bursar.center.manage.options import Choice, Count, count_control, current_badge, other_measure_count, plan_choice
from bursar.center.manage.staff_terms import StaffTerms, staff_terms
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
class HeldItem:
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
    current_price: str
    plans: tuple[Choice, ...]
    other_counts: tuple[Count, ...]
    remove: BoundField | None
    closed_capabilities: tuple[str, ...]
    shown_before: tuple[BoundField, BoundField]


@dataclass(frozen=True, slots=True)
class OfferedProduct:
    """A product that the account may add; where it has several plans, the first choice is none of them."""

    product: str
    name: str
    add_on: bool
    plans: tuple[Choice, ...]
    count: Count | None
    price: BoundField | None


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """A scheduled change that stays unless it is undone."""

    text: str
    on: str
    undo: BoundField


@dataclass(frozen=True, slots=True)
class FormOffers:
    """Everything that the page offers; `terms` and prices to the vendor's staff alone."""

    held_items: tuple[HeldItem, ...]
    offered: tuple[OfferedProduct, ...]
    cycles: tuple[Choice, ...]
    scheduled: tuple[ScheduledChange, ...]
    notes: tuple[str, ...]
    staff_terms: StaffTerms | None
    was_cycle: BoundField


def offers(visit: Visit, form: ManageForm, before: Mapping[UUID, Subscription]) -> FormOffers:
    """Return the form with all that this person may change or request, and the reasons for the rest.

    `before` holds the state just before each scheduled change.
    """
    may, state, catalog = {code: visit.may_at_least_request(code) for code in CHANGING}, form.state, form.catalog
    held_items = tuple(_held_item(visit, item, may, form) for item in state.items.values())
    cycles = _cycle_choices(visit, may, form)
    closed_capabilities = [code for item in held_items for code in item.closed_capabilities]
    closed_capabilities += [] if may["add_products"] else ["add_products"]
    closed_capabilities += [] if cycles else ["change_billing_cycle"]
    return FormOffers(
        held_items=held_items,
        offered=tuple(_offered_products(visit, form)) if may["add_products"] else (),
        cycles=cycles,
        scheduled=tuple(
            ScheduledChange(
                text=words.edit_in_words(change.edit, before[change.id], catalog),
                on=money.day(change.effective_on),
                undo=form[f"undo_{change.id}"],
            )
            for change in form.scheduled
            if visit.decide_undo(change).outcome is not Outcome.REFUSED
        ),
        notes=visit.explain_all([visit.decide(code) for code in closed_capabilities]),
        staff_terms=staff_terms(form, with_trial=state.calendar is None) if visit.is_staff else None,
        was_cycle=form["was_cycle"],
    )


def _held_item(visit: Visit, item: Item, may: Mapping[str, bool], form: ManageForm) -> HeldItem:
    state, catalog = form.state, form.catalog
    agreed_price, code, name = state.agreed_price(item), item.product, words.product_name(catalog, item.product)
    more, fewer = ("add_seats", "remove_seats") if agreed_price.per is Per.SEAT else ("add_products", "remove_products")
    ranked, rank = _ranked_plans(catalog, item, agreed_price)
    plans = _plan_choices(visit, item, ranked, rank, may, form)
    count = None
    if agreed_price.per is not Per.ACCOUNT and (may[more] or may[fewer]):
        present = item.quantity
        # Who may only add, or only remove, gets the present quantity as a bound; the quote refuses the rest.
        least, most = 1 if may[fewer] else present, None if may[more] else present
        count = count_control(
            form[f"quantity_{code}"], name, agreed_price.per, present_quantity=present, least=least, most=most
        )
    temporary = None
    if agreed_price.per is Per.SEAT and may["add_temporary_seats"] and state.calendar is not None:
        temporary = temporary_fields(item, form, state.calendar.term(visit.today).end)
    # Only what could be wanted here is explained: no lower plan for the lowest, no quantity for a price per account.
    limits = [fewer, more] if agreed_price.per is not Per.ACCOUNT else []
    limits += ["downgrade_plan"] if rank > 0 else []
    limits += ["upgrade_plan"] if rank < len(ranked) - 1 else []
    return HeldItem(
        product=code,
        name=name,
        plan=words.plan_name(catalog, code, item.plan),
        quantity=words.quantity(item.quantity, agreed_price.per.value),
        count=count,
        temporary=temporary,
        price=form[f"price_{code}"] if visit.is_staff and count is not None else None,
        current_price=words.priced(agreed_price.rate, visit.currency, agreed_price.per.value),
        plans=plans,
        other_counts=_other_counts(item, agreed_price, ranked, plans, form, name),
        remove=form[f"remove_{code}"] if may["remove_products"] else None,
        closed_capabilities=tuple(code for code in (*limits, "remove_products") if not may[code]),
        shown_before=(form[f"was_quantity_{code}"], form[f"was_plan_{code}"]),
    )


def _ranked_plans(catalog: Catalog, item: Item, agreed_price: AgreedPrice) -> tuple[list[Plan], int]:
    """Return the plans of a product from the lowest up, and the rank of the plan in force.

    A plan that is no longer sold keeps the rank it had when its price was agreed.
    """
    product, current_plan = catalog.product_by.get(item.product), catalog.known_plan(item.product, item.plan)
    plans = list(product.plans if product else ())
    if current_plan is not None and current_plan not in plans:
        plans.insert(agreed_price.rank, current_plan)
    return plans, next((number for number, plan in enumerate(plans) if plan.code == item.plan), -1)


def _other_counts(
    item: Item, agreed_price: AgreedPrice, ranked: list[Plan], plans: tuple[Choice, ...], form: ManageForm, name: str
) -> tuple[Count, ...]:
    """Return the question how many, for each other measure of an offered plan that needs a number."""
    offered = {plan.code for plan in plans} - {item.plan}
    measures = {plan.per for plan in ranked if plan.code in offered} - {agreed_price.per, Per.ACCOUNT}
    used = form.used.get(item.product, 0)
    return tuple(
        other_measure_count(form[f"{per.value}s_{item.product}"], name, per, used) for per in Per if per in measures
    )


def _plan_choices(
    visit: Visit,
    item: Item,
    ranked: list[Plan],
    rank: int,
    may: Mapping[str, bool],
    form: ManageForm,
) -> tuple[Choice, ...]:
    """Return the plans to choose from, each compared with the plan in force; none if there is no choice."""
    state, price_key = form.state, (visit.currency, form.state.cycle.code)
    offered = [
        (number, plan)
        for number, plan in enumerate(ranked)
        if number == rank or (price_key in plan.price_by and may["upgrade_plan" if number > rank else "downgrade_plan"])
    ]
    # With the present plan alone there is nothing to choose.
    if len(offered) < 2:
        return ()
    field = f"plan_{item.product}"
    chosen_code = form[field].value()
    current_plan = ranked[rank] if rank >= 0 else None
    return tuple(plan_choice(field, plan, price_key, chosen_code, current_plan, state, item) for _, plan in offered)


def _offered_products(visit: Visit, form: ManageForm) -> list[OfferedProduct]:
    """Return the products that the account may add online in its currency and cycle."""
    state, price_key = form.state, (visit.currency, form.state.cycle.code)
    return [
        _offered_product(product, price_key, form, visit.is_staff)
        for product in form.catalog.products
        if product.code not in state.items
        # Staff may also sell what the account cannot buy online.
        and (visit.is_staff or product.sold_online_to(visit.customer.account.account_type))
        and any(price_key in plan.price_by for plan in product.plans)
        # An add-on is offered once the products that it needs are there.
        and all(needed in state.items for needed in product.requires)
    ]


def _offered_product(product: Product, price_key: tuple[str, str], form: ManageForm, by_staff: bool) -> OfferedProduct:
    field, per, name = f"add_{product.code}", product.plans[0].per, product.name.in_language(locale().language)
    chosen_code = form[field].value()
    plans = tuple(
        plan_choice(field, plan, price_key, chosen_code) for plan in product.plans if price_key in plan.price_by
    )
    # A single plan is a box to tick. Of several plans one is chosen, and at first none, so that nothing is bought by
    # chance.
    if len(plans) == 1:
        plans = (replace(plans[0], name=_("Add {name}").format(name=name), type="checkbox"),)
    else:
        plans = (Choice(field, "", _("Do not add"), chosen=not chosen_code), *plans)
    count = None if per is Per.ACCOUNT else count_control(form[f"quantity_{product.code}"], name, per)
    return OfferedProduct(
        product=product.code,
        name=name,
        add_on=product.add_on,
        plans=plans,
        count=count,
        price=form[f"price_{product.code}"] if by_staff else None,
    )


def _cycle_choices(visit: Visit, may: Mapping[str, bool], form: ManageForm) -> tuple[Choice, ...]:
    """Return the cycles in which something is sold in the currency; a first purchase chooses one of them."""
    state, catalog = form.state, form.catalog
    # Before the first purchase there is no cycle to change, and whoever may buy chooses one.
    if not (may["change_billing_cycle"] or (state.calendar is None and may["add_products"])):
        return ()
    prices = {price_key for product in catalog.products for plan in product.plans for price_key in plan.price_by}
    current_code, chosen_code = state.cycle.code, form["cycle"].value()
    return tuple(
        Choice(
            "cycle",
            cycle.code,
            words.cycle_name(catalog, cycle.code),
            badge=current_badge(cycle.code == current_code),
            chosen=cycle.code == chosen_code,
        )
        for cycle in {state.cycle.code: state.cycle, **catalog.cycle_by}.values()
        if (visit.currency, cycle.code) in prices or cycle.code == current_code
    )
