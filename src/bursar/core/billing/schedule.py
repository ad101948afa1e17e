"""The next day on which something falls due by itself, what has just ended, and whether people are told ahead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bursar.core.policy.policy import State
from bursar.core.subscription.timeline import Timeline


@dataclass(frozen=True, slots=True)
class NextDue:
    """The next day with something to do, the end of the billing period, and the last day of a trial; none need come."""

    on: date | None
    period_end: date | None
    trial_until: date | None = None


NOTHING_DUE: Final = NextDue(None, None)


def next_due(timeline: Timeline, on: date) -> NextDue:
    """What falls due after a day: a change, an end, or the next billing period while something is held."""
    state = timeline.on(on)
    coming = [phase.on for phase in timeline.after(on)]
    period = state.billing_period(on) if state.items else None
    if period is None:
        return NextDue(min(coming, default=None), None, state.trial_until if state.on_trial else None)
    return NextDue(min([*coming, period.end]), period.end)


@dataclass(frozen=True, slots=True)
class Ended:
    """What is there no longer from a day on, by itself: temporary seats by product, and whether it was a trial."""

    seats: Mapping[str, int]
    trial: bool


def ended_on(timeline: Timeline, on: date) -> Ended:
    """What ended the day before. A trial does not end by itself where something is bought that day."""
    before, after = timeline.on(on - timedelta(days=1)), timeline.on(on)
    gone = [
        (item.product, one.seats)
        for item in before.items.values()
        for one in item.temporary
        if one.span.end == on and before.account_state is not State.CANCELLED
    ]
    seats = {product: sum(count for code, count in gone if code == product) for product, _ in gone}
    return Ended(seats, before.on_trial and before.next_end() == on and after.calendar is None)


def announces_trial_end(timeline: Timeline, until: date) -> bool:
    """Whether people are told ahead that a trial ends: where it comes to that day, and nothing is bought by the next one."""
    last, after = (timeline.on(day) for day in (until, until + timedelta(days=1)))
    return last.on_trial and after.calendar is None


LONGEST_UNANNOUNCED: Final = 31
"""A term of so many days or fewer renews too often to be told ahead."""


def announces_renewal(timeline: Timeline, on: date) -> bool:
    """Whether people are told ahead of what is renewed on a day: after a term of more than a month, if anything is."""
    before, after = timeline.on(on - timedelta(days=1)), timeline.on(on)
    if before.calendar is None or not after.items or after.account_state is State.CANCELLED:
        return False
    term = before.calendar.term(on - timedelta(days=1))
    return term.end == on and (term.end - term.start).days > LONGEST_UNANNOUNCED
