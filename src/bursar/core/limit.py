"""How far somebody may let an account grow by themselves within one billing period."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limit:
    """The most seats more, and by currency how much more a billing period may cost; what is not said is not limited.

    Unit: minor units, without tax.
    """

    seats: int | None = None
    amounts: Mapping[str, int] = field(default_factory=dict)

    def passed(self, seats: int, amount: int, currency: str) -> bool:
        """Whether so much more is too much."""
        most = self.amounts.get(currency)
        return (self.seats is not None and seats > self.seats) or (most is not None and amount > most)


UNLIMITED = Limit()
