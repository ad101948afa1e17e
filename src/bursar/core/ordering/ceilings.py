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


class ConfirmationNeeded(Conflict):
    """This adds {seats} seats, and {amount} without tax to each billing period; {due} is due today. Send "confirm": true if that is meant."""

    code = "confirm"


@dataclass(frozen=True, slots=True)
class Increase:
    """The seats that edits add, and the amount that they add to a billing period. Unit: minor units, without tax."""

    seats: int
    amount: int


def increase(before: Timeline, after: Timeline, on: date, currency: str) -> Increase:
    """Return the most that edits add on any day, compared with today and with the same day without the edits.

    The smaller of both counts: changes scheduled before are not counted again, and undoing a reduction adds nothing.
    """
    today = _without_trial(before.on(on))
    # Every day with a new phase, because an addition that ends again before the last day was bought all the same.
    seats = amount = 0
    for day in {on, *(phase.on for phase in (*before.after(on), *after.after(on)))}:
        state = after.on(day)
        seats_since_today, amount_since_today = purchases(today, state, currency)
        seats_by_edits, amount_by_edits = purchases(_without_trial(before.on(day)), state, currency)
        seats = max(seats, min(seats_since_today, seats_by_edits))
        amount = max(amount, min(amount_since_today, amount_by_edits))
    return Increase(seats, amount)


def within_ceilings(
    context: BillingContext, added: Increase, decided: tuple[DecidedEdit, ...]
) -> tuple[DecidedEdit, ...]:
    """Return the edits, refused where together they add more than the ceiling for changes online."""
    refuse = context.policy.ceilings.refuse
    if not refuse.is_exceeded_by(added.seats, added.amount, context.account.currency):
        return decided
    # All additions are refused and not only the largest: it is the list as a whole that is too much.
    return refuse_additions(context, decided, Reason.LIMIT)


def _without_trial(state: Subscription) -> Subscription:
    """Return a state without its trial: only the items that were bought."""
    # A trial costs nothing, so buying what was tried adds all of it.
    return NOTHING if state.on_trial else state
