"""The example of a policy in the OpenAPI document."""

from typing import Any, Final

from bursar.core.policy.capability import ROLES, STAFF_ROLES, TIMED

_OPEN: Final = ["view_subscription", "view_invoices", "pay_invoice"]
EXAMPLE: Final[dict[str, Any]] = {
    "account_types": [
        {"code": "managed", "name": {"en": "managed account"}, "shows_costs": False, "capabilities": ["add_seats"]}
    ],
    "roles": [
        {"code": role, "name": {"en": role}, "allowed": ["add_seats", *_OPEN] if role == "owner" else []}
        for role in ROLES
    ],
    "states": {"suspended": _OPEN, "cancelled": _OPEN},
    "timing": {capability: {"effect": "end_of_term", "credit": False} for capability in TIMED},
    "proration": "by_day",
    "quote_hours": 24,
    "attempt_minutes": 60,
    "invoice_due_days": 30,
    "request_days": 30,
    "reminder_days": 7,
    "renewal_notice_days": 14,
    "trial_notice_days": 3,
    "credit": {"managed": {"invoice_terms": True, "limit": "10000.00"}},
    "ceilings": {"ask": {"seats": 10_000}, "refuse": {"seats": 100_000}},
    "staff": [
        {"code": role, "name": {"en": role}, "allowed": [*_OPEN, "manage_staff"] if role == "admin" else _OPEN}
        for role in STAFF_ROLES
    ],
}
