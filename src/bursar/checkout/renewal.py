"""What falls due by itself: scheduled changes are applied and periods invoiced, day by day, in order."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from bursar.accounts import queries as accounts
from bursar.accounts.deed import deed
from bursar.accounts.queries import Customer
from bursar.checkout.apply import bill, look_ahead, release, settle
from bursar.checkout.consequences import follow
from bursar.checkout.gather import situation
from bursar.core.events import (
    ChangesApplied,
    Event,
    RenewalAhead,
    Renewed,
    TemporarySeatsEnded,
    TrialEnded,
    TrialEnding,
)
from bursar.core.invoice import totals
from bursar.core.policy import SYSTEM
from bursar.core.renewal import ended, told_ahead, trial_told_ahead
from bursar.core.shortfall import shortfalls
from bursar.history.actions import record
from bursar.invoices import actions as invoices
from bursar.payments.queries import Agenda, agenda
from bursar.policy.queries import current
from bursar.subscriptions import actions as subscriptions


def catch_up(customer: Customer, waiting: Agenda, now: datetime) -> tuple[Customer, tuple[UUID, ...], int]:
    """Do everything that has fallen due for an account, inside a deed. `waiting` is its agenda now.

    Returns the account as it stands then, the documents that still need numbers, and how many days were due. While a
    payment is open nothing falls due.
    """
    documents: list[UUID] = []
    days = 0
    moment = customer.moment(now)
    while waiting.payment_until is None and waiting.due_at and waiting.due_at <= moment:
        on = waiting.due_at.astimezone(moment.tzinfo).date()
        document = _fall_due(customer, on, ends_period=on == waiting.billed_until, now=now)
        documents += [document] if document else []
        days += 1
        customer, waiting = accounts.customer(customer.id), agenda(customer.id)
    if days:
        follow(customer.id, now)
    return customer, tuple(documents), days


def announce(account_id: UUID, *, now: datetime) -> None:
    """Write down, once, that a renewal or the end of a trial comes of which people are told ahead."""
    with deed(account_id, SYSTEM, now) as customer:
        on, ahead, policy = customer.today(now), agenda(account_id), current()
        until = _first_told(account_id, ahead.trial_until, on, policy.trial_notice_days)
        if until is not None and on <= until:
            known = situation(customer, policy)
            if trial_told_ahead(known.timeline, until):
                _write(customer, [TrialEnding(trial_until=until)], on, now)
        until = _first_told(account_id, ahead.billed_until, on, policy.renewal_notice_days)
        if until is not None and on < until:
            known = situation(customer)
            short = any(one.on == until for one in shortfalls(known.timeline, known.used, on))
            if short or told_ahead(known.timeline, until):
                _write(customer, [RenewalAhead(renewal_on=until)], on, now)


def _first_told(account_id: UUID, until: date | None, on: date, days: int) -> date | None:
    """The day of which people are to be told ahead, if it is within so many days and was not looked at yet."""
    near = until is not None and days > 0 and until <= on + timedelta(days=days)
    return until if until is not None and near and invoices.announced(account_id, until) else None


def _fall_due(customer: Customer, on: date, *, ends_period: bool, now: datetime) -> UUID | None:
    """One day on which something falls due; the end of a period leaves a checkpoint. The document it made, if any."""
    known = situation(customer)
    state, applied = known.timeline.on(on), known.timeline.applied(on)
    lines = known.due(on)
    document = bill(customer, known, lines, on=on, now=now)
    release(customer, applied, now=now)
    settle(customer, now=now)
    if ends_period:
        subscriptions.checkpoint(customer.id, state, on=on, position=known.position)
    look_ahead(customer, known, on)
    gone = ended(known.timeline, on)
    events: list[Event] = [TemporarySeatsEnded(product=product, seats=count) for product, count in gone.seats.items()]
    if gone.trial:
        events.append(TrialEnded())
    if ends_period or applied or document:
        kind = Renewed if ends_period and state.items else ChangesApplied
        events.append(
            kind(
                changes=tuple(change.id for change in applied),
                invoice=document,
                total_minor=totals(lines).total if document else None,
                currency=known.account.currency,
            )
        )
    _write(customer, events, on, now)
    return document


def _write(customer: Customer, events: Sequence[Event], on: date, now: datetime) -> None:
    record(account_id=customer.id, events=events, actor=SYSTEM, on=on, now=now)
