"""The seats of a life that is played in memory: who has which product, and how many seats are used."""

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
from bursar.scenario.player import Answered, Document


@dataclass
class Seating:
    """The assignments of each product in the order they were given, and the counts of the vendor's product."""

    people: dict[str, list[UUID]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)

    def bought(self, state: Subscription) -> Mapping[str, int]:
        """The seats of each product that the account has or had; none of those that are gone."""
        self.known = {**dict.fromkeys(self.known, 0), **seats_bought(state)}
        return self.known

    def uses(self, state: Subscription, members: Sequence[Member]) -> Mapping[str, SeatUse]:
        """The seats of each product."""
        return {one: self._use(one, bought, members) for one, bought in self.bought(state).items()}

    def assign(self, product: str, member: Member, state: Subscription, members: Sequence[Member]) -> None:
        """Give a member a product. Errors: NoSeats, SeatsCounted, HasSeat, OutOfSeats, OutOfLightAgents."""
        bought = self.bought(state).get(product, 0)
        use = self._use(product, bought, members)
        check_assignable(product, use)
        having = self.people.setdefault(product, [])
        if member.id in having:
            raise HasSeat(name=member.name, product=product)
        if member.role != SEATLESS:
            check_seats(product, bought, use.used, use.used + 1)
        else:
            self._check_light(product, state, members)
        having.append(member.id)

    def free(self, product: str, member: Member) -> None:
        """Take a product from a member. Errors: Answered."""
        if member.id not in self.people.get(product, []):
            raise Answered({"code": "not_found"})
        self.people[product].remove(member.id)

    def leave(self, gone: Collection[UUID], product: str | None = None) -> None:
        """Take a product, or every one, from people who lose it."""
        for code, having in self.people.items():
            if product in (None, code):
                having[:] = [one for one in having if one not in gone]

    def check_role(self, member: Member, role: str, state: Subscription, members: Sequence[Member]) -> None:
        """Raise OutOfSeats or OutOfLightAgents if there is no room for the member in the new role."""
        if member.role != SEATLESS and role == SEATLESS:
            for product in [
                code for code, having in self.people.items() if member.id in having and code not in self.counted
            ]:
                self._check_light(product, state, members)
        if member.role != SEATLESS or role == SEATLESS:
            return
        for product, bought in self.bought(state).items():
            if member.id in self.people.get(product, []) and product not in self.counted:
                used = self._use(product, bought, members).used
                check_seats(product, bought, used, used + 1)

    def shown(self, state: Subscription, members: Sequence[Member]) -> list[Document]:
        """The seats of each product as the API shows them."""
        by_id = {member.id: member for member in members}
        return [
            {
                "product": code,
                "bought": use.bought,
                "used": use.used,
                "counted": code in self.counted,
                "people": [
                    {"email": by_id[one].email, "seat": by_id[one].role != SEATLESS}
                    for one in self.people.get(code, [])
                ],
            }
            for code, use in sorted(self.uses(state, members).items())
            if use.bought or use.used
        ]

    def _check_light(self, product: str, state: Subscription, members: Sequence[Member]) -> None:
        light = {member.id for member in members if member.role == SEATLESS} & set(self.people.get(product, []))
        check_light_agents(product, light_agent_limits(state).get(product), len(light) + 1)

    def _use(self, product: str, bought: int, members: Sequence[Member]) -> SeatUse:
        if product in self.counted:
            return SeatUse(bought, self.counted[product])
        seated = {member.id for member in members if member.role != SEATLESS}
        holders = frozenset(one for one in self.people.get(product, []) if one in seated)
        return SeatUse(bought, len(holders), holders)
