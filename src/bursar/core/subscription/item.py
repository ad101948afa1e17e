"""Items of a subscription, their temporary seats, and the prices agreed for them."""

from dataclasses import dataclass
from decimal import Decimal

from bursar.core.calendar.period import Span
from bursar.core.money.price import Per

PriceKey = tuple[str, str, str]
"""A product, one of its plans, and a cycle: the key of an agreed price."""


@dataclass(frozen=True, slots=True)
class AgreedPrice:
    """A price agreed with an account, with the rank and the limits of its plan in the catalog version that sold it.

    `rate` is for one seat, unit or account and one whole billing period; `light_agents` is the highest number of light
    agents, if there is a limit.
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
        """The product, plan and cycle that the price is for."""
        return self.product, self.plan, self.cycle


@dataclass(frozen=True, slots=True)
class Temporary:
    """Temporary seats: additional seats of an item on the days of a span."""

    seats: int
    span: Span


@dataclass(frozen=True, slots=True)
class Item:
    """A product or add-on of an account. `quantity` is seats, units, or 1 where the account pays as a whole.

    `temporary` are the temporary seats in force, which come on top of it.
    """

    product: str
    plan: str
    quantity: int
    temporary: tuple[Temporary, ...] = ()

    @property
    def temporary_seats(self) -> int:
        """The number of temporary seats in force."""
        return sum(temporary.seats for temporary in self.temporary)

    @property
    def total_quantity(self) -> int:
        """The quantity together with the temporary seats in force."""
        return self.quantity + self.temporary_seats
