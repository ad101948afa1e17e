"""Read the seats that are bought and used, and the members who use them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from bursar.accounts.relations import MEMBERS
from bursar.columns.statement import for_each, select
from bursar.core.subscription.seats import SEATLESS, SeatUse, is_idle


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A member's assignment; `seat` says whether it uses one, `seen_on` when the product last asked for the member."""

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


def seat_uses(account_id: UUID) -> Mapping[str, SeatUse]:
    """Return the seats of each product that an account has or had."""
    [(rows,)] = select(for_each(f"SELECT {SEAT_USES}"), accounts=[account_id], seatless=SEATLESS)
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


def assignments(account_id: UUID, member_id: UUID | None = None) -> list[AssignmentRow]:
    """Return assignments by product and age, of all members or of the one named."""
    return [
        AssignmentRow(*row) for row in select(_ASSIGNMENTS, account=account_id, member=member_id, seatless=SEATLESS)
    ]


def keeping_seat(rows: Iterable[AssignmentRow], uses: Mapping[str, SeatUse]) -> list[AssignmentRow]:
    """Return the assignments whose members still have them in these seats.

    A reduction that has fallen due takes seats from the people whom it names, before their rows say so.
    """
    holders = {product: use.holders for product, use in uses.items() if use.holders is not None}
    return [row for row in rows if not row.seat or row.member_id in holders.get(row.product, (row.member_id,))]


def longest_unseen(account_id: UUID, product: str, limit: int, chosen: Collection[UUID] = ()) -> list[AssignmentRow]:
    """Return the members who use a seat of a product, the longest unseen first.

    A member who was never seen counts as seen on the day of the assignment. Chosen members are added beyond the limit.
    """
    parameters = {"account": account_id, "product": product, "seatless": SEATLESS, "member": None}
    longest = [AssignmentRow(*row) for row in select(f"{_LONGEST_UNSEEN} LIMIT %(limit)s", limit=limit, **parameters)]
    # Chosen members stay visible in a form that is shown again, however short the list is.
    missing = set(chosen) - {assigned.member_id for assigned in longest}
    if missing and len(longest) == limit:
        others = (AssignmentRow(*row) for row in select(_LONGEST_UNSEEN, **parameters))
        longest += [assigned for assigned in others if assigned.member_id in missing]
    return longest


SEAT_USES: Final = f"""
coalesce((
    SELECT json_agg(json_build_array(c.product, c.bought, c.used, CASE WHEN c.counted THEN NULL ELSE ARRAY(
        SELECT h.member_id FROM seats_assignment h
        JOIN {MEMBERS} m ON m.account_id = h.account_id AND m.id = h.member_id AND m.role <> %(seatless)s
        WHERE h.account_id = c.account_id AND h.product = c.product AND h.ended_at IS NULL
    ) END, c.light_agents, (
        SELECT count(*) FROM seats_assignment h
        JOIN {MEMBERS} m ON m.account_id = h.account_id AND m.id = h.member_id AND m.role = %(seatless)s
        WHERE h.account_id = c.account_id AND h.product = c.product AND h.ended_at IS NULL
    )) ORDER BY c.product)
    FROM seats_capacity c WHERE c.account_id = here.account_id
), '[]')
"""
_COUNTS: Final = "SELECT product, used FROM seats_capacity WHERE account_id = %(account)s"
_ASSIGNMENT: Final = f"""
SELECT h.product, h.member_id, m.name, m.email, m.role, m.state, m.role <> %(seatless)s, h.since, s."on"
FROM seats_assignment h
JOIN {MEMBERS} m ON m.account_id = h.account_id AND m.id = h.member_id
LEFT JOIN seats_seen s ON s.account_id = h.account_id AND s.member_id = h.member_id
WHERE h.account_id = %(account)s AND h.ended_at IS NULL
    AND (%(member)s::uuid IS NULL OR h.member_id = %(member)s)
"""
_ASSIGNMENTS: Final = f"{_ASSIGNMENT} ORDER BY h.product, h.id"
_LONGEST_UNSEEN: Final = f"""{_ASSIGNMENT} AND h.product = %(product)s AND m.role <> %(seatless)s
ORDER BY coalesce(s."on", h.since::date), h.id
"""
