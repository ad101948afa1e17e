"""Giving products to people and taking them back, and writing down how many seats are bought and used."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from bursar.accounts import members as accounts
from bursar.accounts.deed import deed, permit
from bursar.accounts.queries import Customer, NotFound
from bursar.columns.ids import uuid7
from bursar.columns.statement import select
from bursar.core.events import SeatAssigned, SeatFreed, SeatsCounted
from bursar.core.policy import SYSTEM, Actor, Policy
from bursar.core.problem import phrase
from bursar.core.seat import SEATLESS, HasSeat, NoSeats, Use, check_giving, check_light, check_seats
from bursar.history.actions import record
from bursar.seats.models import Assignment, Capacity, Seen
from bursar.seats.queries import uses


def set_bought(turned: Mapping[UUID, tuple[Mapping[str, Use], Mapping[str, Use]]]) -> None:
    """Write down how many seats accounts have bought, and how many may work without one, where that has changed.

    Shape: by account, the seats of each product before, as they were read under its lock, and after.
    """
    Capacity.objects.bulk_create(
        [
            Capacity(
                id=uuid7(), account_id=account_id, product=product, bought=use.bought, light_agents=use.light_agents
            )
            for account_id, (before, after) in turned.items()
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
    with deed(account_id, actor, now) as customer:
        member = customer.member(member_id)
        permit(policy, customer, actor, "manage_members", now)
        check_giving(product, uses(account_id).get(product))
        _, created = Assignment.objects.get_or_create(
            account_id=account_id,
            product=product,
            member_id=member_id,
            ended_at=None,
            defaults={"since": customer.moment(now)},
        )
        if not created:
            raise HasSeat(name=member.name, product=product)
        _check(customer, [product], light=member.role == SEATLESS)
        event = SeatAssigned(product=product, member=member_id)
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)


def free(policy: Policy, account_id: UUID, product: str, member_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take a product from a member; the seat stays bought and is free for somebody else. Errors: NotFound, Refused."""
    with deed(account_id, actor, now) as customer:
        customer.member(member_id)
        permit(policy, customer, actor, "manage_members", now)
        if not _end(customer, [member_id], actor, now, product=product):
            raise NotFound(what=phrase("seat"))


def count(account_id: UUID, product: str, used: int | None, *, actor: Actor, now: datetime) -> None:
    """Say how many seats of a product are used, for a vendor whose own product gives them to people.

    None lets the people count again who were given it here. Errors: NotFound, NoSeats.
    """
    with deed(account_id, actor, now) as customer:
        found = Capacity.objects.filter(account_id=account_id, product=product).first()
        if found is None:
            raise NoSeats(product=product)
        Capacity.objects.filter(pk=found.pk).update(counted=used is not None, used=used or 0)
        if used is None:
            _count_again(customer, [product])
        event = SeatsCounted(product=product, before=found.used, after=used)
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)


def see(account_id: UUID, member_id: UUID, on: date) -> None:
    """Write down that the vendor's product asked for a member on a day."""
    Seen.objects.bulk_create(
        [Seen(id=uuid7(), account_id=account_id, member_id=member_id, on=on)],
        update_conflicts=True,
        unique_fields=["account", "member"],
        update_fields=["on"],
    )


def change_member(
    policy: Policy, account_id: UUID, member_id: UUID, *, actor: Actor, now: datetime, **fields: Any
) -> None:
    """Give a member another role or name.

    Errors: OutOfSeats, OutOfLightAgents, and those of accounts.
    """
    with deed(account_id, actor, now) as customer:
        before = customer.member(member_id).role
        accounts.change_member(policy, account_id, member_id, actor=actor, now=now, **fields)
        own = Assignment.objects.filter(account_id=account_id, member_id=member_id, ended_at=None)
        light = before != SEATLESS and fields.get("role") == SEATLESS
        _check(customer, list(own.values_list("product", flat=True)), light=light)


def remove_member(policy: Policy, account_id: UUID, member_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take a member out of the account, and out of every product. Errors: those of accounts."""
    with deed(account_id, actor, now) as customer:
        accounts.remove_member(policy, account_id, member_id, actor=actor, now=now)
        _end(customer, [member_id], actor, now)


def release(customer: Customer, product: str, members: Collection[UUID], *, now: datetime) -> None:
    """Take a product from people who were named when its seats became fewer, inside a deed."""
    _end(customer, members, SYSTEM, now, product=product)


def _end(
    customer: Customer, members: Collection[UUID], actor: Actor, now: datetime, *, product: str | None = None
) -> bool:
    """End what these members have, of one product or of all; whether they had anything."""
    live = Assignment.objects.filter(account_id=customer.id, member_id__in=members, ended_at=None)
    if product is not None:
        live = live.filter(product=product)
    ending = list(live.values_list("product", "member_id"))
    live.update(ended_at=customer.moment(now))
    _count_again(customer, sorted({one for one, _ in ending}))
    events = [SeatFreed(product=one, member=member_id) for one, member_id in ending]
    record(account_id=customer.id, events=events, actor=actor, on=customer.today(now), now=now)
    return bool(ending)


def _check(customer: Customer, products: list[str], *, light: bool) -> None:
    """Whether there is room for one more person in each product: without a seat for a light agent, else with one."""
    counted = _count_again(customer, products)
    if light:
        allowed = uses(customer.id)
        for product, *_ in counted:
            check_light(product, allowed[product].light_agents, allowed[product].light)
    for product, bought, before, after in counted:
        check_seats(product, bought, before, after)


def _count_again(customer: Customer, products: list[str]) -> list[tuple[str, int, int, int]]:
    """Write down how many seats are used, inside a deed: product, seats bought, and seats used before and now."""
    return select(_COUNT, account=customer.id, products=products, seatless=SEATLESS)


_COUNT: Final = """
WITH now AS (
    SELECT c.id, c.used AS before, (
        SELECT count(*) FROM seats_assignment h
        JOIN accounts_member m ON m.account_id = h.account_id AND m.id = h.member_id AND m.role <> %(seatless)s
        WHERE h.account_id = c.account_id AND h.product = c.product AND h.ended_at IS NULL
    ) AS after
    FROM seats_capacity c WHERE c.account_id = %(account)s AND c.product = ANY(%(products)s) AND NOT c.counted
)
UPDATE seats_capacity c SET used = now.after FROM now WHERE c.id = now.id
RETURNING c.product, c.bought, now.before, now.after
"""
