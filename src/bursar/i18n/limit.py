"""Limits and ceilings in words."""

from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.core.money.money import Money
from bursar.core.ordering.ceilings import ConfirmationNeeded
from bursar.core.policy.limits import Limit
from bursar.i18n import money
from bursar.i18n.language import locale


def limit_in_words(seats: int | None, amount_minor: int | None, currency: str) -> str:
    """Say in a sentence how much billing admins may add to an account without a request."""
    seats_in_words = ngettext("{count} seat", "{count} seats", seats or 0).format(count=seats)
    amount = "" if amount_minor is None else money.amount(Money(amount_minor, currency))
    if seats is None and amount_minor is None:
        return _("Billing admins may add as much as they want without asking.")
    if amount_minor is None:
        template = _("Billing admins may add up to {seats} per billing period without asking.")
    elif seats is None:
        template = _("Billing admins may add up to {amount} to a billing period without asking.")
    else:
        template = _("Billing admins may add up to {seats} and {amount} to a billing period without asking.")
    return template.format(seats=seats_in_words, amount=amount)


def ceiling_warning(problem: ConfirmationNeeded) -> str:
    """Say how much a change adds, and that it must be confirmed."""
    seats, amount = problem.params["seats"], money.amount(problem.params["amount"])
    seats_in_words = ngettext("{count} seat", "{count} seats", seats).format(count=money.number(seats))
    template = _(
        "This adds {seats}, and {amount} without tax to each billing period. "
        "If that is meant, confirm it once more; nothing was changed yet."
    )
    return template.format(seats=seats_in_words, amount=amount)


def ceiling_in_words(most: Limit, currency: str) -> str:
    """Return in a few words how much a single change may add."""
    parts = []
    if most.seats is not None:
        parts.append(ngettext("{count} seat", "{count} seats", most.seats).format(count=money.number(most.seats)))
    if currency in most.amounts:
        parts.append(
            _("{amount} a billing period").format(amount=money.amount(Money(most.amounts[currency], currency)))
        )
    return format_list(parts, style="or", locale=locale())
