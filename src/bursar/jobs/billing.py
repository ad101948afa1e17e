"""The bill run: everything that has fallen due, of all accounts on the real clock, in batches.

A batch is one transaction. The accounts that wait longest come first, and none is billed beyond the last day of its
batch, so that after months of sleep invoices are numbered in the order of their days. Any number of processes divide
the accounts: each passes over those that another holds.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from bursar.accounts.queries import read_customers
from bursar.catalog import queries as catalog
from bursar.checkout import Renewed, preview_renewals, renew_each
from bursar.invoices.queries import due_accounts
from bursar.jobs import parking
from bursar.jobs.batches import Pace, in_halves
from bursar.policy import queries as policy

Fail = Callable[[UUID, Exception], None]
"""Takes an account that could not be renewed, and why."""


def bill(until: datetime, *, now: datetime, fail: Fail) -> Iterator[list[Renewed]]:
    """Renew what has fallen due by a moment; yield each batch when it is committed.

    Parked accounts wait for their next try. Errors: NoCatalog, NoPolicy.
    """
    waiting = parking.waiting("renew", now)
    for batch, horizon, pace in _batches(until):
        accounts = [account_id for account_id in batch if account_id not in waiting]
        act = partial(renew_each, until=horizon, now=now)
        yield from in_halves(partial(pace.timed, act), accounts, fail)
    parking.unpark("renew", now)


def preview_bill(until: datetime, *, fail: Fail) -> Iterator[list[Renewed]]:
    """Return what `bill` would do until a moment, which may be years ahead, without writing anything."""

    def preview(accounts: Sequence[UUID]) -> list[Renewed]:
        return preview_renewals(list(read_customers(accounts).values()), until=until)

    for batch, _, pace in _batches(until):
        yield from in_halves(partial(pace.timed, preview), batch, fail)


def _batches(until: datetime) -> Iterator[tuple[list[UUID], datetime, Pace]]:
    """Yield accounts for which something is due, the longest waiting first, in batches that follow one another.

    An account that has more due later comes again, because its next day lies beyond the batch that it was in. What
    cannot be done now, such as an account whose payment is open, is passed over until the next run.
    """
    pace, last = Pace(), None
    while batch := due_accounts(until, pace.size, after=last):
        if last is None:
            # Without them no account can be renewed, and that is the fault of none.
            catalog.current(), policy.current()
        last = batch[-1]
        yield [due.account_id for due in batch], last.due_at, pace
