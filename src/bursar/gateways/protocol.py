"""What Bursar asks of whoever moves money: few verbs, each safe to repeat under its key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bursar.core.billing.payment import GatewayAnswer
from bursar.core.billing.refund import RefundAnswer
from bursar.core.money.money import Money


@dataclass(frozen=True, slots=True)
class Charge:
    """What a gateway says of a charge. A pending one waits for the payer at `address`; a declined one has a reason."""

    answer: GatewayAnswer
    reason: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The answer of a gateway to a refund; a declined one has a reason."""

    answer: RefundAnswer
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """An event that arrived from a gateway: the key of the charge that something happened to.

    It proves nothing and may come late, twice or out of order: what is so is asked of the gateway.
    """

    charge: str


class Gateway(Protocol):
    """Moves money. A key stands for one charge, or one refund, for ever, whatever is asked of it and however often."""

    def charge(self, key: str, amount: Money, token: str, expires_at: datetime) -> Charge:
        """Take the amount; the same key again tells what became of it the first time."""

    def find(self, key: str) -> Charge:
        """Return what became of a charge; unknown if the gateway never heard of it."""

    def cancel(self, key: str) -> Charge:
        """Give up a charge, so that it can never succeed any more; one that has succeeded stays so."""

    def refund(self, key: str, charge: str, amount: Money) -> GivenBack:
        """Give so much of a charge back, where so much of it is left; the same key again tells what became of it."""

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent | None:
        """Return what an event that arrived is about, None if about nothing of ours. Errors: ForgedEvent."""
