"""Transitions: everything that happens to an account when a quote is accepted or a day falls due, decided before writing.

A preview makes the same transitions and writes none of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from bursar.core.billing.coverage import covered
from bursar.core.billing.invoice import totals
from bursar.core.billing.line import Line
from bursar.core.billing.schedule import endings_on_day, next_due
from bursar.core.events import Event
from bursar.core.events.request import RequestApproved
from bursar.core.events.subscription import (
    AcceptedChange,
    ChangesAccepted,
    ChangesApplied,
    Renewed,
    TemporarySeatsEnded,
    TrialEnded,
)
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.quote import Quote
from bursar.core.policy.policy import SYSTEM, VENDOR, Actor
from bursar.core.subscription.edit import without_reason
from bursar.core.subscription.seats import FreedSeats, freed_seats, use_after
from bursar.core.subscription.subscription import NOTHING, Change, Subscription

NewId = Callable[[], UUID]
"""A function that makes a lasting id; later ids sort after earlier ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order: the acceptance of a quote, which also approves the request that it was made for, if any."""

    id: UUID
    quote_id: UUID
    request_id: UUID | None = None
    actor: Actor = VENDOR


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvoice:
    """Lines to be issued together, as an invoice or, below zero, as a credit note."""

    id: UUID
    order_id: UUID | None
    due_days: int
    lines: tuple[tuple[UUID, Line], ...]

    @property
    def total(self) -> int:
        """The total with tax. Unit: minor units."""
        return totals([line for _, line in self.lines]).total


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The agreed state of the day on which a billing period ends; later timelines start from it."""

    position: int
    state: Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """Everything that happens to an account at once, on a day by its own clock.

    The account state, seats, billed days and the next due day are read from `after`, compared with `before`.
    `freed_seats` are given up now. The events are in the order of the history.
    """

    on: date
    before: BillingContext
    after: BillingContext
    order: Order | None = None
    changes: tuple[Change, ...] = ()
    invoice: NewInvoice | None = None
    checkpoint: Checkpoint | None = None
    freed_seats: tuple[FreedSeats, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def actor(self) -> Actor:
        """The person who accepted the quote, or the system where a day fell due."""
        return self.order.actor if self.order else SYSTEM

    @property
    def account_id(self) -> UUID:
        """The id of the account."""
        return self.before.account.id

    @property
    def allocates(self) -> bool:
        """True if its invoice meets credit, or its credit note an open invoice.

        Credit is allocated to open invoices at once, so an account has one or the other, by the sign of its balance.
        """
        # The total is the difference of the balances: nothing else in a transition moves them.
        balance, total = self.before.payment.balance, self.after.payment.balance - self.before.payment.balance
        return balance < 0 < total or total < 0 < balance


def accept(context: BillingContext, quote: Quote, order: Order, *, new_id: NewId) -> Transition:
    """Return the transition of an accepted quote: its changes are agreed, and the lines due today are invoiced."""
    on = quote.on
    changes = tuple(
        # Lasting ids only now, and from a function that sorts them by time. The reason belongs to the quote: it may name
        # people, and changes are kept for as long as invoices are.
        replace(change, id=new_id(), order=order.id, edit=without_reason(change.edit))
        for change in quote.changes
    )
    agreed = replace(context.with_(changes), position=context.position + len(changes))
    # The lines of the quote and not lines made anew: the customer accepted these figures.
    invoice = _new_invoice(context, quote.lines, order.id, new_id)
    # Seats that are given up with a scheduled change stay in use until its day; `renew` frees them then.
    freed = freed_seats(change for change in changes if change.effective_on <= on)
    # A change that is dated back or scheduled is told against the state of its own day. The old timeline comes along
    # because an undone change stands on it alone.
    states = {**context.timeline.states_before(), **agreed.timeline.states_before()}
    edits = {change.id: change.edit for change in context.timeline.changes}
    accepted = ChangesAccepted(
        quote=order.quote_id,
        take=order.id,
        changes=tuple(
            AcceptedChange.of(
                change,
                states.get(change.undoes or change.id, NOTHING),
                quote.currency,
                edits.get(change.undoes) if change.undoes else None,
            )
            for change in changes
        ),
        invoice=invoice.id if invoice else None,
        total_minor=invoice.total if invoice else None,
        currency=quote.currency,
    )
    approved = [RequestApproved(request=order.request_id, take=order.id)] if order.request_id else []
    return Transition(
        on=on,
        before=context,
        after=_context_after(agreed, on, invoice, freed),
        order=order,
        changes=changes,
        invoice=invoice,
        freed_seats=freed,
        events=(accepted, *approved),
    )


def renew(context: BillingContext, on: date, *, new_id: NewId) -> Transition:
    """Return the transition of a day: scheduled changes take effect, things end, and the lines due are invoiced.

    The end of a billing period leaves a checkpoint.
    """
    state, applied = context.timeline.on(on), context.timeline.applied(on)
    invoice = _new_invoice(context, context.due(on), None, new_id)
    freed, ends_period = freed_seats(applied), on == context.falls_due.period_end
    # Endings are told before the changes of the day, in the order in which a person would tell them.
    endings = endings_on_day(context.timeline, on)
    events: list[Event] = [
        TemporarySeatsEnded(product=product, seats=count) for product, count in endings.seats.items()
    ]
    if endings.trial:
        events.append(TrialEnded())
    if ends_period or applied or invoice:
        # The end of a period renews nothing if the account ends with it.
        kind = Renewed if ends_period and state.items else ChangesApplied
        events.append(
            kind(
                changes=tuple(change.id for change in applied),
                invoice=invoice.id if invoice else None,
                total_minor=invoice.total if invoice else None,
                currency=context.account.currency,
            )
        )
    return Transition(
        on=on,
        before=context,
        after=_context_after(context, on, invoice, freed),
        invoice=invoice,
        # From here the account's changes of earlier periods need not be read again, however old the account is.
        checkpoint=Checkpoint(position=context.position, state=state) if ends_period else None,
        freed_seats=freed,
        events=tuple(events),
    )


def catch_up(context: BillingContext, today: date, *, new_id: NewId) -> tuple[Transition, ...]:
    """Return the transition of each day that has fallen due until today, one after the other."""
    # Day by day, each from the account as the day before left it: a late job must bill what a punctual one would have.
    transitions: list[Transition] = []
    while (on := context.falls_due.on) is not None and on <= today:
        transitions.append(renew(context, on, new_id=new_id))
        context = transitions[-1].after
    return tuple(transitions)


def _new_invoice(
    context: BillingContext, lines: Sequence[Line], order_id: UUID | None, new_id: NewId
) -> NewInvoice | None:
    if not lines:
        return None
    # Line ids are made now, since coverage must name the line that pays for a day before the invoice is written.
    lines_by_id = tuple((new_id(), line) for line in lines)
    return NewInvoice(id=new_id(), order_id=order_id, due_days=context.policy.invoice_due_days, lines=lines_by_id)


def _context_after(
    agreed: BillingContext, on: date, invoice: NewInvoice | None, freed: Sequence[FreedSeats]
) -> BillingContext:
    """Return the context after a day: its state and seats, and the coverage and balance with the invoice issued."""
    state, lines = agreed.timeline.on(on), invoice.lines if invoice else ()
    return replace(
        agreed,
        account=replace(agreed.account, state=state.account_state),
        billed=covered(agreed.billed, lines),
        used=use_after(agreed.used, state, freed),
        payment=replace(agreed.payment, balance=agreed.payment.balance + (invoice.total if invoice else 0)),
        falls_due=next_due(agreed.timeline, on),
    )
