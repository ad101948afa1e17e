"""Doing what a quote says, inside a deed: changes, standing, seats, invoice, settlement, history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bursar.accounts.actions import instant, read_zone, set_standing
from bursar.accounts.queries import Customer
from bursar.core.charge import Line
from bursar.core.edit import ChangePlan, SetSeats
from bursar.core.events import ChangesTaken, RequestApproved, RequestEnded, RequestOvertaken, TakenChange
from bursar.core.policy import Actor
from bursar.core.price import Per
from bursar.core.quote import Quote
from bursar.core.renewal import next_due
from bursar.core.seat import limited
from bursar.core.situation import Situation
from bursar.core.subscription import NOTHING, Change, Subscription
from bursar.history.actions import record
from bursar.invoices import actions as invoices
from bursar.payments import actions as payments
from bursar.seats import actions as seats
from bursar.subscriptions import actions as subscriptions


@dataclass(frozen=True, slots=True)
class Done:
    """What taking a quote made."""

    take_id: UUID
    invoice_id: UUID | None


def apply(
    customer: Customer,
    situation: Situation,
    answer: Quote,
    *,
    quote_id: UUID,
    request_id: UUID | None,
    actor: Actor,
    on: date,
    now: datetime,
) -> Done:
    """Take the changes of a quote and issue its lines; the document still needs `invoices.number`.

    The request that the quote was made for, if it was made for one, is thereby approved.
    """
    take_id, made = subscriptions.take(customer.id, quote_id, answer.changes, actor=actor, on=on, now=now)
    after = situation.with_(made)
    # What is dated back or scheduled is measured against the state of its own day. An undoing is told without numbers.
    before = after.timeline.states_before()
    invoice_id = bill(customer, after, answer.lines, on=on, now=now, take_id=take_id)
    release(customer, [change for change in made if change.effective_on <= on], now=now)
    look_ahead(customer, after, on)
    currency = answer.currency
    event = ChangesTaken(
        quote=quote_id,
        take=take_id,
        changes=tuple(TakenChange.of(change, before.get(change.id, NOTHING), currency) for change in made),
        invoice=invoice_id,
        total_minor=answer.due_today.total if invoice_id else None,
        currency=currency,
    )
    record(account_id=customer.id, events=[event], actor=actor, on=on, now=now)
    if request_id is not None:
        close(customer, RequestApproved(request=request_id, take=take_id), actor=actor, now=now)
    return Done(take_id, invoice_id)


def close(customer: Customer, event: RequestEnded, *, actor: Actor, now: datetime, answer: str = "") -> None:
    """End a request, by the account's clock, and write it down."""
    subscriptions.close_request(
        customer.id,
        event.request,
        event.state,
        actor=actor,
        at=customer.moment(now),
        answer=answer,
        take_id=event.take if isinstance(event, RequestApproved) else None,
        cause=event.cause if isinstance(event, RequestOvertaken) else None,
    )
    record(account_id=customer.id, events=[event], actor=actor, on=customer.today(now), now=now)


def bill(
    customer: Customer,
    situation: Situation,
    lines: tuple[Line, ...],
    *,
    on: date,
    now: datetime,
    take_id: UUID | None = None,
) -> UUID | None:
    """Let the account stand as its state of the day says, and issue what is due."""
    settle_state(customer, situation, situation.timeline.on(on), on)
    if not lines:
        return None
    due_days = situation.policy.invoice_due_days
    return invoices.issue(customer, lines, situation.billed, on=on, now=now, due_days=due_days, take_id=take_id)


def settle_state(customer: Customer, situation: Situation, state: Subscription, on: date) -> None:
    """Write the rows that follow the state: how the account stands, and how many seats it has."""
    if state.standing is not customer.account.state:
        set_standing(customer.id, state.standing, on)
    bought = {item.product: item.whole for item in state.items.values() if state.pin(item).per is Per.SEAT}
    seats.set_bought(customer.id, situation.used, bought, limited(state))


def release(customer: Customer, changes: Iterable[Change], *, now: datetime) -> None:
    """Free the seats of those who were named when there were to be fewer, now that there are."""
    for change in changes:
        if isinstance(change.edit, SetSeats | ChangePlan) and change.edit.release:
            seats.release(customer, change.edit.product, change.edit.release, now=now)


def look_ahead(customer: Customer, situation: Situation, on: date) -> None:
    """Note the next day on which something falls due: a scheduled change, or the end of the billing period."""
    due = next_due(situation.timeline, on)
    due_at = instant(due.on, read_zone(customer.time_zone)) if due.on else None
    invoices.look_again(customer.id, due_at=due_at, billed_until=due.period_end, trial_until=due.trial_until)


def settle(customer: Customer, *, now: datetime, first: UUID | None = None) -> None:
    """Let credits and payments settle what is open."""
    payments.allocate(customer.id, now=now, first=(first,) if first else ())
