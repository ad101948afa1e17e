"""The billing schedule: the next day on which something falls due, things that just ended, and announcements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bursar.core.policy.policy import State
from bursar.core.subscription.timeline import Timeline


@dataclass(frozen=True, slots=True)
class NextDue:
    """The next day on which something falls due, the end of the billing period, and the last day of a trial; each may be None."""

    on: date | None
    period_end: date | None
    trial_until: date | None = None


NOTHING_DUE: Final = NextDue(None, None)


def next_due(timeline: Timeline, on: date) -> NextDue:
    """Return the next day on which something falls due: a scheduled change, an end or a renewal."""
    state = timeline.on(on)
    days = [phase.on for phase in timeline.after(on)]
    # An account without items renews nothing, even though its calendar goes on counting.
    period = state.billing_period(on) if state.items else None
    if period is None:
        return NextDue(min(days, default=None), None, state.trial_until if state.on_trial else None)
    return NextDue(min([*days, period.end]), period.end)


@dataclass(frozen=True, slots=True)
class Endings:
    """Things that ended by themselves on a day: the number of temporary seats by product, and `trial` if a trial ended."""

    seats: Mapping[str, int]
    trial: bool


def endings_on_day(timeline: Timeline, on: date) -> Endings:
    """Return the temporary seats and the trial whose last day was the day before, but no trial that a purchase ended."""
    before, after = timeline.on(on - timedelta(days=1)), timeline.on(on)
    # An account that has ended lost all its seats with its end: temporary ones need no notice of their own.
    ended_seats = [
        (item.product, temporary.seats)
        for item in before.items.values()
        for temporary in item.temporary
        if temporary.span.end == on and before.account_state is not State.CANCELLED
    ]
    seats = {product: sum(count for code, count in ended_seats if code == product) for product, _ in ended_seats}
    return Endings(seats, before.on_trial and before.next_end() == on and after.calendar is None)


def announces_trial_end(timeline: Timeline, until: date) -> bool:
    """Return true if the end of a trial is announced: it lasts until its last day, and nothing is bought by then."""
    last, after = (timeline.on(day) for day in (until, until + timedelta(days=1)))
    return last.on_trial and after.calendar is None


LONGEST_UNANNOUNCED: Final = 31
"""The longest term in days whose renewal is not announced, since it comes every month."""


def announces_renewal(timeline: Timeline, on: date) -> bool:
    """Return true if the renewal of a day is announced: it begins a new term after a term of more than a month."""
    before, after = timeline.on(on - timedelta(days=1)), timeline.on(on)
    if before.calendar is None or not after.items or after.account_state is State.CANCELLED:
        return False
    term = before.calendar.term(on - timedelta(days=1))
    # Billing periods also end within a term, but nothing is agreed anew there.
    return term.end == on and (term.end - term.start).days > LONGEST_UNANNOUNCED
