"""Assign products to members and free their seats, and write how many seats are bought and used."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from bursar.accounts import members as accounts
from bursar.accounts.locked_account import locked_account, permit
from bursar.accounts.queries import Customer
from bursar.accounts.relations import MEMBERS
from bursar.columns.ids import uuid7
from bursar.columns.statement import columns_of, select
from bursar.core.events import Event
from bursar.core.events.people import SeatAssigned, SeatFreed, SeatsCounted
from bursar.core.messages.problem import NotFound, phrase
from bursar.core.policy.policy import SYSTEM, Actor, Policy
from bursar.core.subscription.seats import (
    SEATLESS,
    HasSeat,
    NoSeats,
    SeatUse,
    check_assignable,
    check_light_agents,
    check_seats,
)
from bursar.history.actions import AccountEvent, record, record_each
from bursar.seats.models import Assignment, Capacity, Seen
from bursar.seats.queries import seat_uses


def set_bought(uses: Mapping[UUID, tuple[Mapping[str, SeatUse], Mapping[str, SeatUse]]]) -> None:
    """Write how many seats accounts have bought, and how many light agents they may have, where that has changed.

    Shape: by account, the seats of each product before, as they were read under its lock, and after.
    """
    # Rows that do not change are not written: an edit changes one product, and an account may have many.
    Capacity.objects.bulk_create(
        [
            Capacity(
                id=uuid7(), account_id=account_id, product=product, bought=use.bought, light_agents=use.light_agents
            )
            for account_id, (before, after) in uses.items()
            for product, use in after.items()
            if product not in before
            or (before[product].bought, before[product].light_agents) != (use.bought, use.light_agents)
        ],
        update_conflicts=True,
        unique_fields=["account", "product"],
        update_fields=["bought", "light_agents"],
    )


def assign(policy: Policy, account_id: UUID, product: str, member_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Give a member a product, with a seat unless they are a light agent.

    Errors: NotFound, Refused, SeatsCounted, NoSeats, HasSeat, OutOfSeats, OutOfLightAgents.
    """
    with locked_account(account_id, actor, now, members=[member_id]) as customer:
        member = customer.member(member_id)
        permit(policy, customer, actor, "manage_members", now)
        check_assignable(product, seat_uses(account_id).get(product))
        # Written first and counted after, so that the count is that of the rows and never one of our own.
        _, created = Assignment.objects.get_or_create(
            account_id=account_id,
            product=product,
            member_id=member_id,
            ended_at=None,
            defaults={"since": customer.moment(now)},
        )
        if not created:
            raise HasSeat(name=member.name, product=product)
        _check_room(customer, [product], light=member.role == SEATLESS)
        event = SeatAssigned(product=product, member=member_id)
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)


def free(policy: Policy, account_id: UUID, product: str, member_id: UUID, *, actor: Actor, now: datetime) -> None:
    """End a member's assignment; the seat stays bought and is free for another member. Errors: NotFound, Refused."""
    with locked_account(account_id, actor, now, members=[member_id]) as customer:
        customer.member(member_id)
        permit(policy, customer, actor, "manage_members", now)
        freed = _end_assignments([(customer, product, [member_id])], actor, now)
        if not freed:
            raise NotFound(what=phrase("seat"))
        record_each(freed, now=now)


def set_used(account_id: UUID, product: str, used: int | None, *, actor: Actor, now: datetime) -> None:
    """Write how many seats of a product are used, as the vendor's own product counts them.

    With None, Bursar counts its own assignments again. Errors: NotFound, NoSeats.
    """
    with locked_account(account_id, actor, now) as customer:
        capacity = Capacity.objects.filter(account_id=account_id, product=product).first()
        if capacity is None:
            raise NoSeats(product=product)
        Capacity.objects.filter(pk=capacity.pk).update(counted=used is not None, used=used or 0)
        if used is None:
            _recount({(account_id, product)})
        event = SeatsCounted(product=product, before=capacity.used, after=used)
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)


def note_seen(account_id: UUID, member_id: UUID, on: date) -> None:
    """Note the last day on which the vendor's product asked for a member."""
    # Without the lock of the account: the product asks at every step, and no decision follows from the day.
    Seen.objects.bulk_create(
        [Seen(id=uuid7(), account_id=account_id, member_id=member_id, on=on)],
        update_conflicts=True,
        unique_fields=["account", "member"],
        update_fields=["on"],
    )


