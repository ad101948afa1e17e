"""What an account has of a product, and the price that was agreed for it."""

from dataclasses import dataclass
from decimal import Decimal

from bursar.core.calendar.period import Span
from bursar.core.money.price import Per

PriceKey = tuple[str, str, str]
"""A product, one of its plans, and a cycle: what a price is agreed for."""


@dataclass(frozen=True, slots=True)
class AgreedPrice:
    """A price agreed with an account, and what its catalog version said of the plan.

    `rate` is for one seat, unit or account and one whole billing period; `light_agents` is how many may work without a
    seat, if there is a limit.
    """

    product: str
    plan: str
    cycle: str
    per: Per
    rate: Decimal
    catalog_version: int
    base: bool
    rank: int
    light_agents: int | None = None

    @property
    def key(self) -> PriceKey:
        """What the price is for."""
        return self.product, self.plan, self.cycle


@dataclass(frozen=True, slots=True)
class Temporary:
    """Seats that an item has more on the days of a span."""

    seats: int
    span: Span


@dataclass(frozen=True, slots=True)
class Item:
    """One product or add-on of an account. `quantity` is seats, units, or 1 where the account pays as a whole.

    `temporary` are those in force beside them.
    """

    product: str
    plan: str
    quantity: int
    temporary: tuple[Temporary, ...] = ()

    @property
    def temporary_seats(self) -> int:
        """The temporary seats in force."""
        return sum(one.seats for one in self.temporary)

    @property
    def total_quantity(self) -> int:
        """What there is altogether: the quantity, and the temporary seats in force."""
        return self.quantity + self.temporary_seats
