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
    found = catalog.known_product(code)
    return found.name.in_language(locale().language) if found else code


def plan_name(catalog: Catalog, product: str, code: str) -> str:
    """Return the name that a plan has or had; its code if no catalog ever had it."""
    plan = catalog.known_plan(product, code)
    return plan.name.in_language(locale().language) if plan else code


def cycle_name(catalog: Catalog, code: str) -> str:
    """Return the name that a billing cycle has or had; its code if no catalog ever had it."""
    found = catalog.known_cycle(code)
    return found.name.in_language(locale().language) if found else code


def said(edit: Edit, state: Subscription, catalog: Catalog) -> str:
    """Say an edit beside the state before it, always with the number before and after."""
    match edit:
        case AddProduct():
            return _added(edit, catalog)
        case SetSeats(product=product, seats=after):
            before = _quantity(state, product)
            if before == after:
                return _repriced(product, catalog)
            return _("{product}: {before} → {after} seats, {change}").format(
                product=product_name(catalog, product),
                before=number(before),
                after=number(after),
                change=_change(after - before),
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
                change=_change(after - before),
            )
        case ChangePlan():
            return _moved(edit, state, catalog)
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
                quantity=_measured(edit),
                day=money.day(until),
            )
        case Suspend():
            return _("Suspend the account")
        case Resume():
            return _("Open the account again")
    return _("Keep what is scheduled")


def said_of(edit: Edit, state: Subscription, scheduled: Mapping[UUID, Change], catalog: Catalog) -> str:
    """An edit in a line; one about a scheduled change says which."""
    if isinstance(edit, Undo | Keep):
        change = scheduled.get(edit.change)
        about = said(change.edit, state, catalog) if change else ""
        template = _("Undo: {change}") if isinstance(edit, Undo) else _("Stays scheduled: {change}")
        return template.format(change=about)
    return said(edit, state, catalog)


def button(edits: Sequence[Edit]) -> str:
    """Return the label of the button that accepts all of these edits; one that buys nothing names the edit itself."""
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


def wanted(edit: Edit, catalog: Catalog) -> str:
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
    return said(edit, Subscription(), catalog)


def scheduled(change: Change, catalog: Catalog) -> str:
    """Return a scheduled change in words, with the day from which it counts."""
    return dated(wanted(change.edit, catalog), change.edit, change.effective_on)


def dated(said: str, edit: Edit, on: date) -> str:
    """Add to an edit's sentence the day from which it counts, unless the edit says its days itself."""
    if isinstance(edit, AddTemporarySeats):
        return said
    return _("{change} (from {day})").format(change=said, day=money.day(on))


def short(product: str, seats: int, more: int, on: date) -> str:
    """Say that more people will use a product than it has seats, and how many must give theirs up."""
    said = ngettext(
        "From {day} on {product} has too few seats ({seats}): name {more} more person who gives theirs up.",
        "From {day} on {product} has too few seats ({seats}): name {more} more people who give theirs up.",
        more,
    )
    return said.format(day=money.day(on), product=product, seats=number(seats), more=number(more))


def quantity(count: int, per: str) -> str:
    """A number of what a plan counts."""
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


def _moved(edit: ChangePlan, state: Subscription, catalog: Catalog) -> str:
    """Return a change of plan; where the new one counts otherwise, with what there was and what there will be."""
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
    known = catalog.known_plan(item.product, item.plan)
    return next(agreed, known.per if known else None)


def _repriced(product: str, catalog: Catalog) -> str:
    return _("{product}: another price, as agreed").format(product=product_name(catalog, product))


def _added(edit: AddProduct, catalog: Catalog) -> str:
    return _("Add {product}, plan {plan}: {quantity}").format(
        product=product_name(catalog, edit.product),
        plan=plan_name(catalog, edit.product, edit.plan),
        quantity=_measured(edit),
    )


def _measured(edit: AddProduct | StartTrial) -> str:
    per = "seat" if edit.seats else "unit" if edit.units else "account"
    return quantity(edit.seats or edit.units or 1, per)


def _change(by: int) -> str:
    return _("{count} more").format(count=number(by)) if by >= 0 else _("{count} fewer").format(count=number(-by))


def _quantity(state: Subscription, product: str) -> int:
    item = state.items.get(product)
    return item.quantity if item else 0
