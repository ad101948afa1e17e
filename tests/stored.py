"""What the history holds of each kind of event, as it is stored."""

from typing import Any
from uuid import UUID

ID, OTHER = UUID(int=1), UUID(int=2)
TEXT, DAY = str(ID), "2026-02-01"
SEATS = {"edit": "set_seats", "product": "support", "seats": 46, "price": "1000.00"}
UNDO = {"edit": "undo", "change": TEXT}
TAKEN = {
    "change": TEXT,
    "edit": SEATS,
    "capability": "add_seats",
    "effective_on": DAY,
    "before": {"plan": "team", "quantity": 45},
}
STORED: dict[str, list[dict[str, Any]]] = {
    "changes_taken": [
        {"quote": TEXT, "take": TEXT, "changes": [TAKEN], "invoice": None},
        {"quote": TEXT, "take": TEXT, "changes": [{**TAKEN, "before": None}], "invoice": TEXT},
        {"quote": TEXT, "take": TEXT, "changes": [{**TAKEN, "edit": UNDO}], "invoice": None},
        {"quote": TEXT, "take": TEXT, "changes": [{**TAKEN, "edit": UNDO, "undoes": SEATS}], "invoice": None},
    ],
    "changes_applied": [{"changes": [TEXT], "invoice": None}],
    "renewed": [{"changes": [], "invoice": TEXT}],
    "renewal_ahead": [{"renewal_on": DAY}],
    "temporary_seats_ended": [{"product": "support", "seats": 3}],
    "trial_ending": [{"trial_until": DAY}],
    "trial_ended": [{}],
    "seats_short": [{"product": "support", "change": TEXT, "from": DAY, "seats": 2, "more": 1}],
    "request_submitted": [{"request": TEXT, "quote": TEXT}],
    "request_reminded": [{"request": TEXT}],
    "request_approved": [{"request": TEXT, "take": TEXT}],
    "request_rejected": [{"request": TEXT}],
    "request_withdrawn": [{"request": TEXT}],
    "request_expired": [{"request": TEXT}],
    "request_overtaken": [{"request": TEXT, "cause": "done"}],
    "method_set": [
        {"before": "invoice", "after": "card"},
        {"before": "card", "after": "invoice", "reason": "sandbox_gateway"},
    ],
    "payment_received": [
        {"payment": TEXT, "amount_minor": 1200, "currency": "EUR"},
        {"payment": TEXT, "amount_minor": 1200, "currency": "EUR", "invoice": TEXT},
    ],
    "payment_failed": [
        {"attempt": TEXT, "state": "failed", "reason": "expired"},
        {"attempt": TEXT, "state": "cancelled", "reason": "sandbox_gateway", "invoice": TEXT},
        {"attempt": TEXT, "state": "failed", "reason": "expired", "amount_minor": 1200, "currency": "EUR"},
    ],
    "payment_undone": [{"payment": TEXT, "amount_minor": 1200, "currency": "EUR"}],
    "payment_refunded": [{"attempt": TEXT, "amount_minor": 1200, "currency": "EUR"}],
    "refund_failed": [
        {"payment": TEXT, "refund": TEXT, "reason": "refund_declined", "amount_minor": 1200, "currency": "EUR"},
    ],
    "details_set": [{"fields": ["recipients", "vat_id"]}],
    "member_added": [{"member": TEXT, "role": "admin"}],
    "member_invited": [{"member": TEXT, "role": "admin"}],
    "member_accepted": [{"member": TEXT, "role": "admin"}],
    "member_changed": [{"member": TEXT, "before": "admin", "after": "agent"}],
    "member_suspended": [{"member": TEXT}],
    "member_resumed": [{"member": TEXT}],
    "member_removed": [{"member": TEXT, "before": "admin", "after": None}],
    "member_erased": [{"member": TEXT}],
    "owner_changed": [{"before": TEXT, "after": str(OTHER), "remark": None}],
    "seat_assigned": [{"product": "support", "member": TEXT}],
    "seat_freed": [{"product": "support", "member": TEXT}],
    "seats_counted": [{"product": "support", "before": 2, "after": None}],
    "letter_sent_again": [{"letter": TEXT}, {"letter": TEXT, "member": TEXT}],
    "account_opened": [{"account_type": "managed", "currency": "EUR", "owner": TEXT}],
    "account_altered": [
        {"fields": ["name", "tax_rate"]},
        {"fields": ["account_type"], "before": "managed", "after": "self_service"},
    ],
    "override_added": [{"override": TEXT, "capability": "add_seats", "grant": True}],
    "override_ended": [{"override": TEXT}],
    "limit_set": [{"seats": None, "amount_minor": 100, "currency": "EUR"}],
    "account_erased": [{"people": 3}],
    "refused": [
        {"capability": "add_seats", "outcome": "refused", "reason": "role"},
        {"capability": "", "outcome": "refused", "reason": "role", "attempt": "withdraw"},
    ],
}
"""Each kind of fact as it stood in the history before entries had a version."""
