"""Agreed prices: the prices that an edit agrees when its quote is accepted, from the catalog or as the vendor says."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date

from bursar.core.ordering.context import BillingContext
from bursar.core.subscription.catalog import Catalog, NoPrice, UnknownPlan, UnknownProduct
from bursar.core.subscription.edit import (
    AddProduct,
    ChangeCycle,
    ChangePlan,
    Edit,
    RemoveProduct,
    SetSeats,
    SetUnits,
    StartTrial,
)
from bursar.core.subscription.edit_rules import item_of
from bursar.core.subscription.item import AgreedPrice, PriceKey
from bursar.core.subscription.subscription import Change
from bursar.core.subscription.timeline import Timeline


def agreed_prices(
    context: BillingContext, edit: Edit, on: date, changes: Collection[Change], *, today: date
) -> tuple[AgreedPrice, ...]:
    """Return the prices that an edit agrees; `on` is its day, `changes` are the scheduled ones and those of the same list.

    Scheduled changes may be undone later, so the prices that would then be needed are agreed as well.

    Errors: NoPrice and the other errors of the catalog.
    """
    match edit:
        case AddProduct() | ChangePlan() | StartTrial():
            return _prices_of_plan(context, edit, on, changes, today)
        case SetSeats(product=product) | SetUnits(product=product) if edit.price is not None:
            # The vendor's price holds in the cycle of that day alone: a rate for a month says nothing about one for a year.
            state = context.timeline.on(on)
            return (replace(state.agreed_price(item_of(state, product)), rate=edit.price),)
        case ChangeCycle(cycle=cycle):
            return _prices_in_cycle(context, cycle, on, changes, today)
    return ()


def _prices_of_plan(
    context: BillingContext,
    edit: AddProduct | ChangePlan | StartTrial,
    on: date,
    changes: Collection[Change],
    today: date,
) -> tuple[AgreedPrice, ...]:
    """Return the prices of a plan: in the cycle of its day, in later cycles, and in those that undoing would bring back."""
    timeline = context.timeline
    # The vendor names a price for one period, so it is the price in the cycle of that day and in no other.
    cycles = _cycles_from(on, timeline, changes)
    first, *later = (
        _agreed_price(context.catalog, edit.product, edit.plan, context.account.currency, cycle) for cycle in cycles
    )
    if edit.price is not None:
        first = replace(first, rate=edit.price)
    # If a scheduled change of cycle is undone, the item stays in the cycle of today, or goes on to a later one.
    others = {timeline.on(today).cycle.code, *(change.cycle.code for change in changes if change.cycle)} - set(cycles)
    return (first, *later, *_prices_if_undone(context, today, ((edit.product, edit.plan, cycle) for cycle in others)))


def _prices_in_cycle(
    context: BillingContext, cycle: str, on: date, changes: Collection[Change], today: date
) -> tuple[AgreedPrice, ...]:
    """Return the prices in a cycle of all items on its day or later, and of those that undoing would bring back."""
    timeline = context.timeline
    removed = {
        change.edit.product
        for change in changes
        if isinstance(change.edit, RemoveProduct) and change.effective_on <= on
    }
    # A trial ends with the first purchase, so its products need not be sold in the new cycle.
    plans = set() if timeline.on(today).on_trial else _plans_from(timeline, on)
    staying = {(product, plan) for product, plan in plans if product not in removed}
    others = _plans_from(timeline, today) - staying
    # Sorted, so that the same quote always has the same digest.
    agreed = (_price_in_cycle(context, today, product, plan, cycle) for product, plan in sorted(staying))
    return (*agreed, *_prices_if_undone(context, today, ((product, plan, cycle) for product, plan in others)))


def _plans_from(timeline: Timeline, since: date) -> set[tuple[str, str]]:
    """Return each product and plan that the account has on a day or later."""
    return {(item.product, item.plan) for state in timeline.states_from(since) for item in state.items.values()}


def _prices_if_undone(context: BillingContext, today: date, keys: Iterable[PriceKey]) -> Iterator[AgreedPrice]:
    """Yield prices that are needed only if a scheduled change is undone, where one is sold and none is agreed yet.

    Before the first purchase no price is in force: a trial agrees none.
    """
    state = context.timeline.on(today)
    agreed = state.agreed_prices if state.calendar else {}
    for product, plan, cycle in sorted(keys):
        if (product, plan, cycle) in agreed:
            continue
        try:
            agreed_price = _price_in_cycle(context, today, product, plan, cycle)
        except (NoPrice, UnknownProduct, UnknownPlan):
            # Nobody has asked for the undo yet, so a missing price must not refuse this edit. It refuses the undo.
            continue
        yield agreed_price


def _cycles_from(on: date, timeline: Timeline, changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the cycle of a day and the cycles that are scheduled after it."""
    switches = sorted(
        ((change.effective_on, change.position, change.cycle.code) for change in changes if change.cycle is not None),
    )
    # A switch of the same list is not on the timeline yet, so the last one until the day decides before the timeline.
    past = [code for day, _, code in switches if day <= on]
    current = past[-1] if past else timeline.on(on).cycle.code
    return tuple(dict.fromkeys((current, *(code for day, _, code in switches if day > on))))


def _price_in_cycle(context: BillingContext, today: date, product: str, plan: str, cycle: str) -> AgreedPrice:
    """Return the price in a cycle of a product that the account has.

    If the plan is no longer sold, or only by another measure, its price stands in the version that sold it.
    """
    catalog, currency = context.catalog, context.account.currency
    # Any cycle's price will do: it is read for the version that sold the plan and for the measure.
    agreed = (
        agreed_price for state in context.timeline.states_from(today) for agreed_price in state.agreed_prices.values()
    )
    agreed_price = next((agreed_price for agreed_price in agreed if agreed_price.key[:2] == (product, plan)), None)
    if (
        agreed_price is None
        or agreed_price.catalog_version not in context.versions
        or catalog.sells(product, plan, currency, agreed_price.per)
    ):
        return _agreed_price(catalog, product, plan, currency, cycle)
    price = context.versions[agreed_price.catalog_version].price(product, plan, currency, cycle)
    return replace(agreed_price, cycle=cycle, per=price.per, rate=price.rate)


def _agreed_price(catalog: Catalog, product: str, plan: str, currency: str, cycle: str) -> AgreedPrice:
    price = catalog.price(product, plan, currency, cycle)
    # Kept with the price: a later catalog may rank the plans anew, which must not turn an upgrade into a downgrade.
    base, rank = catalog.product(product).base, catalog.rank(product, plan)
    light_agents = catalog.plan(product, plan).light_agents
    return AgreedPrice(product, plan, cycle, price.per, price.rate, catalog.version, base, rank, light_agents)
