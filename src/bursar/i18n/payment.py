"""Payment types, states and reasons in words."""

from django.utils.translation import gettext as _


def method_name(kind: str) -> str:
    """Return the name of a payment type."""
    names = {"invoice": _("bank transfer on invoice"), "card": _("card"), "debit": _("direct debit")}
    return names[kind]


def status_name(code: str) -> str:
    """Return the status of an invoice or credit note in words."""
    names = {
        "open": _("open"),
        "overdue": _("overdue"),
        "paid": _("paid"),
        "settled": _("settled"),
    }
    return names[code]


def decline_reason(code: str) -> str:
    """Return why a payment was declined; the gateway's own word where there is no better one."""
    names = {
        "insufficient_funds": _("not enough funds"),
        "authentication_failed": _("it was not confirmed"),
        "unknown_token": _("the card is not known"),
        "expired": _("nobody confirmed it in time"),
        "given_up": _("it was given up"),
        "sandbox_gateway": _("the sandbox gateway pays for sandbox accounts only"),
        "refund_declined": _("this card takes no money back"),
    }
    return names.get(code, code)


def refund_reason(code: str) -> str:
    """Return why money of a payment is paid back."""
    names = {
        "goodwill": _("goodwill"),
        "duplicate": _("paid twice"),
        "service_failure": _("the service failed"),
        "fraud": _("fraud"),
        "other": _("another reason"),
        "late": _("it came too late"),
    }
    return names[code]


def token_name(code: str) -> str:
    """Say what happens to payments with a card or mandate of the sandbox gateway."""
    names = {
        "ok": _("a test card that pays"),
        "declined_funds": _("a test card without enough funds"),
        "needs_authentication": _("a test card that asks for confirmation"),
    }
    return names[code]
