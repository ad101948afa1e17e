"""Ceilings: the seats and the amount that one change adds, measured against the policy's ceilings."""

from dataclasses import dataclass
from datetime import date

from bursar.core.messages.problem import Conflict
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.ordering.purchase_limits import purchases, refuse_additions
from bursar.core.policy.policy import Reason
from bursar.core.subscription.subscription import NOTHING, Subscription
from bursar.core.subscription.timeline import Timeline


class Confirm(Conflict):
    """This adds {seats} seats, and {amount} without tax to each billing period; {due} is due today. Send "confirm": true if that is meant."""

    code = "confirm"


@dataclass(frozen=True, slots=True)
class Increase:
    """The seats that a change adds, and their cost in a billing period. Unit: minor units, without tax."""

    seats: int
    amount: int


def increase(before: Timeline, after: Timeline, on: date, currency: str) -> Increase:
    """Return the most that edits add on any day, compared with today and with the same day without the edits.

    The smaller of both counts: changes scheduled before are not counted again, and undoing a reduction adds nothing.
    """
    today = _without_trial(before.on(on))
    seats = amount = 0
    for day in {on, *(phase.on for phase in (*before.after(on), *after.after(on)))}:
        state = after.on(day)
        beside_today = purchases(today, state, currency)
        beside_that_day = purchases(_without_trial(before.on(day)), state, currency)
        seats = max(seats, min(beside_today[0], beside_that_day[0]))
        amount = max(amount, min(beside_today[1], beside_that_day[1]))
    return Increase(seats, amount)


def within_ceilings(
    context: BillingContext, more: Increase, decided: tuple[DecidedEdit, ...]
) -> tuple[DecidedEdit, ...]:
    """Return the edits, refused where together they add more than the ceiling for changes online."""
    refuse = context.policy.ceilings.refuse
    if not refuse.is_exceeded_by(more.seats, more.amount, context.account.currency):
        return decided
    return refuse_additions(context, decided, Reason.LIMIT)


def _without_trial(state: Subscription) -> Subscription:
    """Return a state without its trial: only the items that were bought."""
    return NOTHING if state.on_trial else state
