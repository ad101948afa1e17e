"""What follows at once from something done to an account, in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from bursar.accounts.deed import deed
from bursar.accounts.queries import customer
from bursar.checkout.apply import close
from bursar.checkout.gather import edits_of, situation
from bursar.core.approval import overtaken
from bursar.core.edit import SetSeats
from bursar.core.events import RequestOvertaken, SeatsShort
from bursar.core.policy import SYSTEM, Actor
from bursar.core.shortfall import Shortfall, shortfalls
from bursar.history.actions import record
from bursar.payments.queries import agenda
from bursar.seats.queries import uses
from bursar.subscriptions import actions as subscriptions
from bursar.subscriptions.queries import agreement, open_request, quote


@contextmanager
def followed(account_id: UUID, *, actor: Actor, now: datetime) -> Iterator[None]:
    """Let an account or its people be changed, and then do what follows from it. Errors: NotFound."""
    with deed(account_id, actor, now) as account:
        today = account.today(now)
        before = {(one.change, one.more) for one in coming_shortfalls(account_id, today)}
        yield
        follow(account_id, now)
        for short in coming_shortfalls(account_id, today):
            if (short.change, short.more) not in before:
                _tell_of(short, account_id, today, actor, now)


def coming_shortfalls(account_id: UUID, today: date) -> tuple[Shortfall, ...]:
    """Return the scheduled reductions by which too few people give up their seat, as things stand."""
    timeline = agreement(account_id).timeline
    if not any(isinstance(change.edit, SetSeats) for change in timeline.pending(today)):
        return ()
    return shortfalls(timeline, uses(account_id), today)


def _tell_of(short: Shortfall, account_id: UUID, today: date, actor: Actor, now: datetime) -> None:
    """Write down that more people will use a product than there are seats, so that people are told in time."""
    event = SeatsShort(product=short.product, change=short.change, from_on=short.on, seats=short.seats, more=short.more)
    record(account_id=account_id, events=[event], actor=actor, on=today, now=now)


def follow(account_id: UUID, now: datetime) -> None:
    """Close the account's request, inside a deed, if nobody could approve it any more.

    While a payment for it waits it stays open: the payer decides.
    """
    found = open_request(account_id)
    if found is None:
        return
    # Whoever calls may know the account as it was before.
    account = customer(account_id)
    if found.standing.at(account.moment(now)) != "open" or agenda(account_id).payment_until is not None:
        return
    edits = edits_of(account, quote(account.id, found.quote_id))
    cause = overtaken(situation(account), edits, found.member_id, account.today(now))
    if cause is None:
        subscriptions.looked_at_request(account.id, found.id, now=now)
    else:
        close(account, RequestOvertaken(request=found.id, cause=cause), actor=SYSTEM, now=now)


def look_at_request(account_id: UUID, *, now: datetime) -> None:
    """Look again whether anybody could still approve the account's open request: the rules may be others now."""
    with deed(account_id, SYSTEM, now):
        follow(account_id, now)
