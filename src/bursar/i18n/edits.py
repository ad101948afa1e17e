"""Edits, plans and cycles as a person reads them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.core.money.price import Per
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.edit import (
    AddProduct,
    AddTemporarySeats,
    Cancel,
    ChangeCycle,
    ChangePlan,
    Edit,
    Keep,
    RemoveProduct,
    Resume,
    SetSeats,
    SetUnits,
    StartTrial,
    Suspend,
    Undo,
)
from bursar.core.subscription.item import Item
from bursar.core.subscription.subscription import Change, Subscription
from bursar.i18n import money
from bursar.i18n.language import locale
from bursar.i18n.money import number


def product_name(catalog: Catalog, code: str) -> str:
    """Return the name that a product has or had; its code if no catalog ever had it."""
    product = catalog.known_product(code)
    return product.name.in_language(locale().language) if product else code


def plan_name(catalog: Catalog, product: str, code: str) -> str:
    """Return the name that a plan has or had; its code if no catalog ever had it."""
    plan = catalog.known_plan(product, code)
    return plan.name.in_language(locale().language) if plan else code


def cycle_name(catalog: Catalog, code: str) -> str:
    """Return the name that a billing cycle has or had; its code if no catalog ever had it."""
    cycle = catalog.known_cycle(code)
    return cycle.name.in_language(locale().language) if cycle else code


def edit_in_words(edit: Edit, state: Subscription, catalog: Catalog) -> str:
    """Return an edit in words, with the number before and after where it changes one."""
    match edit:
        case AddProduct():
            return _addition(edit, catalog)
        case SetSeats(product=product, seats=after):
            before = _quantity(state, product)
            if before == after:
                # The quantity stays, so what changes is the price that was agreed.
                return _repriced(product, catalog)
            return _("{product}: {before} → {after} seats, {change}").format(
                product=product_name(catalog, product),
                before=number(before),
                after=number(after),
                change=_difference(after - before),
            )
        case AddTemporarySeats(product=product, seats=seats, span=span):
            template = ngettext(
                "{product}: {count} temporary seat, {days}", "{product}: {count} temporary seats, {days}", seats
            )
            name = product_name(catalog, product)
            return template.format(product=name, count=number(seats), days=money.span(span))
        case SetUnits(product=product, units=after):
            before = _quantity(state, product)
            if before == after:
                return _repriced(product, catalog)
            return _("{product}: {before} → {after} units, {change}").format(
                product=product_name(catalog, product),
                before=number(before),
                after=number(after),
                change=_difference(after - before),
            )
        case ChangePlan():
            return _plan_change(edit, state, catalog)
        case RemoveProduct(product=product):
            return _("Remove {product}").format(product=product_name(catalog, product))
        case ChangeCycle(cycle=cycle):
            return _("Billing cycle: {before} → {after}").format(
                before=cycle_name(catalog, state.cycle.code), after=cycle_name(catalog, cycle)
            )
        case Cancel():
            return _("Cancel the account")
        case StartTrial(product=product, plan=plan, until=until):
            return _("Trial of {product}, plan {plan}: {quantity}, until {day}").format(
                product=product_name(catalog, product),
                plan=plan_name(catalog, product, plan),
                quantity=_quantity_of(edit),
                day=money.day(until),
            )
        case Suspend():
            return _("Suspend the account")
        case Resume():
            return _("Open the account again")
    return _("Keep what is scheduled")


def decided_edit_in_words(
    edit: Edit, state: Subscription, change_in_words: Mapping[UUID, Change], catalog: Catalog
) -> str:
    """Return an edit in words; one about a scheduled change names that change."""
    if isinstance(edit, Undo | Keep):
        change = change_in_words.get(edit.change)
        about = edit_in_words(change.edit, state, catalog) if change else ""
        template = _("Undo: {change}") if isinstance(edit, Undo) else _("Stays scheduled: {change}")
        return template.format(change=about)
    return edit_in_words(edit, state, catalog)


def button(edits: Sequence[Edit]) -> str:
    """Return the label of the button that accepts all of these edits; one that buys nothing names the edit itself."""
    # Only edits that are all of one kind have a name of their own; any mixture updates the subscription.
    kinds = {type(edit) for edit in edits}
    if kinds == {Cancel}:
        return _("Cancel the account")
    if kinds == {Suspend}:
        return _("Suspend the account")
    if kinds == {Resume}:
        return _("Resume the account")
    if kinds == {Undo}:
        return ngettext("Undo the scheduled change", "Undo the scheduled changes", len(edits))
    if kinds == {StartTrial}:
        return _("Start the trial")
    return _("Update subscription")


def wanted_in_words(edit: Edit, catalog: Catalog) -> str:
    """Return what an edit asks for in words, where the state before it is not at hand."""
    match edit:
        case SetSeats(product=product, seats=seats):
            return _("{product}: {quantity}").format(
                product=product_name(catalog, product), quantity=quantity(seats, "seat")
            )
        case SetUnits(product=product, units=units):
            return _("{product}: {quantity}").format(
                product=product_name(catalog, product), quantity=quantity(units, "unit")
            )
        case ChangePlan(product=product, plan=plan):
            return _("{product}: plan {plan}").format(
                product=product_name(catalog, product), plan=plan_name(catalog, product, plan)
            )
        case ChangeCycle(cycle=cycle):
            return _("Billing cycle: {cycle}").format(cycle=cycle_name(catalog, cycle))
    return edit_in_words(edit, Subscription(), catalog)


def change_in_words(change: Change, catalog: Catalog) -> str:
    """Return a scheduled change in words, with the day from which it counts."""
    return with_day(wanted_in_words(change.edit, catalog), change.edit, change.effective_on)


def with_day(edit_in_words: str, edit: Edit, on: date) -> str:
    """Add to an edit's sentence the day from which it counts, unless the edit says its days itself."""
    if isinstance(edit, AddTemporarySeats):
        return edit_in_words
    return _("{change} (from {day})").format(change=edit_in_words, day=money.day(on))


