"""The seats of a life that is played in memory: the holders of each product, and the number of used seats."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bursar.core.policy.policy import Member
from bursar.core.subscription.seats import (
    SEATLESS,
    HasSeat,
    SeatUse,
    check_assignable,
    check_light_agents,
    check_seats,
    light_agent_limits,
    seats_bought,
)
from bursar.core.subscription.subscription import Subscription
from bursar.scenario.player import Document, NotDone


@dataclass
class Seating:
    """The assignments of each product in the order they were given, and the counts of the vendor's product."""

    holders: dict[str, list[UUID]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    ever_bought: dict[str, int] = field(default_factory=dict)

    def bought(self, state: Subscription) -> Mapping[str, int]:
        """Return the seats of each product that the account has or had, zero for a product that it no longer has."""
        self.ever_bought = {**dict.fromkeys(self.ever_bought, 0), **seats_bought(state)}
        return self.ever_bought

    def uses(self, state: Subscription, members: Sequence[Member]) -> Mapping[str, SeatUse]:
        """Return the use of the seats of each product."""
        return {product: self._use(product, bought, members) for product, bought in self.bought(state).items()}

    def assign(self, product: str, member: Member, state: Subscription, members: Sequence[Member]) -> None:
        """Assign a product to a member. Errors: NoSeats, SeatsCounted, HasSeat, OutOfSeats, OutOfLightAgents."""
        bought = self.bought(state).get(product, 0)
        use = self._use(product, bought, members)
        check_assignable(product, use)
        holders = self.holders.setdefault(product, [])
        if member.id in holders:
            raise HasSeat(name=member.name, product=product)
        if member.role != SEATLESS:
            check_seats(product, bought, use.used, use.used + 1)
        else:
            self._check_light(product, state, members)
        holders.append(member.id)

    def free(self, product: str, member: Member) -> None:
        """Take a product from a member. Errors: NotDone if they do not have it."""
        if member.id not in self.holders.get(product, []):
            raise NotDone({"code": "not_found"})
        self.holders[product].remove(member.id)

    def leave(self, leaving: Collection[UUID], product: str | None = None) -> None:
        """Take a product, or without one all products, from people who leave."""
        for code, holders in self.holders.items():
            if product in (None, code):
                holders[:] = [member_id for member_id in holders if member_id not in leaving]

    def check_role(self, member: Member, role: str, state: Subscription, members: Sequence[Member]) -> None:
        """Raise OutOfSeats or OutOfLightAgents if there is no room for the member in the new role."""
        # Products that the vendor's own product counts have no assignments here to be checked.
        if member.role != SEATLESS and role == SEATLESS:
            for product in [
                code for code, holders in self.holders.items() if member.id in holders and code not in self.counted
            ]:
                self._check_light(product, state, members)
        if member.role != SEATLESS or role == SEATLESS:
            return
        for product, bought in self.bought(state).items():
            if member.id in self.holders.get(product, []) and product not in self.counted:
                used = self._use(product, bought, members).used
                check_seats(product, bought, used, used + 1)

    def documents(self, state: Subscription, members: Sequence[Member]) -> list[Document]:
        """Return the seats of each product as the API shows them."""
        by_id = {member.id: member for member in members}
        return [
            {
                "product": code,
                "bought": use.bought,
                "used": use.used,
                "counted": code in self.counted,
                "people": [
                    {"email": by_id[member_id].email, "seat": by_id[member_id].role != SEATLESS}
                    for member_id in self.holders.get(code, [])
                ],
            }
            for code, use in sorted(self.uses(state, members).items())
            if use.bought or use.used
        ]

    def _check_light(self, product: str, state: Subscription, members: Sequence[Member]) -> None:
        light = {member.id for member in members if member.role == SEATLESS} & set(self.holders.get(product, []))
        check_light_agents(product, light_agent_limits(state).get(product), len(light) + 1)

    def _use(self, product: str, bought: int, members: Sequence[Member]) -> SeatUse:
        # What the vendor's product reports counts alone; who has a seat is then known to it and not here.
        if product in self.counted:
            return SeatUse(bought, self.counted[product])
        seated = {member.id for member in members if member.role != SEATLESS}
        holders = frozenset(member_id for member_id in self.holders.get(product, []) if member_id in seated)
        return SeatUse(bought, len(holders), holders)
