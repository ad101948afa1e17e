"""Names of codes. The English stands here as message ids, and passes through gettext where it is shown."""

from collections.abc import Mapping
from typing import Final

CAPABILITIES: Final[Mapping[str, str]] = {
    "add_seats": "add agent seats",
    "add_temporary_seats": "add temporary seats",
    "remove_seats": "remove agent seats",
    "add_products": "add products and add-ons",
    "remove_products": "remove products and add-ons",
    "upgrade_plan": "move a product to a higher plan",
    "downgrade_plan": "move a product to a lower plan",
    "change_billing_cycle": "change the billing cycle",
    "change_payment_type": "change the payment type",
    "manage_invoices": "change billing details and invoice recipients",
    "cancel_account": "cancel the account",
    "appoint_billing_admins": "appoint billing admins",
    "submit_requests": "send subscription requests",
    "view_subscription": "see the subscription",
    "view_invoices": "see and download invoices",
    "pay_invoice": "pay an open invoice",
    "manage_members": "manage members",
    "review_requests": "approve or reject requests",
    "open_accounts": "open accounts",
    "alter_accounts": "change the vendor settings of an account",
    "suspend_accounts": "suspend and resume accounts",
    "grant_overrides": "make exceptions for an account",
    "record_payments": "book payments and undo bookings",
    "refund_payments": "pay money back",
    "manage_staff": "manage the vendor's staff and keys",
}
"""Each capability as a verb, to stand alone or after "you can"."""

AFTER_NOT: Final = "after a negation"
"""The gettext context of the same verbs after "you cannot": some languages say them differently there."""

OUTCOMES: Final[Mapping[str, str]] = {
    "allowed": "allowed",
    "by_request": "by request",
    "refused": "refused",
}

REASONS: Final[Mapping[str, str]] = {
    "account_state": "state of the account",
    "account_type": "account type",
    "catalog": "catalog",
    "role": "role",
    "limit": "limit",
    "credit": "credit",
}

STATES: Final[Mapping[str, str]] = {
    "active": "active",
    "suspended": "suspended",
    "cancelled": "cancelled",
}

EFFECTS: Final[Mapping[str, str]] = {
    "now": "at once",
    "end_of_period": "at the end of the billing period",
    "end_of_term": "at the end of the term",
}

PRORATIONS: Final[Mapping[str, str]] = {
    "by_day": "by calendar days",
    "fixed_30": "by months of 30 days",
    "none": "not at all",
}
