"""The changes of a quote that was accepted, as the history tells them."""

from django.utils.translation import gettext as _

from bursar.core.events.subscription import AcceptedChange, PriceChange, Rate
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.edit import ChangeCycle, Edit, SetSeats, SetUnits, Undo
from bursar.core.subscription.item import Item
from bursar.core.subscription.subscription import NOTHING, Subscription
from bursar.i18n import edits


def taken_change(taken: AcceptedChange, catalog: Catalog) -> str:
    """Return a change in words: both numbers, the day from which it counts, and the prices that it alters."""
    edit, prices = taken.edit, taken.prices or ()
    if isinstance(edit, Undo):
        return _undone(taken, catalog)
    if isinstance(edit, SetSeats | SetUnits) and prices:
        # The same number at another price; of another number as well, the price is said after it.
        quantity = edit.seats if isinstance(edit, SetSeats) else edit.units
        if taken.before and quantity == taken.before.quantity:
            said = _("{product}, {quantity}: {price}").format(
                product=edits.product_name(catalog, edit.product),
                quantity=edits.quantity(quantity, prices[0].after.per),
                price=_price(prices[0], agreed=True),
            )
            return edits.dated(said, edit, taken.effective_on)
    said = _dated(edit, taken, catalog)
    for changed in prices:
        price = _price(changed, agreed=edit.price is not None)
        if isinstance(edit, ChangeCycle):
            price = _("{product}: {price}").format(product=edits.product_name(catalog, changed.product), price=price)
        said = _("{change}; {price}").format(change=said, price=price)
    return said


def _undone(taken: AcceptedChange, catalog: Catalog) -> str:
    if taken.undoes is None:
        # Entries of earlier versions do not say which change it was.
        return _("A scheduled change was undone.")
    return _("A scheduled change was undone: {change}").format(change=_dated(taken.undoes, taken, catalog))


def _dated(edit: Edit, taken: AcceptedChange, catalog: Catalog) -> str:
    """Return an edit in words, with the day of the change that it is part of, or that is taken back."""
    if isinstance(edit, ChangeCycle):
        said = _("Billing cycle: {cycle}").format(cycle=edits.cycle_name(catalog, edit.cycle))
    else:
        said = edits.said(edit, _before(edit, taken), catalog)
    return edits.dated(said, edit, taken.effective_on)


def _price(changed: PriceChange, *, agreed: bool) -> str:
    """A price that is new, or before and after; agreed with the vendor, or the catalog's."""
    after = _rate(changed.after, changed.currency)
    if changed.before is None:
        return (_("agreed price {price}") if agreed else _("price {price}")).format(price=after)
    template = _("agreed price {before} → {after}") if agreed else _("price {before} → {after}")
    return template.format(before=_rate(changed.before, changed.currency), after=after)


def _rate(rate: Rate, currency: str) -> str:
    return edits.priced(rate.rate, currency, rate.per)


def _before(edit: Edit, taken: AcceptedChange) -> Subscription:
    """As much of the state before a change as telling it needs."""
    product, before = getattr(edit, "product", ""), taken.before
    items = {product: Item(product, before.plan, before.quantity)} if before else {}
    return Subscription(account_state=NOTHING.account_state, items=items)
