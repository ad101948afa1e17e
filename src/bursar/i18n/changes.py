"""The changes of a quote that was accepted, as the history tells them."""

from django.utils.translation import gettext as _

from bursar.core.events.subscription import AcceptedChange, PriceChange, Rate
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.edit import ChangeCycle, Edit, SetSeats, SetUnits, Undo
from bursar.core.subscription.item import Item
from bursar.core.subscription.subscription import NOTHING, Subscription
from bursar.i18n import edits


def accepted_change(change: AcceptedChange, catalog: Catalog) -> str:
    """Return a change in words: both numbers, the day from which it counts, and the prices that it alters."""
    edit, prices = change.edit, change.prices or ()
    if isinstance(edit, Undo):
        return _undo_in_words(change, catalog)
    if isinstance(edit, SetSeats | SetUnits) and prices:
        # The same number at another price; of another number as well, the price is said after it.
        quantity = edit.seats if isinstance(edit, SetSeats) else edit.units
        if change.before and quantity == change.before.quantity:
            sentence = _("{product}, {quantity}: {price}").format(
                product=edits.product_name(catalog, edit.product),
                quantity=edits.quantity(quantity, prices[0].after.per),
                price=_price(prices[0], agreed=True),
            )
            return edits.with_day(sentence, edit, change.effective_on)
    sentence = _edit_with_day(edit, change, catalog)
    for price_change in prices:
        price = _price(price_change, agreed=edit.price is not None)
        if isinstance(edit, ChangeCycle):
            price = _("{product}: {price}").format(
                product=edits.product_name(catalog, price_change.product), price=price
            )
        sentence = _("{change}; {price}").format(change=sentence, price=price)
    return sentence


def _undo_in_words(change: AcceptedChange, catalog: Catalog) -> str:
    if change.undoes is None:
        # Entries of earlier versions do not say which change it was.
        return _("A scheduled change was undone.")
    return _("A scheduled change was undone: {change}").format(change=_edit_with_day(change.undoes, change, catalog))


def _edit_with_day(edit: Edit, change: AcceptedChange, catalog: Catalog) -> str:
    """Return an edit in words, with the day of the change that it is part of, or that is taken back."""
    if isinstance(edit, ChangeCycle):
        sentence = _("Billing cycle: {cycle}").format(cycle=edits.cycle_name(catalog, edit.cycle))
    else:
        sentence = edits.edit_in_words(edit, _state_before(edit, change), catalog)
    return edits.with_day(sentence, edit, change.effective_on)


def _price(price_change: PriceChange, *, agreed: bool) -> str:
    """Return a new price, or the price before and after; agreed with the vendor, or of the catalog."""
    after = _rate(price_change.after, price_change.currency)
    if price_change.before is None:
        return (_("agreed price {price}") if agreed else _("price {price}")).format(price=after)
    template = _("agreed price {before} → {after}") if agreed else _("price {before} → {after}")
    return template.format(before=_rate(price_change.before, price_change.currency), after=after)


def _rate(rate: Rate, currency: str) -> str:
    return edits.priced(rate.rate, currency, rate.per)


def _state_before(edit: Edit, change: AcceptedChange) -> Subscription:
    """Return as much of the state before a change as its sentence needs."""
    product, before = getattr(edit, "product", ""), change.before
    items = {product: Item(product, before.plan, before.quantity)} if before else {}
    return Subscription(account_state=NOTHING.account_state, items=items)
