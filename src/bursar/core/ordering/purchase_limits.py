"""Purchase limits: the check of what an account adds in a billing period against the limits of a role."""

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
    """Return the edits; those with which the account adds more than the member's limits are only by request.

    The account is compared with itself as if its members had changed nothing since the billing period began, so that many
    small changes count as one. The vendor's changes do not count. If others are beyond the limits already, only a further
    addition is stopped.
    """
    # The vendor's policy limits a role on all accounts, an account limits its own; both hold.
    limits = list(filter(None, (before.policy.limits.get(member.role), before.account.limits.get(member.role))))
    if not limits:
        return decided
    purchased = tuple(_purchases_by_day(before.timeline, after.timeline, on, before.account.currency))
    if not any(
        limit.is_exceeded_by(seats, amount, before.account.currency) for limit in limits for seats, amount in purchased
    ):
        return decided
    return tuple(_only_by_request(before, edit) for edit in decided)


def purchases(before: Subscription, after: Subscription, currency: str) -> tuple[int, int]:
    """Return the seats added between two states, and the amount that they add to a billing period.

    A reduction counts as 0 and offsets nothing, and so does a trial: it is free in every cycle.
    """
    seats = amount = 0
    if after.on_trial:
        return seats, amount
    for item in after.items.values():
        earlier = before.items.get(item.product)
        # Per product: seats given up in one product do not pay for seats in another.
        seats += max(0, _seats(after, item) - (_seats(before, earlier) if earlier else 0))
        earlier_price = _price_in_present_cycle(before, after, earlier, currency) if earlier else 0
        amount += max(0, _price(after, item, currency) - earlier_price)
    return seats, amount


def refuse_additions(
    context: BillingContext, decided: tuple[DecidedEdit, ...], reason: Reason
) -> tuple[DecidedEdit, ...]:
    """Return the edits, with all that may add something refused; no member can make them.

    An undo of a reduction adds something, so it is refused too.
    """
    # Ceilings and credit are the vendor's, and hold for the owner too: asking anybody in the account would not help.
    ask = context.account.vendor_contacts()

    def adds_nothing(edit: DecidedEdit) -> bool:
        reduces = edit.decision.capability in SHRINKING and not isinstance(edit.edit, Undo)
        return reduces or isinstance(edit.edit, Keep)

    return tuple(
        edit
        if adds_nothing(edit)
        else replace(edit, decision=Decision(edit.decision.capability, Outcome.REFUSED, reason, ask), effective_on=None)
        for edit in decided
    )


def _seats(state: Subscription, item: Item) -> int:
    return item.total_quantity if state.agreed_price(item).per is Per.SEAT else 0


def _price(state: Subscription, item: Item, currency: str) -> int:
    return period_price(state.agreed_price(item).rate, item.total_quantity, digits(currency))


def _price_in_present_cycle(before: Subscription, after: Subscription, item: Item, currency: str) -> int:
    """Return the price of an earlier item in the present cycle: another cycle alone adds nothing."""
    # Otherwise a move from months to years would look like eleven more months bought, and need a request.
    plan = item.product, item.plan
    agreed = after.agreed_prices.get((*plan, after.cycle.code)) or before.agreed_prices.get((*plan, before.cycle.code))
    return period_price(agreed.rate, item.total_quantity, digits(currency)) if agreed else 0


def _purchases_by_day(before: Timeline, after: Timeline, on: date, currency: str) -> Iterator[tuple[int, int]]:
    """Yield the seats and the amount added on each day from this one on; 0 where the edits add nothing.

    Each day counts alone, so that a later reduction does not hide an addition.
    """
    period = after.on(on).billing_period(on)
    unchanged = before.without(lambda change: _made_by_members(change, period))
    for day in {on, *(phase.on for timeline in (before, after, unchanged) for phase in timeline.after(on))}:
        seats_before, amount_before = purchases(unchanged.on(day), before.on(day), currency)
        seats, amount = purchases(unchanged.on(day), after.on(day), currency)
        # Nothing more than before these edits is no addition of theirs, even if the limit is exceeded already.
        yield seats if seats > seats_before else 0, amount if amount > amount_before else 0


def _made_by_members(change: Change, period: Span | None) -> bool:
    """Return true for a change that members ordered in the open billing period, or before there was one."""
    return not change.by_vendor and (period is None or change.ordered_on >= period.start)


def _only_by_request(context: BillingContext, edit: DecidedEdit) -> DecidedEdit:
    # A reduction never needs a request because of a limit, even in a list whose other edits do.
    decision = edit.decision
    if decision.outcome is not Outcome.ALLOWED or decision.capability in SHRINKING:
        return edit
    account, policy = context.account, context.policy
    limited = {*policy.limits, *account.limits}
    # Only roles without any limit are named: somebody with a higher limit might be stopped by it as well.
    unlimited = [
        code for code, role in policy.roles.items() if decision.capability in role.allowed and code not in limited
    ]
    ask = account.contacts(unlimited) or account.vendor_contacts()
    return replace(edit, decision=Decision(decision.capability, Outcome.BY_REQUEST, Reason.LIMIT, ask))
