"""Upcoming charges: the lines of an account from a day on, up to the first invoice of the next billing period."""

from dataclasses import dataclass
from datetime import date
from itertools import count
from uuid import UUID

from bursar.core.billing.coverage import covered
from bursar.core.billing.line import Line
from bursar.core.ordering.context import BillingContext
from bursar.core.subscription.timeline import Timeline


@dataclass(frozen=True, slots=True)
class UpcomingCharges:
    """Lines due on a day, those of the days until the next billing period, and those of its first day, `renewal_on`.

    `renewal_on` is None when nothing is renewed.
    """

    today: tuple[Line, ...]
    meanwhile: tuple[Line, ...] = ()
    renewal_on: date | None = None
    renewal: tuple[Line, ...] = ()


def upcoming_charges(context: BillingContext, on: date) -> UpcomingCharges:
    """Return the charges of an account from a day on if nothing else is agreed."""
    lines = context.due(on)
    renewal_on = _next_period(context.timeline, on)
    if renewal_on is None:
        return UpcomingCharges(lines)
    # Lines until then count as billed: a period that is cut short gives back the rest of the old one.
    # A preview has no lasting ids. Coverage only needs ids that differ from each other.
    numbers = count(1)
    billed = covered(context.billed, [(UUID(int=next(numbers)), line) for line in lines])
    meanwhile: list[Line] = []
    for day in (phase.on for phase in context.timeline.after(on) if phase.on < renewal_on):
        due = context.due(day, billed)
        billed = covered(billed, [(UUID(int=next(numbers)), line) for line in due])
        meanwhile += due
    # Without items the period ends and no other begins: the account has ended, or all is removed by then.
    if not context.timeline.on(renewal_on).items:
        return UpcomingCharges(lines, tuple(meanwhile))
    return UpcomingCharges(lines, tuple(meanwhile), renewal_on, context.due(renewal_on, billed))


def _next_period(timeline: Timeline, on: date) -> date | None:
    """Return the first day of the billing period that follows: the end of this one, unless another cycle begins before."""
    period = timeline.on(on).billing_period(on)
    begins = [
        phase.on
        for phase in timeline.after(on)
        if (new := phase.state.billing_period(phase.on)) and new.start == phase.on
    ]
    # Before the first purchase only a scheduled one can begin a period.
    if period is None:
        return min(begins, default=None)
    return min([period.end, *begins])
