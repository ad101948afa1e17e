"""Scheduled reductions that would leave more people in a product than seats: who gives theirs up must be named in time."""

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
    """From a day on a product has so many seats, and `more` people than named so far must give theirs up.

    `change` is the scheduled reduction, and `named` are those of its people who still use a seat.
    """

    product: str
    on: date
    seats: int
    more: int
    change: UUID
    named: tuple[UUID, ...] = ()


def write_shortfall(short: Shortfall | None) -> dict[str, Any] | None:
    """Write a shortfall of seats as programs read it."""
    if short is None:
        return None
    return {"on": short.on.isoformat(), "seats": short.seats, "more": short.more, "change": str(short.change)}


def shortfalls(timeline: Timeline, used: Mapping[str, SeatUse], today: date) -> tuple[Shortfall, ...]:
    """Return the first scheduled reduction of each product by which too few people give up their seat.

    They were enough when it was ordered: somebody else was given a seat since, perhaps that of somebody named who left.
    """
    coming = timeline.after(today)
    found = (_shortfall(product, use, coming) for product, use in used.items())
    return tuple(one for one in found if one is not None)


def _shortfall(product: str, use: SeatUse, coming: Sequence[Phase]) -> Shortfall | None:
    named: dict[UUID, None] = {}
    for phase in coming:
        for change in phase.changes:
            if not isinstance(change.edit, SetSeats) or change.edit.product != product:
                continue
            named |= dict.fromkeys(change.edit.release)
            item = phase.state.items.get(product)
            giving = tuple(member for member in named if use.holders is None or member in use.holders)
            seats = item.total_quantity if item else 0
            more = use.used - len(giving) - seats
            if 0 < seats < use.bought and more > 0:
                return Shortfall(product, phase.on, seats, more, change.id, giving)
    return None
