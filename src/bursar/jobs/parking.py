"""Park a step of the worker for an account that it fails for, and try it again later.

The others go on: a parked account takes nobody's place, and is tried again after pauses that grow to a day.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import extract_tb
from typing import Final
from uuid import UUID

from bursar.accounts.relations import ACCOUNTS
from bursar.columns.ids import uuid7
from bursar.columns.statement import execute, select
from bursar.core.messages.problem import Problem
from bursar.jobs.models import Parked

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ParkedStep:
    """A step that is parked for an account, with the account's name."""

    id: UUID
    account_id: UUID
    name: str
    step: str
    reason: str
    since: datetime
    failed_at: datetime
    tries: int
    due_at: datetime


def park(account_id: UUID, step: str, failure: Exception, *, now: datetime) -> None:
    """Write down that a step failed for an account; the pause until the next try is four times the one before."""
    execute(
        _PARK,
        id=uuid7(),
        account=account_id,
        step=step,
        reason=reason_of(failure),
        now=now,
        first=FIRST_PAUSE,
        longest=LONGEST_PAUSE,
    )


def waiting(step: str, now: datetime) -> frozenset[UUID]:
    """Return the accounts for which a step is parked and not due yet."""
    rows = Parked.objects.filter(step=step, due_at__gt=now)
    return frozenset(rows.values_list("account_id", flat=True))


def unpark(step: str, now: datetime) -> None:
    """Forget the tries that were due: the step has had its turn, and what failed again is parked for longer."""
    Parked.objects.filter(step=step, due_at__lte=now).delete()


def try_again(parked_id: UUID, *, now: datetime) -> bool:
    """Let a parked step be tried in the worker's next round; return false if it is parked no more."""
    return bool(Parked.objects.filter(pk=parked_id).update(due_at=now))


def try_all_again(step: str, *, now: datetime) -> None:
    """Let a step be tried again now for all accounts for which it is parked."""
    Parked.objects.filter(step=step).update(due_at=now)


def parked(limit: int, *, steps: Collection[str] | None = None) -> list[ParkedStep]:
    """Return the parked steps, those that failed first before the others."""
    rows = select(_PARKED, limit=limit, steps=None if steps is None else list(steps))
    return [ParkedStep(*row) for row in rows]


def parked_count() -> int:
    """Return how many steps are parked."""
    return Parked.objects.count()


def reason_of(failure: Exception) -> str:
    """Return what failed, by code or class, the database's rule that was broken, and the place in our code.

    The message of the failure may quote personal data, and is left out.
    """
    what = failure.code if isinstance(failure, Problem) else type(failure).__name__
    rule = getattr(getattr(failure.__cause__, "diag", None), "constraint_name", None)
    ours = [frame for frame in extract_tb(failure.__traceback__) if "/bursar/" in frame.filename]
    place = f" in {ours[-1].filename.rpartition('/bursar/')[2]}, line {ours[-1].lineno}" if ours else ""
    return f"{what}{f' ({rule})' if rule else ''}{place}"


_PARK: Final = """
INSERT INTO jobs_parked (id, account_id, step, reason, since, failed_at, tries, due_at)
VALUES (%(id)s, %(account)s, %(step)s, %(reason)s, %(now)s, %(now)s, 1, %(now)s + %(first)s)
ON CONFLICT (account_id, step) DO UPDATE SET reason = excluded.reason, failed_at = excluded.failed_at,
    tries = jobs_parked.tries + 1,
    due_at = excluded.failed_at + least(%(longest)s, %(first)s * 4 ^ least(jobs_parked.tries, 10))
"""
_PARKED: Final = f"""
SELECT p.id, p.account_id, a.name, p.step, p.reason, p.since, p.failed_at, p.tries, p.due_at
FROM jobs_parked p JOIN {ACCOUNTS} a ON a.id = p.account_id
WHERE %(steps)s::text[] IS NULL OR p.step = ANY(%(steps)s) ORDER BY p.since, p.id LIMIT %(limit)s
"""
