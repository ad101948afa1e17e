"""What an account has more than when its billing period began, and whether that is beyond somebody's limit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bursar.core.calendar.period import Span
from bursar.core.money.currency import digits
from bursar.core.money.price import Per, period_price
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.policy.capability import SHRINKING
from bursar.core.policy.policy import Decision, Member, Outcome, Reason
from bursar.core.subscription.edit import Keep, Undo
from bursar.core.subscription.item import Item
from bursar.core.subscription.subscription import Change, Subscription
from bursar.core.subscription.timeline import Timeline


def within_limits(
    before: BillingContext, after: BillingContext, decided: tuple[DecidedEdit, ...], member: Member, on: date
) -> tuple[DecidedEdit, ...]:
    """Return the edits; those that let the account grow beyond the member's limits can only be asked for.

    Measured is the account as it will be against the account as it would be if its people had changed nothing since the
    billing period began, so that many small changes come to the same as one. What the vendor changed does not count.
    Where somebody else let it grow beyond them already, only what would let it grow further is stopped.
    """
    limits = [one for one in (before.policy.limits.get(member.role), before.account.limits.get(member.role)) if one]
    if not limits:
        return decided
    grown = tuple(_purchases_by_day(before.timeline, after.timeline, on, before.account.currency))
    if not any(limit.is_exceeded_by(*one, before.account.currency) for limit in limits for one in grown):
        return decided
    return tuple(_only_by_request(before, one) for one in decided)


def purchases(before: Subscription, after: Subscription, currency: str) -> tuple[int, int]:
    """The seats that were added, and what the added costs more in a billing period.

    What is less counts as nothing, and so does what is tried: it costs nothing in any cycle.
    """
    seats = amount = 0
    if after.on_trial:
        return seats, amount
    for item in after.items.values():
        had = before.items.get(item.product)
        seats += max(0, _seats(after, item) - (_seats(before, had) if had else 0))
        amount += max(0, _price(after, item, currency) - (_price_then(before, after, had, currency) if had else 0))
    return seats, amount


def refuse_additions(
    context: BillingContext, decided: tuple[DecidedEdit, ...], reason: Reason
) -> tuple[DecidedEdit, ...]:
    """The edits; those that may have let it grow are refused, and nobody in the account can make them.

    To undo what was to become less lets it grow again.
    """
    ask = context.account.vendor_contacts()

    def stays(one: DecidedEdit) -> bool:
        return isinstance(one.edit, Keep) or (one.decision.capability in SHRINKING and not isinstance(one.edit, Undo))

    return tuple(
        one
        if stays(one)
        else replace(one, decision=Decision(one.decision.capability, Outcome.REFUSED, reason, ask), effective_on=None)
        for one in decided
    )


def _seats(state: Subscription, item: Item) -> int:
    return item.total_quantity if state.agreed_price(item).per is Per.SEAT else 0


def _price(state: Subscription, item: Item, currency: str) -> int:
    return period_price(state.agreed_price(item).rate, item.total_quantity, digits(currency))


def _price_then(before: Subscription, after: Subscription, had: Item, currency: str) -> int:
    """What the account had, at its price in the cycle that it has now: another cycle is not growth."""
    sold = had.product, had.plan
    agreed = after.agreed_prices.get((*sold, after.cycle.code)) or before.agreed_prices.get((*sold, before.cycle.code))
    return period_price(agreed.rate, had.total_quantity, digits(currency)) if agreed else 0


def _purchases_by_day(before: Timeline, after: Timeline, on: date, currency: str) -> Iterator[tuple[int, int]]:
    """Yield the growth on each day from this one on, so that what shrinks later hides nothing; 0 where the edits add nothing."""
    period = after.on(on).billing_period(on)
    unchanged = before.without(lambda change: _made_by_members(change, period))
    for day in {on, *(phase.on for timeline in (before, after, unchanged) for phase in timeline.after(on))}:
        seats_before, amount_before = purchases(unchanged.on(day), before.on(day), currency)
        seats, amount = purchases(unchanged.on(day), after.on(day), currency)
        yield seats if seats > seats_before else 0, amount if amount > amount_before else 0


def _made_by_members(change: Change, period: Span | None) -> bool:
    """Return true for a change that the account's people ordered in the open billing period, or in none."""
    return not change.by_vendor and (period is None or change.ordered_on >= period.start)


def _only_by_request(context: BillingContext, one: DecidedEdit) -> DecidedEdit:
    decision = one.decision
    if decision.outcome is not Outcome.ALLOWED or decision.capability in SHRINKING:
        return one
    account, policy = context.account, context.policy
    limited = {*policy.limits, *account.limits}
    free = [code for code, role in policy.roles.items() if decision.capability in role.allowed and code not in limited]
    ask = account.contacts(free) or account.vendor_contacts()
    return replace(one, decision=Decision(decision.capability, Outcome.BY_REQUEST, Reason.LIMIT, ask))
