"""The tokens of the sandbox gateway, with the results that they make."""

from collections.abc import Mapping
from typing import Final

from bursar.core.billing.payment import GatewayAnswer

TOKENS: Final[Mapping[str, tuple[GatewayAnswer, str]]] = {
    "ok": ("succeeded", ""),
    "declined_funds": ("declined", "insufficient_funds"),
    "needs_authentication": ("pending", ""),
    "refund_declined": ("succeeded", ""),
}
"""For each token the gateway's answer and, where it declines, its reason. Any other token is declined."""
NEVER_REFUNDED: Final = frozenset({"refund_declined"})
"""The tokens whose charges the gateway declines to refund."""
