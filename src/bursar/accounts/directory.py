"""The directory of accounts, for the vendor's staff."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from bursar.columns.statement import like_literal, select


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in the directory, with its owner."""

    id: UUID
    name: str
    account_type: str
    state: str
    sandbox: bool
    owner_name: str
    owner_email: str
    representative_name: str


def directory(
    *, q: str, account_type: str, state: str, sandbox_only: bool, after: UUID | None, limit: int
) -> list[AccountRow]:
    """Return accounts by name, those after a given one. An empty filter lets all accounts through.

    `q` is a part of the account's name, its id, or the beginning of a member's address.
    """
    literal = like_literal(q.lower())
    matches = _SEARCHES if q else _EVERY
    rows = select(
        _DIRECTORY.format(matching=" UNION ".join(f"({_PAGE.format(match=match)})" for match in matches)),
        id=_id(q),
        part=f"%{literal}%",
        start=f"{literal}%",
        account_type=account_type,
        state=state,
        sandbox_only=sandbox_only,
        after=after,
        limit=limit,
    )
    return [AccountRow(*row) for row in rows]


def _id(q: str) -> UUID | None:
    """Return the id that somebody typed, if it is one."""
    try:
        return UUID(q)
    except ValueError:
        return None


_EVERY: Final = ("true",)
_SEARCHES: Final = (
    "lower(a.name) LIKE %(part)s",
    "a.id = %(id)s::uuid",
    # Addresses are stored in small letters.
    """a.id IN (
        SELECT o.account_id FROM accounts_member o JOIN accounts_person y ON y.id = o.person_id
        WHERE o.removed_at IS NULL AND y.email LIKE %(start)s
    )""",
)
"""The ways in which an account is searched, each with its index; joined by OR, they would have none."""

# The page after an account is found by its name and id, so that accounts that are added meanwhile shift nothing.
_PAGE: Final = """
SELECT a.id FROM accounts_account a JOIN accounts_accountstate s ON s.account_id = a.id
WHERE {match}
AND (%(account_type)s = '' OR a.account_type = %(account_type)s)
AND (%(state)s = '' OR s.state = %(state)s)
AND (a.sandbox OR NOT %(sandbox_only)s)
AND (
    %(after)s::uuid IS NULL
    OR (lower(a.name), a.id) > (SELECT lower(b.name), b.id FROM accounts_account b WHERE b.id = %(after)s::uuid)
)
ORDER BY lower(a.name), a.id LIMIT %(limit)s
"""
"""The first accounts of one search; the first of all searches are among them."""
_DIRECTORY: Final = """
SELECT a.id, a.name, a.account_type, s.state, a.sandbox, m.name, p.email, a.representative_name
FROM ({matching}) AS found JOIN accounts_account a ON a.id = found.id
JOIN accounts_accountstate s ON s.account_id = a.id
JOIN accounts_member m ON m.account_id = a.id AND m.role = 'owner' AND m.removed_at IS NULL
JOIN accounts_person p ON p.id = m.person_id
ORDER BY lower(a.name), a.id LIMIT %(limit)s
"""
