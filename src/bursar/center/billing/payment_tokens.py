"""Cards and mandates to choose from, and why there are none."""

from typing import Final

from django.utils.translation import gettext as _

from bursar.center.manage.options import Choice
from bursar.center.visit import Visit
from bursar.core.billing.gateway import NoGateway
from bursar.core.billing.payment import Method
from bursar.i18n.payment import token_name
from bursar.payments.actions import with_gateway_of

TOKENS: Final = ("ok", "declined_funds", "needs_authentication")
"""The cards and mandates of the sandbox gateway, by what they do."""


def explain_no_card(visit: Visit) -> str:
    """Return why the account cannot pay by card or direct debit; empty if it can."""
    try:
        # A card stands for both automatic types here: which gateway there is depends on the account alone.
        with_gateway_of(visit.customer, Method("card"))
    except NoGateway as problem:
        return visit.message(problem)
    return ""


def payment_type_choices(chosen_code: str | None = None) -> tuple[Choice, ...]:
    """Return the automatic payment types; card unless the other is chosen."""
    card, debit = _("Card"), _("Direct debit, with a mandate")
    return Choice("type", "card", card, chosen=chosen_code != "debit"), Choice(
        "type", "debit", debit, chosen=chosen_code == "debit"
    )


def token_choices() -> tuple[tuple[str, str], ...]:
    """Return the sandbox gateway's cards and mandates, each with what it does."""
    return tuple((token, token_name(token)) for token in TOKENS)
