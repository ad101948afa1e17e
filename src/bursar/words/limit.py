"""A limit in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.core.money import Money
from bursar.words import money


def limit_said(seats: int | None, amount_minor: int | None, currency: str) -> str:
    """How far billing admins may let an account grow by themselves, in a sentence."""
    more = ngettext("{count} seat", "{count} seats", seats or 0).format(count=seats)
    amount = "" if amount_minor is None else money.amount(Money(amount_minor, currency))
    if seats is None and amount_minor is None:
        return _("Billing admins may add as much as they want without asking.")
    if amount_minor is None:
        template = _("Billing admins may add up to {seats} per billing period without asking.")
    elif seats is None:
        template = _("Billing admins may add up to {amount} to a billing period without asking.")
    else:
        template = _("Billing admins may add up to {seats} and {amount} to a billing period without asking.")
    return template.format(seats=more, amount=amount)
