"""What Bursar asks of whoever moves money: few verbs, each safe to repeat under its key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bursar.core.money import Money
from bursar.core.payment import Answer


@dataclass(frozen=True, slots=True)
class Charge:
    """What a gateway says of a charge. A pending one waits for the payer at `address`; a declined one has a reason."""

    answer: Answer
    reason: str = ""
    address: str = ""


class Gateway(Protocol):
    """Moves money. A key stands for one charge for ever, whatever is asked of it and however often."""

    def charge(self, key: str, amount: Money, token: str, expires_at: datetime) -> Charge:
        """Take the amount; the same key again tells what became of it the first time."""

    def find(self, key: str) -> Charge:
        """What became of a charge; unknown if the gateway never heard of it."""

    def cancel(self, key: str) -> Charge:
        """Give up a charge, so that it can never succeed any more; one that has succeeded stays so."""

    def refund(self, key: str) -> Charge:
        """Give the money of a charge back."""
