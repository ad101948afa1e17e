"""The prices that an edit agrees when it is taken: those of today's catalog, or the vendor's own."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date

from bursar.core.ordering.context import Situation
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
from bursar.core.subscription.item import Pin, Sold
from bursar.core.subscription.subscription import Change
from bursar.core.subscription.timeline import Timeline


def pins(situation: Situation, edit: Edit, on: date, changes: Collection[Change], *, today: date) -> tuple[Pin, ...]:
    """Return the prices that an edit agrees when taken; `on` is its day, and `changes` are all scheduled ones and those of the same list.

    Anything scheduled may be undone later, so the prices of what would then be there are agreed as well.

    Errors: NoPrice and the other errors of the catalog.
    """
    match edit:
        case AddProduct() | ChangePlan() | StartTrial():
            return _of_a_plan(situation, edit, on, changes, today)
        case SetSeats(product=product) | SetUnits(product=product) if edit.price is not None:
            state = situation.timeline.on(on)
            return (replace(state.pin(item_of(state, product)), rate=edit.price),)
        case ChangeCycle(cycle=cycle):
            return _of_a_cycle(situation, cycle, on, changes, today)
    return ()


def _of_a_plan(
    situation: Situation, edit: AddProduct | ChangePlan | StartTrial, on: date, changes: Collection[Change], today: date
) -> tuple[Pin, ...]:
    """Return the prices of a product in a plan: in the cycle of its day, in those that follow, and in those undone."""
    timeline, cycles = situation.timeline, _cycles_from(on, situation.timeline, changes)
    first, *later = (
        _pin(situation.catalog, edit.product, edit.plan, situation.account.currency, cycle) for cycle in cycles
    )
    if edit.price is not None:
        first = replace(first, rate=edit.price)
    others = {timeline.on(today).cycle.code, *(one.cycle.code for one in changes if one.cycle)} - set(cycles)
    return (first, *later, *_perhaps(situation, today, ((edit.product, edit.plan, cycle) for cycle in others)))


def _of_a_cycle(
    situation: Situation, cycle: str, on: date, changes: Collection[Change], today: date
) -> tuple[Pin, ...]:
    """Return the prices in a cycle of all that is there on its day or later, and of what undoing would bring back."""
    timeline = situation.timeline
    removed = {one.edit.product for one in changes if isinstance(one.edit, RemoveProduct) and one.effective_on <= on}
    # What is tried goes when something is bought, so it need not be sold in the new cycle.
    held = set() if timeline.on(today).trying else _held(timeline, on)
    staying = {(product, plan) for product, plan in held if product not in removed}
    others = _held(timeline, today) - staying
    agreed = (_kept(situation, today, product, plan, cycle) for product, plan in sorted(staying))
    return (*agreed, *_perhaps(situation, today, ((product, plan, cycle) for product, plan in others)))


def _held(timeline: Timeline, since: date) -> set[tuple[str, str]]:
    """Each product and plan that the account has on a day or later."""
    return {(item.product, item.plan) for state in timeline.from_(since) for item in state.items.values()}


def _perhaps(situation: Situation, today: date, sold: Iterable[Sold]) -> Iterator[Pin]:
    """Prices that count only if something scheduled is undone: where there are any, and none is agreed already.

    Before anything is bought no price holds: that of a trial is none that was agreed.
    """
    state = situation.timeline.on(today)
    agreed = state.pins if state.calendar else {}
    for product, plan, cycle in sorted(sold):
        if (product, plan, cycle) in agreed:
            continue
        try:
            pin = _kept(situation, today, product, plan, cycle)
        except (NoPrice, UnknownProduct, UnknownPlan):
            continue  # There is no such price, so undoing what would need it is refused.
        yield pin


def _cycles_from(on: date, timeline: Timeline, changes: Iterable[Change]) -> tuple[str, ...]:
    """The cycle of a day and those that follow it."""
    switches = sorted(
        ((one.effective_on, one.position, one.cycle.code) for one in changes if one.cycle is not None),
    )
    past = [code for day, _, code in switches if day <= on]
    current = past[-1] if past else timeline.on(on).cycle.code
    return tuple(dict.fromkeys((current, *(code for day, _, code in switches if day > on))))


def _kept(situation: Situation, today: date, product: str, plan: str, cycle: str) -> Pin:
    """Return the price of what the account has.

    What is no longer sold, or only by another measure, costs what the version said by which the account has it.
    """
    catalog, currency = situation.catalog, situation.account.currency
    agreed = (pin for state in situation.timeline.from_(today) for pin in state.pins.values())
    mine = next((pin for pin in agreed if pin.sold[:2] == (product, plan)), None)
    if (
        mine is None
        or mine.catalog_version not in situation.versions
        or catalog.sells(product, plan, currency, mine.per)
    ):
        return _pin(catalog, product, plan, currency, cycle)
    price = situation.versions[mine.catalog_version].price(product, plan, currency, cycle)
    return replace(mine, cycle=cycle, per=price.per, rate=price.rate)


def _pin(catalog: Catalog, product: str, plan: str, currency: str, cycle: str) -> Pin:
    price = catalog.price(product, plan, currency, cycle)
    base, rank = catalog.product(product).base, catalog.rank(product, plan)
    light_agents = catalog.plan(product, plan).light_agents
    return Pin(product, plan, cycle, price.per, price.rate, catalog.version, base, rank, light_agents)
