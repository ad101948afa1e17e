"""Seats: bought and used, and the checks before they are given to people or reduced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from bursar.core.messages.problem import Conflict, Invalid
from bursar.core.money.price import Per
from bursar.core.subscription.edit import ChangePlan, Edit, SetSeats
from bursar.core.subscription.subscription import Change, Subscription

SEATLESS: Final = "light_agent"
"""The role whose members take part in a product without a seat."""


class SeatsInUse(Invalid):
    """{used} people use {product}; to keep {seats} seats, name {more} more of them who give theirs up."""

    code = "seats_in_use"


class OutOfSeats(Conflict):
    """No seat of {product} is free (bought: {bought}); take one from somebody, or add seats to the subscription."""

    code = "out_of_seats"


class NoSeats(Conflict):
    """{product} has no seats on this account; take it in a plan by the seat before giving it to people."""

    code = "no_seats"


class SeatsCounted(Conflict):
    """The vendor's own product gives the seats of {product} to people and only says how many; give them there."""

    code = "seats_counted"


class HasSeat(Conflict):
    """{name} has {product} already."""

    code = "has_seat"


class OutOfLightAgents(Conflict):
    """The plan lets {most} light agents work in {product}; take it from one of them, or give this person a seat."""

    code = "out_of_light_agents"


@dataclass(frozen=True, slots=True)
class SeatUse:
    """The seats of a product. After a reduction more may be used than bought, since it takes no seat from anybody.

    `holders` are the members with a seat, of those whom changes and edits name; None where the vendor's product gives
    the seats. `light` is the number of light agents, and `light_agents` the highest number that the plan allows, if
    there is a limit. `freed` are the members who gave up a seat by a change that has fallen due and is not written yet.
    """

    bought: int
    used: int
    holders: frozenset[UUID] | None = None
    light_agents: int | None = None
    light: int = 0
    # Left out of comparisons: the seats are the same seats once this is written.
    freed: frozenset[UUID] = field(default=frozenset(), compare=False)

    @property
    def free(self) -> int:
        """The number of seats that can still be given to people."""
        return max(self.bought - self.used, 0)


def people_without_seat(use: SeatUse, edit: SetSeats | ChangePlan) -> int:
    """Return the number of people who use a product and would have no seat after an edit.

    An edit that adds seats takes none from anybody, even if more are used than bought. A new plan with seats begins anew.
    """
    if edit.seats is None or (isinstance(edit, SetSeats) and edit.seats >= use.bought):
        return 0
    return max(use.used - edit.seats, 0)


def check_release(use: SeatUse | None, edit: SetSeats | ChangePlan) -> None:
    """Raise SeatsInUse unless the edit leaves enough seats, or names enough people who give theirs up."""
    if use is None or edit.seats is None:
        return
    named = frozenset(edit.release)
    # Only a named person who has a seat can give one up. Where the vendor's product gives the seats, Bursar cannot know.
    more = people_without_seat(use, edit) - len(named if use.holders is None else named & use.holders)
    if more > 0:
        raise SeatsInUse(used=use.used, product=edit.product, seats=edit.seats, more=more)


def check_assignable(product: str, use: SeatUse | None) -> None:
    """Raise NoSeats or SeatsCounted if the product's seats are not given to people here."""
    if use is None or use.bought == 0:
        raise NoSeats(product=product)
    if use.holders is None:
        raise SeatsCounted(product=product)


def check_seats(product: str, bought: int, before: int, after: int) -> None:
    """Raise OutOfSeats if this adds people beyond the seats bought.

    A product that the account no longer has needs no seats.
    """
    # An account may use more than it bought after a reduction; whoever has a seat then keeps it, but nobody is added.
    if after > max(before, bought) and bought > 0:
        raise OutOfSeats(bought=bought, product=product)


# As long as a monthly period: shorter, and everybody on leave would have an idle seat.
IDLE: Final = timedelta(days=30)
"""The days without its person after which a seat is idle."""


def is_idle(last: date, day: date) -> bool:
    """Return true if a seat is idle on a day; `last` is when its person was last seen in it, or was given it."""
    return last < idle_before(day)


def idle_before(day: date) -> date:
    """Return the day before which a person was last seen whose seat is idle on a day."""
    return day - IDLE


def check_light_agents(product: str, light_agents: int | None, light: int) -> None:
    """Raise OutOfLightAgents if there are more light agents than the plan allows."""
    if light_agents is not None and light > light_agents:
        raise OutOfLightAgents(most=light_agents, product=product)


def light_agent_limits(state: Subscription) -> dict[str, int]:
    """Return the highest number of light agents by product, for the products whose plan has a limit."""
    agreed_prices = {item.product: state.agreed_price(item) for item in state.items.values()}
    return {
        product: agreed_price.light_agents
        for product, agreed_price in agreed_prices.items()
        if agreed_price.light_agents is not None
    }


def seats_bought(state: Subscription) -> dict[str, int]:
    """Return the number of seats by product, for the products that are sold by the seat."""
    return {
        item.product: item.total_quantity for item in state.items.values() if state.agreed_price(item).per is Per.SEAT
    }


@dataclass(frozen=True, slots=True)
class FreedSeats:
    """The members who give up their seat of a product with a reduction."""

    product: str
    members: frozenset[UUID]


def released_members(edits: Iterable[Edit]) -> frozenset[UUID]:
    """Return the members who give up a seat by some edits."""
    return frozenset(member for edit in edits if isinstance(edit, SetSeats | ChangePlan) for member in edit.release)


def freed_seats(changes: Iterable[Change]) -> tuple[FreedSeats, ...]:
    """Return the seats that people give up once these changes are in force."""
    edits = (change.edit for change in changes)
    return tuple(
        FreedSeats(edit.product, frozenset(edit.release))
        for edit in edits
        if isinstance(edit, SetSeats | ChangePlan) and edit.release
    )


def use_after(
    used: Mapping[str, SeatUse], state: Subscription, releases: Iterable[FreedSeats]
) -> Mapping[str, SeatUse]:
    """Return the seats by product in a state, once these people have given theirs up."""
    seats, light_agents, remaining_use = seats_bought(state), light_agent_limits(state), dict(used)
    # A product that was just bought has seats that nobody holds yet.
    for product in seats:
        remaining_use.setdefault(product, SeatUse(0, 0, frozenset()))
    for release in releases:
        use = remaining_use.get(release.product)
        if use is not None and use.holders is not None:
            freed = use.holders & release.members
            remaining_use[release.product] = replace(
                use, used=use.used - len(freed), holders=use.holders - freed, freed=use.freed | freed
            )
    return {
        product: replace(use, bought=seats.get(product, 0), light_agents=light_agents.get(product))
        for product, use in sorted(remaining_use.items())
    }
