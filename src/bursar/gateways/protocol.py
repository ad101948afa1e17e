"""The protocol of gateways: a few verbs, each safe to repeat under its key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bursar.core.billing.payment import GatewayAnswer
from bursar.core.billing.refund import RefundAnswer
from bursar.core.money.money import Money


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """The result of a charge: it may wait for the payer at `address`, or be declined for a reason."""

    answer: GatewayAnswer
    reason: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class RefundResult:
    """The result of a refund; a declined refund has a reason."""

    answer: RefundAnswer
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """An event that arrived from a gateway. `charge` is the key of the charge that it is about.

    It proves nothing and may come late, twice or out of order, so Bursar asks the gateway for the result.
    """

    charge: str


class Gateway(Protocol):
    """A company or program that moves money. A key stands for one charge or refund, however often it is sent."""

    def charge(self, key: str, amount: Money, token: str, expires_at: datetime) -> ChargeResult:
        """Charge the amount; the same key again returns the first result."""

    def find(self, key: str) -> ChargeResult:
        """Return the result of a charge; unknown if the gateway never got it."""

    def cancel(self, key: str) -> ChargeResult:
        """Cancel a charge, so that it can never succeed later; a charge that has succeeded stays so."""

    def refund(self, key: str, charge: str, amount: Money) -> RefundResult:
        """Refund an amount of a charge, up to the amount left of it; the same key again returns the first result."""

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent | None:
        """Return the event in a message from the gateway; None if it is about no charge. Errors: ForgedEvent."""
