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
    rows = select(
        _DIRECTORY,
        q=q.lower(),
        part=f"%{literal}%",
        start=f"{literal}%",
        account_type=account_type,
        state=state,
        sandbox_only=sandbox_only,
        after=after,
        limit=limit,
    )
    return [AccountRow(*row) for row in rows]


# Accounts are searched by any part of their name, members by the beginning of their address, which has an index.
# The page after an account is found by its name and id, so that accounts that are added meanwhile shift nothing.
_DIRECTORY: Final = """
SELECT a.id, a.name, a.account_type, s.state, a.sandbox, m.name, p.email, a.representative_name
FROM accounts_account a
JOIN accounts_accountstate s ON s.account_id = a.id
JOIN accounts_member m ON m.account_id = a.id AND m.role = 'owner' AND m.removed_at IS NULL
JOIN accounts_person p ON p.id = m.person_id
WHERE (
    %(q)s = '' OR lower(a.name) LIKE %(part)s OR a.id::text = %(q)s
    OR a.id IN (
        SELECT o.account_id FROM accounts_member o JOIN accounts_person y ON y.id = o.person_id
        WHERE o.removed_at IS NULL AND lower(y.email) LIKE %(start)s
    )
)
AND (%(account_type)s = '' OR a.account_type = %(account_type)s)
AND (%(state)s = '' OR s.state = %(state)s)
AND (a.sandbox OR NOT %(sandbox_only)s)
AND (
    %(after)s::uuid IS NULL
    OR (lower(a.name), a.id) > (SELECT lower(b.name), b.id FROM accounts_account b WHERE b.id = %(after)s::uuid)
)
ORDER BY lower(a.name), a.id LIMIT %(limit)s
"""
