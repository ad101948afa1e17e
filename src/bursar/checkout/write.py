"""Write transitions, of one account or of a thousand, with the same few statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from bursar.accounts.actions import instant_of, read_zone, set_account_states
from bursar.accounts.queries import Customer
from bursar.core.billing.schedule import NextDue
from bursar.core.events.request import RequestEnded, RequestOvertaken
from bursar.core.ordering.transition import Transition
from bursar.core.policy.policy import Actor
from bursar.history.actions import AccountEvent, record_each
from bursar.invoices import actions as invoices
from bursar.invoices.queries import ScheduleRow
from bursar.payments import actions as payments
from bursar.seats import actions as seats
from bursar.subscriptions import actions as subscriptions
from bursar.subscriptions.actions import Closing
from bursar.subscriptions.items import set_items


def write(steps: Sequence[Transition], customers: Mapping[UUID, Customer], *, now: datetime) -> tuple[UUID, ...]:
    """Write transitions under the locks of their accounts; return the documents that `invoices.number` must number.

    Transitions of one account stand in their order. Projections, such as the seats that it has, are written once, from
    the last of them.
    """
    if not steps:
        return ()
    subscriptions.accept(
        [(step.account_id, step.on, step.order, step.changes) for step in steps if step.order], now=now
    )
    subscriptions.checkpoint([(step.account_id, step.on, step.checkpoint) for step in steps if step.checkpoint])
    issued = [(customers[step.account_id], step.on, step.invoice) for step in steps if step.invoice]
    invoices.issue(issued, now=now)
    _write_projections(steps, customers)
    freed = seats.free_seats(
        [
            (customers[step.account_id], step.on, release.product, release.members)
            for step in steps
            for release in step.freed_seats
        ],
        now=now,
    )
    record_each(_events(steps, freed), now=now)
    subscriptions.close_requests(
        [
            Closing(
                account_id=step.account_id,
                request_id=step.order.request_id,
                state="approved",
                actor=step.actor,
                at=customers[step.account_id].moment(now),
                order_id=step.order.id,
            )
            for step in steps
            if step.order and step.order.request_id
        ]
    )
    # Credit notes and invoices that were just issued are allocated too.
    payments.allocate(*dict.fromkeys(step.account_id for step in steps if step.allocates), now=now)
    return tuple(invoice.id for _, _, invoice in issued)


def _events(steps: Sequence[Transition], freed: Iterable[AccountEvent]) -> Iterator[AccountEvent]:
    """Yield the events of transitions in their order, the seats that each frees before its others."""
    freed_on = defaultdict[tuple[UUID, date], list[AccountEvent]](list)
    for event in freed:
        account_id, on, *_ = event
        freed_on[account_id, on].append(event)
    for step in steps:
        yield from freed_on.pop((step.account_id, step.on), ())
        yield from ((step.account_id, step.on, step.actor, event) for event in step.events)


def close_requests(
    ended: Sequence[tuple[Customer, RequestEnded]], *, actor: Actor, now: datetime, answer: str = ""
) -> None:
    """Close requests by the clocks of their accounts, and record it."""
    closings = [
        Closing(
            account_id=customer.id,
            request_id=event.request,
            state=event.state,
            actor=actor,
            at=customer.moment(now),
            answer=answer,
            cause=event.cause if isinstance(event, RequestOvertaken) else None,
        )
        for customer, event in ended
    ]
    subscriptions.close_requests(closings)
    record_each(((customer.id, customer.today(now), actor, event) for customer, event in ended), now=now)


def _write_projections(steps: Sequence[Transition], customers: Mapping[UUID, Customer]) -> None:
    """Write account states, items, seats, coverage and billing schedules, where they differ from those before."""
    # Reversed, so that the first transition of an account is the one that stays.
    first = {step.account_id: step.before for step in reversed(steps)}
    last = {step.account_id: step.after for step in steps}
    turned = {step.account_id: step.on for step in steps if step.after.account.state is not step.before.account.state}
    set_account_states([(account_id, last[account_id].account.state, on) for account_id, on in turned.items()])
    set_items(
        {
            account_id: (after.account.currency, first[account_id].timeline, after.timeline)
            for account_id, after in last.items()
        }
    )
    seats.set_bought({account_id: (first[account_id].used, after.used) for account_id, after in last.items()})
    invoices.cover({account_id: (first[account_id].billed, after.billed) for account_id, after in last.items()})
    invoices.reschedule(
        {
            account_id: _schedule(customers[account_id], after.falls_due)
            for account_id, after in last.items()
            if after.falls_due != first[account_id].falls_due
        }
    )


def _schedule(customer: Customer, due: NextDue) -> ScheduleRow:
    due_at = instant_of(due.on, read_zone(customer.time_zone)) if due.on else None
    return ScheduleRow(due_at, due.period_end, due.trial_until)
