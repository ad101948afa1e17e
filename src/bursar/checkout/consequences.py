"""Consequences of a change to an account, written in the same transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from bursar.accounts.locked_account import locked_account
from bursar.accounts.queries import customer
from bursar.checkout.gather import GatheredAccount, context, edits_of, gather
from bursar.checkout.write import close_request, write
from bursar.core.events.request import RequestOvertaken
from bursar.core.events.subscription import SeatsShort
from bursar.core.ordering.approval import overtaken
from bursar.core.policy.policy import SYSTEM, Actor
from bursar.core.subscription.edit import Edit, SetSeats
from bursar.core.subscription.shortfall import Shortfall, shortfalls
from bursar.history.actions import record
from bursar.invoices import actions as invoices
from bursar.subscriptions import actions as subscriptions
from bursar.subscriptions.queries import RequestRow, agreement, open_request, quote


@contextmanager
def followed(account_id: UUID, *, actor: Actor, now: datetime) -> Iterator[None]:
    """Lock an account while the caller changes it or its people, then write the consequences. Errors: NotFound.

    What has fallen due is written first, so that the caller decides on the seats, items and state of today.
    """
    with locked_account(account_id, actor, now) as account:
        today = account.today(now)
        gathered = gather(account, today)
        documents = catch_up(gathered, now)
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


def catch_up(gathered: GatheredAccount, now: datetime) -> tuple[UUID, ...]:
    """Write what has fallen due for an account, under the lock; return the documents that still need numbers."""
    documents = write(gathered.overdue, {gathered.customer.id: gathered.customer}, now=now)
    if gathered.overdue:
        overtake(gathered, now)
    return documents


def follow(account_id: UUID, now: datetime) -> None:
    """Close the account's request, under the lock, if nobody can approve it any more."""
    if open_request(account_id) is not None:
        # The caller may hold the account as it was before its change.
        account = customer(account_id)
        overtake(gather(account, account.today(now)), now)


def overtake(gathered: GatheredAccount, now: datetime) -> bool:
    """Close the account's request, under the lock, if nobody can approve it any more; return true if it was closed.

    It stays open while a payment for it waits, because the payer decides.
    """
    account = gathered.customer
    request = open_request(account.id) if gathered.asked and gathered.payment_until is None else None
    if request is None or request.status.at(account.moment(now)) != "open":
        return False
    return overtake_request(gathered, request, edits_of(account, quote(account.id, request.quote_id)), now)


def overtake_request(gathered: GatheredAccount, request: RequestRow, edits: Sequence[Edit], now: datetime) -> bool:
    """Close an open request, under the lock, if nobody can approve its edits any more; return true if it was closed."""
    account = gathered.customer
    cause = overtaken(gathered.context, edits, request.member_id, account.today(now))
    if cause is None:
        subscriptions.looked_at_request(account.id, request.id, now=now)
        return False
    close_request(account, RequestOvertaken(request=request.id, cause=cause), actor=SYSTEM, now=now)
    return True


def look_at_request(account_id: UUID, *, now: datetime) -> None:
    """Check again, after a new catalog or policy, that somebody can approve the account's open request."""
    with locked_account(account_id, SYSTEM, now):
        follow(account_id, now)
