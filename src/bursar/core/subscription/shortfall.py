"""Shortfalls: scheduled reductions that leave fewer seats than people, so that more people must be named in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from bursar.core.subscription.edit import SetSeats
from bursar.core.subscription.seats import SeatUse
from bursar.core.subscription.timeline import Phase, Timeline


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A shortfall of a product: `seats` from a day on, for which `more` people must still be named to give theirs up.

    `change` is the scheduled reduction, and `named` are the people named in it who still use a seat.
    """

    product: str
    on: date
    seats: int
    more: int
    change: UUID
    named: tuple[UUID, ...] = ()


def write_shortfall(short: Shortfall | None) -> dict[str, Any] | None:
    """Return a shortfall of seats as JSON; None stays None."""
    if short is None:
        return None
    return {"on": short.on.isoformat(), "seats": short.seats, "more": short.more, "change": str(short.change)}


def shortfalls(timeline: Timeline, used: Mapping[str, SeatUse], today: date) -> tuple[Shortfall, ...]:
    """Return the first scheduled reduction of each product for which too few people are named.

    Enough were named when it was ordered; since then another person was given a seat, or a named person left.
    """
    scheduled_phases = timeline.after(today)
    return tuple(filter(None, (_shortfall(product, use, scheduled_phases) for product, use in used.items())))


def _shortfall(product: str, use: SeatUse, scheduled_phases: Sequence[Phase]) -> Shortfall | None:
    # A dict keeps the order in which people were named, which a set does not.
    named: dict[UUID, None] = {}
    for phase in scheduled_phases:
        for change in phase.changes:
            if not isinstance(change.edit, SetSeats) or change.edit.product != product:
                continue
            named |= dict.fromkeys(change.edit.release)
            item = phase.state.items.get(product)
            # Where the vendor's product gives the seats, who holds one is not known here: everybody named counts.
            releasing = tuple(member for member in named if use.holders is None or member in use.holders)
            seats = item.total_quantity if item else 0
            more = use.used - len(releasing) - seats
            # A product that ends altogether takes all seats with it, so nobody needs to be named.
            if 0 < seats < use.bought and more > 0:
                return Shortfall(product, phase.on, seats, more, change.id, releasing)
    return None
