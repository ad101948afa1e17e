"""Everything that may be allowed or not, and the roles that it is allowed to; each by its code."""

from typing import Final

from bursar.core.messages.problem import Invalid

MATRIX: Final = tuple(
    "add_seats add_temporary_seats remove_seats add_products remove_products upgrade_plan downgrade_plan change_billing_cycle "
    "change_payment_type manage_invoices cancel_account appoint_billing_admins submit_requests".split()
)
CHANGING: Final = (
    *("add_seats", "add_temporary_seats", "remove_seats", "add_products", "remove_products"),
    *("upgrade_plan", "downgrade_plan", "change_billing_cycle", "cancel_account"),
)
"""What changes the subscription, and so may be asked for."""
TIMED: Final = tuple(capability for capability in CHANGING if capability != "add_temporary_seats")
"""Changes that take effect when the policy says so; temporary seats are for days of their own."""
SHRINKING: Final = frozenset({"remove_seats", "remove_products", "downgrade_plan", "cancel_account"})
"""What makes the subscription smaller."""
OPEN: Final = ("view_subscription", "view_invoices", "pay_invoice", "manage_members", "review_requests")
CAPABILITIES: Final = MATRIX + OPEN
ROLES: Final = ("owner", "billing_admin", "admin", "agent", "light_agent")
SHOW_COSTS: Final = "show_costs"
OVERRIDABLE: Final = (*CAPABILITIES, SHOW_COSTS)
MONEY: Final = ("record_payments", "refund_payments")
"""Capabilities about money that only the vendor's staff have."""
DESK: Final = ("open_accounts", "alter_accounts", "suspend_accounts", "grant_overrides", *MONEY, "manage_staff")
"""What only the vendor's staff do."""
STAFF_ROLES: Final = ("support", "sales", "finance", "admin")


class UnknownCapability(Invalid):
    """There is no capability {capability}. The capabilities are: {known}."""

    code = "unknown_capability"


def check_capability(capability: str, among: tuple[str, ...] = CAPABILITIES) -> str:
    """The capability itself, if it is one. Errors: UnknownCapability."""
    if capability not in among:
        raise UnknownCapability(capability=capability, known=", ".join(among))
    return capability
