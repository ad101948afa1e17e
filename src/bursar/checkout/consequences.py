"""Consequences of a change to an account, written in the same transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from bursar.accounts.locked_account import locked_account
from bursar.accounts.queries import Customer, customer
from bursar.checkout.gather import GatheredAccount, context, gather
from bursar.checkout.write import close_requests, write
from bursar.core.events.request import RequestOvertaken
from bursar.core.events.subscription import SeatsShort
from bursar.core.ordering.approval import overtaken
from bursar.core.policy.policy import SYSTEM, Actor
from bursar.core.subscription.edit import SetSeats
from bursar.core.subscription.shortfall import Shortfall, shortfalls
from bursar.history.actions import record
from bursar.invoices import actions as invoices
from bursar.subscriptions import actions as subscriptions
from bursar.subscriptions.queries import agreement, open_request, open_requests


@contextmanager
def followed(account_id: UUID, *, actor: Actor, now: datetime) -> Iterator[None]:
    """Lock an account while the caller changes it or its people, then write the consequences. Errors: NotFound.

    What has fallen due is written first, so that the caller decides on the seats, items and state of today.
    """
    with locked_account(account_id, actor, now) as account:
        today = account.today(now)
        gathered = gather(account, today)
        documents = catch_up([gathered], now)
        short_before = shortfalls(gathered.context.timeline, gathered.context.used, today)
        before = {(shortfall.change, shortfall.more) for shortfall in short_before}
        yield
        follow(account_id, now)
        for short in coming_shortfalls(account_id, today):
            if (short.change, short.more) not in before:
                _record_shortfall(short, account_id, today, actor, now)
        # Last, because a series is locked from its number until the transaction ends.
        invoices.number(*documents)


def coming_shortfalls(account_id: UUID, today: date) -> tuple[Shortfall, ...]:
    """Return the scheduled reductions that name too few people to give up their seats, after overdue transitions."""
    scheduled = agreement(account_id).timeline.pending(today)
    # Seats change hands often, and few accounts have a reduction ahead: most need not be gathered.
    if not any(isinstance(change.edit, SetSeats) for change in scheduled):
        return ()
    gathered = context(customer(account_id), today)
    return shortfalls(gathered.timeline, gathered.used, today)


def _record_shortfall(short: Shortfall, account_id: UUID, today: date, actor: Actor, now: datetime) -> None:
    """Record that more people will use a product than there are seats, so that people are told in time."""
    event = SeatsShort(product=short.product, change=short.change, from_on=short.on, seats=short.seats, more=short.more)
    record(account_id=account_id, events=[event], actor=actor, on=today, now=now)


def catch_up(gathered: Sequence[GatheredAccount], now: datetime) -> tuple[UUID, ...]:
    """Write what has fallen due for accounts, under their locks; return the documents that still need numbers."""
    behind = [account for account in gathered if account.overdue]
    steps = [step for account in behind for step in account.overdue]
    documents = write(steps, {account.customer.id: account.customer for account in behind}, now=now)
    overtake(behind, now)
    return documents


def follow(account_id: UUID, now: datetime) -> None:
    """Close the account's request, under the lock, if nobody can approve it any more."""
    if open_request(account_id) is not None:
        # The caller may hold the account as it was before its change.
        account = customer(account_id)
        overtake([gather(account, account.today(now))], now)


def overtake(gathered: Sequence[GatheredAccount], now: datetime) -> set[UUID]:
    """Close the requests that nobody can approve any more, under the locks; return the accounts where somebody can.

    A request stays open while a payment for it waits, because the payer decides.
    """
    asking = {account.customer.id: account for account in gathered if account.asked and account.payment_until is None}
    requests = open_requests(asking) if asking else {}
    closing, approvable = list[tuple[Customer, RequestOvertaken]](), set[UUID]()
    for account_id, request in requests.items():
        account = asking[account_id].customer
        if request.status.at(account.moment(now)) != "open":
            # Its time is over: it expires, whoever could approve it.
            continue
        cause = overtaken(asking[account_id].context, request.edits, request.requester, account.today(now))
        if cause is None:
            approvable.add(account_id)
        else:
            closing.append((account, RequestOvertaken(request=request.id, cause=cause)))
    subscriptions.looked_at_requests(approvable, now=now)
    close_requests(closing, actor=SYSTEM, now=now)
    return approvable


def look_at_request(account_id: UUID, *, now: datetime) -> None:
    """Check again, after a new catalog or policy, that somebody can approve the account's open request."""
    with locked_account(account_id, SYSTEM, now):
        follow(account_id, now)