def shortfall_in_words(product: str, seats: int, more: int, on: date) -> str:
    """Say that more people will use a product than it has seats, and how many must give theirs up."""
    edit_in_words = ngettext(
        "From {day} on {product} has too few seats ({seats}): name {more} more person who gives theirs up.",
        "From {day} on {product} has too few seats ({seats}): name {more} more people who give theirs up.",
        more,
    )
    return edit_in_words.format(day=money.day(on), product=product, seats=number(seats), more=number(more))


def quantity(count: int, per: str) -> str:
    """Return a number of seats or units in words."""
    if per == "seat":
        return ngettext("{count} seat", "{count} seats", count).format(count=number(count))
    if per == "unit":
        return ngettext("{count} unit", "{count} units", count).format(count=number(count))
    return _("for the account")


def priced(rate: Decimal, currency: str, per: str) -> str:
    """Return the price of a single seat or unit of a plan, or of the plan for the account."""
    price = money.rate(rate, currency)
    if per == "seat":
        return _("{price} per seat").format(price=price)
    if per == "unit":
        return _("{price} per unit").format(price=price)
    return _("{price} for the account").format(price=price)


def _plan_change(edit: ChangePlan, state: Subscription, catalog: Catalog) -> str:
    """Return a change of plan in words; where the plans count in different measures, with both quantities."""
    item, after = state.items.get(edit.product), catalog.known_plan(edit.product, edit.plan)
    before = _per(item, state, catalog) if item else None
    template = _("{product}: plan {before} → {after}")
    had = has = ""
    if item is not None and before is not None and after is not None and before is not after.per:
        template = _("{product}: plan {before} → {after}, {had} → {has}")
        had = quantity(item.quantity, before.value)
        has = quantity(edit.seats or edit.units or 1, after.per.value)
    return template.format(
        product=product_name(catalog, edit.product),
        before=plan_name(catalog, edit.product, item.plan) if item else "–",
        after=plan_name(catalog, edit.product, edit.plan),
        had=had,
        has=has,
    )


def _per(item: Item, state: Subscription, catalog: Catalog) -> Per | None:
    """Return by what an item is counted: as agreed, or as the catalog says where the agreed prices are not at hand."""
    agreed = (
        agreed_price.per
        for agreed_price in state.agreed_prices.values()
        if agreed_price.key[:2] == (item.product, item.plan)
    )
    plan = catalog.known_plan(item.product, item.plan)
    return next(agreed, plan.per if plan else None)


def _repriced(product: str, catalog: Catalog) -> str:
    return _("{product}: another price, as agreed").format(product=product_name(catalog, product))


def _addition(edit: AddProduct, catalog: Catalog) -> str:
    return _("Add {product}, plan {plan}: {quantity}").format(
        product=product_name(catalog, edit.product),
        plan=plan_name(catalog, edit.product, edit.plan),
        quantity=_quantity_of(edit),
    )


def _quantity_of(edit: AddProduct | StartTrial) -> str:
    per = "seat" if edit.seats else "unit" if edit.units else "account"
    return quantity(edit.seats or edit.units or 1, per)


def _difference(difference: int) -> str:
    return (
        _("{count} more").format(count=number(difference))
        if difference >= 0
        else _("{count} fewer").format(count=number(-difference))
    )


def _quantity(state: Subscription, product: str) -> int:
    item = state.items.get(product)
    return item.quantity if item else 0
