"""Bounds on growing and owing: limits of a role, ceilings of one change, and the credit of accounts of a type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bursar.core.currency import digits


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


UNLIMITED: Final = Limit()


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How much one change may add: beyond `ask` it must be confirmed, beyond `refuse` only the vendor makes it."""

    ask: Limit = UNLIMITED
    refuse: Limit = UNLIMITED


UNBOUNDED: Final = Ceilings()


@dataclass(frozen=True, slots=True)
class Credit:
    """Whether accounts of a type may buy on invoice terms, and the most that each of them may owe.

    Unit: `limit` in whole units of any currency, `limits` in minor units of the currencies that have one of their own.
    """

    invoice_terms: bool = True
    limit: int | None = None
    limits: Mapping[str, int] = field(default_factory=dict)

    def most(self, currency: str) -> int | None:
        """The most that an account may owe, tax included; None without a limit. Unit: minor units."""
        if not self.invoice_terms:
            return 0
        if currency in self.limits or self.limit is None:
            return self.limits.get(currency)
        return int(self.limit * 10 ** digits(currency))