def change_member(
    policy: Policy, account_id: UUID, member_id: UUID, *, actor: Actor, now: datetime, **fields: Any
) -> None:
    """Change a member's role or name, and count the seats of their products again.

    Errors: OutOfSeats, OutOfLightAgents, and those of accounts.
    """
    with locked_account(account_id, actor, now, members=[member_id]) as customer:
        before = customer.member(member_id).role
        accounts.change_member(policy, account_id, member_id, actor=actor, now=now, **fields)
        # A light agent who becomes an agent needs a seat in each product that they have, and the other way round.
        own = Assignment.objects.filter(account_id=account_id, member_id=member_id, ended_at=None)
        becomes_light = before != SEATLESS and fields.get("role") == SEATLESS
        _check_room(customer, list(own.values_list("product", flat=True)), light=becomes_light)


def remove_member(policy: Policy, account_id: UUID, member_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Remove a member from the account and end their assignments. Errors: those of accounts."""
    with locked_account(account_id, actor, now) as customer:
        accounts.remove_member(policy, account_id, member_id, actor=actor, now=now)
        record_each(_end_assignments([(customer, None, [member_id])], actor, now), now=now)


def free_seats(
    reductions: Sequence[tuple[Customer, date, str, Collection[UUID]]], *, now: datetime
) -> list[AccountEvent]:
    """End the assignments of members whom a reduction names, under the locks of their accounts; return the events.

    Each event is of the day of its reduction, which may be long past if the worker is late.
    Shape: the account, the day, the product, and the members.
    """
    freed = _end_assignments(
        [(customer, product, members) for customer, _, product, members in reductions], SYSTEM, now
    )
    days: dict[tuple[UUID, Event], date] = {
        (customer.id, SeatFreed(product=product, member=member_id)): on
        # Reversed, so that the first of two reductions that name a member is the one that counts.
        for customer, on, product, members in reversed(reductions)
        for member_id in members
    }
    return [(account_id, days[account_id, event], actor, event) for account_id, _, actor, event in freed]


def _end_assignments(
    leaving: Sequence[tuple[Customer, str | None, Collection[UUID]]], actor: Actor, now: datetime
) -> list[AccountEvent]:
    """End assignments of members to a product, or to all products for None; return the events."""
    assignments = [
        (customer.id, product, member_id, customer.moment(now))
        for customer, product, members in leaving
        for member_id in members
    ]
    if not assignments:
        return []
    # Sorted, because RETURNING promises no order and a history keeps the one in which it was written.
    ended = sorted(select(_END, **columns_of(assignments, "accounts", "products", "members", "moments")))
    _recount({(account_id, product) for account_id, product, _ in ended})
    today = {customer.id: customer.today(now) for customer, *_ in leaving}
    return [
        (account_id, today[account_id], actor, SeatFreed(product=product, member=member_id))
        for account_id, product, member_id in ended
    ]


def _check_room(customer: Customer, products: list[str], *, light: bool) -> None:
    """Raise OutOfSeats, or OutOfLightAgents for a light agent, if a product has no room for one more person."""
    recounted = _recount({(customer.id, product) for product in products})
    if light:
        current = seat_uses(customer.id)
        for product, *_ in recounted:
            check_light_agents(product, current[product].light_agents, current[product].light)
    for product, bought, before, after in recounted:
        check_seats(product, bought, before, after)


def _recount(products: Collection[tuple[UUID, str]]) -> list[tuple[str, int, int, int]]:
    """Count and write how many seats of each account's product are used, under the locks of the accounts.

    Shape: product, seats bought, and seats used before and now.
    """
    if not products:
        return []
    return select(_COUNT, **columns_of(products, "accounts", "products"), seatless=SEATLESS)


_END: Final = """
UPDATE seats_assignment h SET ended_at = n.ended_at
FROM unnest(%(accounts)s::uuid[], %(products)s::text[], %(members)s::uuid[], %(moments)s::timestamptz[])
    AS n (account_id, product, member_id, ended_at)
WHERE h.account_id = n.account_id AND h.member_id = n.member_id AND h.product = coalesce(n.product, h.product)
    AND h.ended_at IS NULL
RETURNING h.account_id, h.product, h.member_id
"""
# Products whose seats the vendor counts keep the number that it reported.
_COUNT: Final = f"""
WITH now AS (
    SELECT c.id, c.used AS before, (
        SELECT count(*) FROM seats_assignment h
        JOIN {MEMBERS} m ON m.account_id = h.account_id AND m.id = h.member_id AND m.role <> %(seatless)s
        WHERE h.account_id = c.account_id AND h.product = c.product AND h.ended_at IS NULL
    ) AS after
    FROM unnest(%(accounts)s::uuid[], %(products)s::text[]) AS n (account_id, product)
    JOIN seats_capacity c ON c.account_id = n.account_id AND c.product = n.product AND NOT c.counted
)
UPDATE seats_capacity c SET used = now.after FROM now WHERE c.id = now.id
RETURNING c.product, c.bought, now.before, now.after
"""
