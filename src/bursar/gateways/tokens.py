"""What the sandbox gateway's tokens make happen."""

from collections.abc import Mapping
from typing import Final

from bursar.core.payment import Answer

TOKENS: Final[Mapping[str, tuple[Answer, str]]] = {
    "ok": ("succeeded", ""),
    "declined_funds": ("declined", "insufficient_funds"),
    "needs_authentication": ("pending", ""),
}
"""For each token the gateway's answer and, where it declines, its reason. Any other token is declined."""
