"""Open requests that the worker must expire, check again, or remind of."""

from datetime import datetime
from typing import Final
from uuid import UUID

from bursar.accounts.relations import ACCOUNTS
from bursar.catalog.queries import PUBLISHED as CATALOGS
from bursar.columns.statement import select, select_one
from bursar.policy.queries import PUBLISHED as POLICIES

_EXPIRED: Final = f"""
FROM subscriptions_request r JOIN {ACCOUNTS} a ON a.id = r.account_id AND NOT a.sandbox
WHERE r.state = 'open' AND r.expires_at <= %(now)s
"""
_LOOK: Final = f"""
FROM subscriptions_request r JOIN {ACCOUNTS} a ON a.id = r.account_id AND NOT a.sandbox
WHERE r.state = 'open' AND r.expires_at > %(now)s AND (r.looked_at IS NULL OR r.looked_at < greatest(
    %(now)s - make_interval(days => %(days)s),
    (SELECT max(published_at) FROM {CATALOGS} c), (SELECT max(published_at) FROM {POLICIES} p)
))
"""
_LOOK_SINCE: Final = f"""
min(coalesce(least(r.looked_at + make_interval(days => %(days)s), (
    SELECT max(published_at) FILTER (WHERE published_at > r.looked_at)
    FROM ({CATALOGS} UNION ALL {POLICIES}) rules
)), r.created_at))
"""
_REMIND: Final = f"""
FROM subscriptions_request r JOIN {ACCOUNTS} a ON a.id = r.account_id
WHERE r.state = 'open' AND %(days)s > 0 AND r.expires_at > %(now)s
    AND r.expires_at - make_interval(days => %(days)s) <= %(now)s
    AND r.expires_at - make_interval(days => %(days)s) > r.created_at
    AND r.reminded_at IS NULL
"""


def expired_requests(now: datetime, limit: int) -> list[UUID]:
    """Return accounts on the real clock whose open request has expired."""
    statement = f"SELECT r.account_id {_EXPIRED} ORDER BY r.expires_at LIMIT %(limit)s"
    return [account for (account,) in select(statement, now=now, limit=limit)]


def expirations(now: datetime) -> tuple[int, datetime | None]:
    """Count open requests that have expired on the real clock; return the moment of the first of them too."""
    return select_one(f"SELECT count(*), min(r.expires_at) {_EXPIRED}", now=now) or (0, None)


def requests_to_look_at(now: datetime, days: int, limit: int) -> list[UUID]:
    """Return accounts on the real clock whose open request was not checked for so many days.

    A request that was last checked before the current catalog or policy was published is due too.
    """
    statement = f"SELECT r.account_id {_LOOK} ORDER BY r.id LIMIT %(limit)s"
    return [account for (account,) in select(statement, now=now, days=days, limit=limit)]


def unreviewed_requests(now: datetime, days: int, limit: int) -> list[UUID]:
    """Return accounts on the real clock whose open request is due for a reminder to its reviewers."""
    statement = f"SELECT r.account_id {_REMIND} AND NOT a.sandbox ORDER BY r.expires_at LIMIT %(limit)s"
    return [account for (account,) in select(statement, now=now, days=days, limit=limit)]


def reminders(now: datetime, days: int) -> tuple[int, datetime | None]:
    """Count reminders of open requests that are due on the real clock; return the moment of the first of them too."""
    due = "SELECT count(*), min(r.expires_at) - make_interval(days => %(days)s)"
    return select_one(f"{due} {_REMIND} AND NOT a.sandbox", now=now, days=days) or (0, None)


def looks(now: datetime, days: int) -> tuple[int, datetime | None]:
    """Count open requests that are due for a check on the real clock; return the moment of the first of them too."""
    return select_one(f"SELECT count(*), {_LOOK_SINCE} {_LOOK}", now=now, days=days) or (0, None)


def unreviewed(account_id: UUID, moment: datetime, days: int) -> UUID | None:
    """Return the account's request that is due for its reminder at a moment of its clock, if there is one."""
    row = select_one(f"SELECT r.id {_REMIND} AND r.account_id = %(account)s", account=account_id, now=moment, days=days)
    return row[0] if row else None
