"""Read the seats that are bought and used, and the members who use them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final, TypeVar
from uuid import UUID

from bursar.accounts.relations import MEMBERS
from bursar.columns.search import matches
from bursar.columns.statement import columns_of, for_each, select
from bursar.core.subscription.seats import SEATLESS, SeatUse, idle_before, is_idle


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A member's assignment; `seat` says whether it uses one, `seen_on` when the product last asked for the member."""

    id: UUID
    product: str
    member_id: UUID
    name: str
    email: str
    role: str
    state: str
    seat: bool
    since: datetime
    seen_on: date | None

    def idle(self, zone: tzinfo, day: date) -> bool:
        """Return true if the member uses a seat and was last seen, or else given it, more than a month ago."""
        return self.seat and is_idle(self.seen_on or self.since.astimezone(zone).date(), day)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member to whom a product could be assigned."""

    product: str
    member_id: UUID
    name: str
    role: str


P = TypeVar("P", AssignmentRow, Candidate)


def seat_uses(account_id: UUID) -> Mapping[str, SeatUse]:
    """Return the seats of each product that an account has or had, without the members who have them."""
    [(rows,)] = select(for_each(f"SELECT {SEAT_USES.format(named=_NOBODY)}"), accounts=[account_id], seatless=SEATLESS)
    return read_seat_uses(rows)


def read_seat_uses(rows: Iterable[Sequence[Any]]) -> Mapping[str, SeatUse]:
    """Return the seats of each product that the JSON of `SEAT_USES` states."""
    return {
        product: SeatUse(bought, used, None if holders is None else frozenset(map(UUID, holders)), light_agents, light)
        for product, bought, used, holders, light_agents, light in rows
    }


def used_seats(account_id: UUID) -> Mapping[str, int]:
    """Return how many seats of each product are used, without their members."""
    return dict(select(_COUNTS, account=account_id))


def assignments(account_id: UUID, member_ids: Collection[UUID]) -> list[AssignmentRow]:
    """Return the assignments of members, by product and age."""
    of_members = f"{_ASSIGNMENT} AND h.member_id = ANY(%(members)s::uuid[]) ORDER BY h.product, h.id"
    return _assignments(of_members, account_id, {}, members=list(member_ids))


def assignments_after(
    account_id: UUID, uses: Mapping[str, SeatUse], *, after: UUID | None = None, limit: int | None = None
) -> list[AssignmentRow]:
    """Return assignments by product and age, those after a given one; all of them without a limit."""
    return _assignments(_PAGE, account_id, uses, after=after, limit=limit)


def assignments_by_product(
    account_id: UUID, uses: Mapping[str, SeatUse], *, q: str, limit: int, offset: int
) -> Mapping[str, list[AssignmentRow]]:
    """Return the assignments of each product by age, so many of each; `q` is a part of the name and email."""
    parameters = {"products": list(uses), "q": q, "limit": limit, "offset": offset}
    return _by_product(uses, _assignments(_PAGE_OF_EACH, account_id, uses, **parameters))


def candidates_by_product(
    account_id: UUID, uses: Mapping[str, SeatUse], *, q: str, limit: int
) -> Mapping[str, list[Candidate]]:
    """Return members who do not have each product, the owner first and then by age, so many for each."""
    parameters = {"products": list(uses), "q": q, "limit": limit, "seatless": SEATLESS}
    rows = select(_CANDIDATES, account=account_id, **parameters, **_freed(uses))
    return _by_product(uses, [Candidate(*row) for row in rows])


def idle_seats(account_id: UUID, uses: Mapping[str, SeatUse], zone: str, day: date) -> Mapping[str, int]:
    """Return how many seats are idle, by product, of the products that report who uses them."""
    since = idle_before(day)
    return dict(select(_IDLE, account=account_id, seatless=SEATLESS, zone=zone, since=since, **_freed(uses)))


def longest_unseen(
    account_id: UUID, product: str, use: SeatUse, limit: int, chosen: Collection[UUID] = ()
) -> list[AssignmentRow]:
    """Return the members who use a seat of a product, the longest unseen first.

    A member who was never seen counts as seen on the day of the assignment. Chosen members are added beyond the limit.
    """
    uses = {product: use}
    longest = _assignments(_LONGEST_UNSEEN, account_id, uses, product=product, members=None, limit=limit)
    # Chosen members stay visible in a form that is shown again, however short the list is.
    missing = set(chosen) - {assigned.member_id for assigned in longest}
    if missing and len(longest) == limit:
        longest += _assignments(_LONGEST_UNSEEN, account_id, uses, product=product, members=list(missing), limit=None)
    return longest


def _assignments(
    statement: str, account_id: UUID, uses: Mapping[str, SeatUse], **parameters: Any
) -> list[AssignmentRow]:
    rows = select(statement, account=account_id, seatless=SEATLESS, **_freed(uses), **parameters)
    return [AssignmentRow(*row) for row in rows]


def _freed(uses: Mapping[str, SeatUse]) -> dict[str, list[Any]]:
    """Return who gave up a seat by a change that has fallen due, though their rows do not say so yet."""
    pairs = [(product, member_id) for product, use in uses.items() for member_id in use.freed]
    return columns_of(pairs, "freed_products", "freed_members")


def _by_product(products: Iterable[str], rows: Iterable[P]) -> Mapping[str, list[P]]:
    by_product: dict[str, list[P]] = {product: [] for product in products}
    for row in rows:
        by_product[row.product].append(row)
    return by_product


SEAT_USES: Final = f"""
coalesce((
    SELECT json_agg(json_build_array(c.product, c.bought, c.used, CASE WHEN c.counted THEN NULL ELSE ARRAY(
        SELECT h.member_id FROM ({{named}}) AS named (member_id)
        JOIN seats_assignment h ON h.account_id = c.account_id AND h.product = c.product
            AND h.member_id = named.member_id AND h.ended_at IS NULL
        JOIN {MEMBERS} m ON m.account_id = h.account_id AND m.id = h.member_id AND m.role <> %(seatless)s
    ) END, c.light_agents, (
        SELECT count(*) FROM seats_assignment h
        JOIN {MEMBERS} m ON m.account_id = h.account_id AND m.id = h.member_id AND m.role = %(seatless)s
        WHERE h.account_id = c.account_id AND h.product = c.product AND h.ended_at IS NULL
    )) ORDER BY c.product)
    FROM seats_capacity c WHERE c.account_id = here.account_id
), '[]')
"""
"""The seats of each product, with those of the members in `named`, a statement in itself, who have one."""
_NOBODY: Final = "SELECT NULL::uuid WHERE false"
_COUNTS: Final = "SELECT product, used FROM seats_capacity WHERE account_id = %(account)s"
_KEPT: Final = """
h.ended_at IS NULL AND (
    m.role = %(seatless)s OR NOT EXISTS (
        SELECT FROM unnest(%(freed_products)s::text[], %(freed_members)s::uuid[]) AS freed (product, member_id)
        WHERE freed.product = h.product AND freed.member_id = h.member_id
    )
)
"""
"""The assignment `h` of the member `m` is in force. A reduction that is due frees seats before their rows say so."""
_OF_MEMBERS: Final = f"""
FROM seats_assignment h
JOIN {MEMBERS} m ON m.account_id = h.account_id AND m.id = h.member_id
LEFT JOIN seats_seen s ON s.account_id = h.account_id AND s.member_id = h.member_id
WHERE h.account_id = %(account)s AND {_KEPT}
"""
_ASSIGNMENT: Final = f"""
SELECT h.id, h.product, h.member_id, m.name, m.email, m.role, m.state, m.role <> %(seatless)s, h.since, s."on"
{_OF_MEMBERS}
"""
_PAGE: Final = f"""{_ASSIGNMENT} AND (%(after)s::uuid IS NULL OR (h.product, h.id) > (
    SELECT a.product, a.id FROM seats_assignment a WHERE a.account_id = h.account_id AND a.id = %(after)s
)) ORDER BY h.product, h.id LIMIT %(limit)s
"""
_PAGE_OF_EACH: Final = f"""
SELECT held.* FROM unnest(%(products)s::text[]) AS of_product (code) CROSS JOIN LATERAL (
    {_ASSIGNMENT} AND h.product = of_product.code AND {matches("m.name || ' ' || m.email")}
    ORDER BY h.id LIMIT %(limit)s OFFSET %(offset)s
) AS held
"""
_CANDIDATES: Final = f"""
SELECT of_product.code, free.* FROM unnest(%(products)s::text[]) AS of_product (code) CROSS JOIN LATERAL (
    SELECT m.id, m.name, m.role FROM {MEMBERS} m
    WHERE m.account_id = %(account)s AND m.present AND {matches("m.name || ' ' || m.email")} AND NOT EXISTS (
        SELECT FROM seats_assignment h
        WHERE h.account_id = m.account_id AND h.product = of_product.code AND h.member_id = m.id AND {_KEPT}
    )
    ORDER BY m.role <> 'owner', m.id LIMIT %(limit)s
) AS free
"""
_IDLE: Final = f"""
SELECT h.product, count(*) FILTER (
    WHERE m.role <> %(seatless)s AND coalesce(s."on", (h.since AT TIME ZONE %(zone)s::text)::date) < %(since)s::date
)
{_OF_MEMBERS} GROUP BY h.product HAVING bool_or(s."on" IS NOT NULL)
"""
_LONGEST_UNSEEN: Final = f"""{_ASSIGNMENT} AND h.product = %(product)s AND m.role <> %(seatless)s
    AND (%(members)s::uuid[] IS NULL OR h.member_id = ANY(%(members)s))
ORDER BY coalesce(s."on", h.since::date), h.id LIMIT %(limit)s
"""
