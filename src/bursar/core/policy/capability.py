"""Capabilities and roles by their codes: the rights that a policy gives or withholds."""

from typing import Final

from bursar.core.messages.problem import Invalid

# In the order in which docs/policy.md and the pages list them.
MATRIX: Final = tuple(
    "add_seats add_temporary_seats remove_seats add_products remove_products upgrade_plan downgrade_plan change_billing_cycle "
    "change_payment_type manage_invoices cancel_account appoint_billing_admins submit_requests".split()
)
"""The capabilities that an account type gives or withholds."""
CHANGING: Final = (
    *("add_seats", "add_temporary_seats", "remove_seats", "add_products", "remove_products"),
    *("upgrade_plan", "downgrade_plan", "change_billing_cycle", "cancel_account"),
)
"""The capabilities that change the subscription, and for which a member may send a request."""
TIMED: Final = tuple(capability for capability in CHANGING if capability != "add_temporary_seats")
"""The capabilities with a timing in the policy; temporary seats have days of their own."""
SHRINKING: Final = frozenset({"remove_seats", "remove_products", "downgrade_plan", "cancel_account"})
"""The capabilities that reduce the subscription."""
OPEN: Final = ("view_subscription", "view_invoices", "pay_invoice", "manage_members", "review_requests")
"""The capabilities that every account type gives: to look, to pay, and to manage people and requests."""
CAPABILITIES: Final = MATRIX + OPEN
ROLES: Final = ("owner", "billing_admin", "admin", "agent", "light_agent")
MOST_ASKED: Final = 10
"""The most members of a role whom an account names as people to ask. Any role may decide, and may have thousands."""
SHOW_COSTS: Final = "show_costs"
# Not a capability of a person: it says of the whole account whether its members see costs.
OVERRIDABLE: Final = (*CAPABILITIES, SHOW_COSTS)
MONEY: Final = ("record_payments", "refund_payments")
"""Capabilities about money that only the vendor's staff have."""
DESK: Final = ("open_accounts", "alter_accounts", "suspend_accounts", "grant_overrides", *MONEY, "manage_staff")
"""Capabilities that only the vendor's staff have."""
STAFF_ROLES: Final = ("support", "sales", "finance", "admin")


class UnknownCapability(Invalid):
    """There is no capability {capability}. The capabilities are: {known}."""

    code = "unknown_capability"


def check_capability(capability: str, among: tuple[str, ...] = CAPABILITIES) -> str:
    """Return a capability if it is among these. Errors: UnknownCapability."""
    if capability not in among:
        raise UnknownCapability(capability=capability, known=", ".join(among))
    return capability
