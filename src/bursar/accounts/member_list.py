"""Lists of an account's members, which the database searches, puts in order and cuts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from bursar.columns.search import folded, matches
from bursar.columns.statement import select
from bursar.core.policy.capability import ROLES
from bursar.core.policy.member import MemberState

Order = Literal["age", "role", "name", "sign_in"]
"""The owner first and then by age; in the order of the roles asked for; by name; or by the last sign-in."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in a list; `invited_at` is set until they accept."""

    id: UUID
    name: str
    email: str
    role: str
    state: MemberState
    invited_at: datetime | None
    last_sign_in_at: datetime | None


def members(
    account_id: UUID,
    *,
    limit: int,
    after: UUID | None = None,
    offset: int = 0,
    q: str = "",
    roles: Collection[str] = ROLES,
    state: str = "",
    order: Order = "age",
) -> list[MemberRow]:
    """Return members of an account who have one of the roles; an empty filter lets all through.

    `q` is a part of the name and email, in any case, with or without accents. By age the list goes on after a member.
    """
    rows = select(
        f"{_MEMBERS} ORDER BY {_ORDERS[order]} LIMIT %(limit)s OFFSET %(offset)s",
        account=account_id,
        member=None,
        after=after,
        q=q,
        roles=list(roles),
        state=state,
        limit=limit,
        offset=offset,
    )
    return [MemberRow(*row) for row in rows]


def member_row(account_id: UUID, member_id: UUID) -> MemberRow | None:
    """Return a member as the list shows them; None if they are not in the account."""
    rows = select(_MEMBERS, account=account_id, member=member_id, after=None, q="", roles=list(ROLES), state="")
    return MemberRow(*rows[0]) if rows else None


_BY_NAME: Final = f"""{folded("m.name")} COLLATE "C", m.name COLLATE "C", m.id"""
# An invited person may use Bursar elsewhere, and must not be seen there by an account that they have not joined.
_LAST_SIGN_IN: Final = "CASE WHEN m.state <> 'invited' THEN p.last_login END"
_ORDERS: Final[dict[Order, str]] = {
    "age": "m.role <> 'owner', m.id",
    "role": f"array_position(%(roles)s::text[], m.role), {_BY_NAME}",
    "name": _BY_NAME,
    "sign_in": f"{_LAST_SIGN_IN} DESC NULLS LAST, {_BY_NAME}",
}
_MEMBERS: Final = f"""
SELECT m.id, m.name, p.email, m.role, m.state, CASE WHEN m.state = 'invited' THEN m.invited_at END, {_LAST_SIGN_IN}
FROM accounts_member m JOIN accounts_person p ON p.id = m.person_id
WHERE m.account_id = %(account)s AND m.removed_at IS NULL
    AND (%(member)s::uuid IS NULL OR m.id = %(member)s)
    AND m.role = ANY(%(roles)s::text[])
    AND (%(state)s::text = '' OR m.state = %(state)s)
    AND {matches("m.name || ' ' || p.email")}
    AND (%(after)s::uuid IS NULL OR (m.role <> 'owner', m.id) > (
        SELECT a.role <> 'owner', a.id FROM accounts_member a WHERE a.account_id = m.account_id AND a.id = %(after)s
    ))
"""
