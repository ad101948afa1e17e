"""Quotes: a list of edits with their decisions, days and prices.

Previews, orders and approvals all use `quote`; it writes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from bursar.core.billing.invoice import Totals, totals
from bursar.core.billing.line import Line
from bursar.core.messages.problem import Conflict, Problem
from bursar.core.money.money import Money
from bursar.core.ordering.agreed_prices import agreed_prices
from bursar.core.ordering.ceilings import ConfirmationNeeded, Increase, increase, within_ceilings
from bursar.core.ordering.conflicts import check_actor, check_pending, check_phases, check_together
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.credit_limit import within_credit
from bursar.core.ordering.decision import BY_STRICTNESS, DecidedEdit, EditDecisions
from bursar.core.ordering.purchase_limits import within_limits
from bursar.core.ordering.upcoming_charges import upcoming_charges
from bursar.core.policy.policy import Actor, Decision, Member, Outcome, State
from bursar.core.subscription.edit import ChangeCycle, Edit, Keep, Undo, without_expected
from bursar.core.subscription.edit_rules import differs_from_expected, is_same_day_undo, same_subject
from bursar.core.subscription.subscription import Change
from bursar.core.subscription.timeline import Timeline

ACCOUNT_WOULD_END: Final = "account_would_end"


class Outdated(Conflict):
    """Something else is in force than these edits expected, and as it is now they cannot be made; look at the subscription, and say anew what is to be different."""

    code = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A decided and priced list of edits.

    Edits that change nothing are left out. `changes` have positions but no lasting ids before the quote is accepted.
    `lines` are due on the day; `renewal_lines` are those of the billing period that begins on `renewal_on`, which is None
    without a renewal. A refused quote is not priced. `confirm` is its increase, if a member must confirm that first;
    `differs_from_expected` says that other values are in force than the edits expect.
    """

    on: date
    currency: str
    edits: tuple[DecidedEdit, ...] = ()
    changes: tuple[Change, ...] = ()
    lines: tuple[Line, ...] = ()
    renewal_on: date | None = None
    renewal_lines: tuple[Line, ...] = ()
    warnings: tuple[str, ...] = ()
    confirm: Increase | None = None
    differs_from_expected: bool = False

    @property
    def outcome(self) -> Outcome:
        """The strictest outcome of all edits."""
        refusal = self.refusal()
        return refusal.outcome if refusal else Outcome.ALLOWED

    @property
    def due_today(self) -> Totals:
        """The net, tax and total charged today if the quote is accepted."""
        return totals(self.lines)

    @property
    def next_renewal(self) -> Totals:
        """The net, tax and total of the next renewal."""
        return totals(self.renewal_lines)

    def refusal(self) -> Decision | None:
        """Return the strictest decision that keeps the quote from being accepted; None if it can be."""
        refusals = [edit.decision for edit in self.edits if edit.decision.outcome is not Outcome.ALLOWED]
        # Of equally strict ones the first edit's: people read the list from the top.
        return max(refusals, key=lambda decision: BY_STRICTNESS.index(decision.outcome), default=None)


def quote(context: BillingContext, edits: Sequence[Edit], actor: Actor, on: date) -> Quote:
    """Return the edits decided for this actor and priced on that day.

    Errors: Invalid if an edit can never be made, Conflict if it conflicts with scheduled changes, and Outdated instead of
    both if other values are in force than the edits expect.
    """
    scheduled = {change.id: change for change in context.timeline.pending(on)}
    check_actor(edits, actor)
    check_together(edits, scheduled)
    # Kept beside the result: if the edits can be made all the same, the caller decides whether the difference matters.
    differs = any(differs_from_expected(edit, context.timeline.on(on)) for edit in edits)
    try:
        # Expected values are checked here alone: a saved quote is compared as a whole when it is accepted.
        result = _decide_and_price(context, [without_expected(edit) for edit in edits], scheduled, actor, on)
    except Problem:
        # The true cause: the problem itself would puzzle a person who looks at an older page.
        if differs:
            raise Outdated() from None
        raise
    return replace(result, differs_from_expected=differs)


def _decide_and_price(
    context: BillingContext, edits: Sequence[Edit], scheduled: Mapping[UUID, Change], actor: Actor, on: date
) -> Quote:
    decided = EditDecisions(context, on, scheduled, edits, actor).decided()
    result = Quote(on=on, currency=context.account.currency, edits=decided)
    # A refusal first: nobody should be asked to undo a scheduled change for an edit that is refused afterwards.
    if result.outcome is Outcome.REFUSED:
        return result
    check_pending(edits, scheduled)
    result = replace(result, edits=tuple(_overruled(context.timeline, dated, on) for dated in result.edits))
    changes = _changes(context, scheduled, result, by_vendor=not isinstance(actor, Member))
    after = context.with_(changes)
    check_phases(after, changes)
    warnings = (ACCOUNT_WOULD_END,) if _ends_account(after.timeline, changes) else ()
    # Bounds are for members: the vendor's staff sell beyond them on purpose.
    if isinstance(actor, Member):
        result = _within_bounds(context, after, result, actor)
        if result.outcome is Outcome.REFUSED:
            return result
    return priced(after, replace(result, changes=changes, warnings=warnings))


def priced(after: BillingContext, unpriced: Quote) -> Quote:
    """Return a quote with its lines: those due on its day, and those of the next renewal. `after` has its changes."""
    upcoming = upcoming_charges(after, unpriced.on)
    return replace(unpriced, lines=upcoming.today, renewal_on=upcoming.renewal_on, renewal_lines=upcoming.renewal)


def check_confirmed(checked: Quote, *, confirmed: bool) -> None:
    """Raise ConfirmationNeeded if the increase must be confirmed first, and was not."""
    added = checked.confirm
    if added is not None and not confirmed:
        amount, due = (Money(minor, checked.currency) for minor in (added.amount, checked.due_today.total))
        raise ConfirmationNeeded(seats=added.seats, amount=amount, due=due)


def _within_bounds(before: BillingContext, after: BillingContext, unpriced: Quote, member: Member) -> Quote:
    """Return the quote after the checks of the member's limits, the ceilings and then the credit."""
    on, ceilings = unpriced.on, before.policy.ceilings
    added = increase(before.timeline, after.timeline, on, unpriced.currency)
    # Limits first: they only lead to a request. Ceilings and credit refuse, also what a request would have asked for.
    edits = within_limits(before, after, unpriced.edits, member, on)
    edits = within_ceilings(before, added, edits)
    # Credit last, since it is the only check that prices whole invoices.
    edits = within_credit(before, after, edits, on)
    bounded = replace(unpriced, edits=edits)
    must_confirm = ceilings.ask.is_exceeded_by(added.seats, added.amount, bounded.currency)
    return replace(bounded, confirm=added) if must_confirm and bounded.outcome is not Outcome.REFUSED else bounded


def _changes(
    context: BillingContext, scheduled: Mapping[UUID, Change], unpriced: Quote, *, by_vendor: bool
) -> tuple[Change, ...]:
    """Return one change per edit, the cycle first so that a first purchase begins in it; prices are agreed last."""
    decided_edits = [decided for decided in unpriced.edits if not isinstance(decided.edit, Keep)]
    decided_edits.sort(key=lambda decided: not isinstance(decided.edit, ChangeCycle))
    changes = tuple(
        _change(context, decided, position, unpriced.on, by_vendor=by_vendor)
        for position, decided in enumerate(decided_edits, context.position + 1)
    )
    # A change undone in the same list is no longer ahead, and the change it would have replaced is ahead again.
    undone = {change.undoes for change in changes}
    ahead_of = (*(change for change in scheduled.values() if change.id not in undone), *changes)
    # Only the undoing is applied: prices are agreed against the items as they would be without the new edits.
    context = context.with_([change for change in changes if change.undoes is not None])
    return tuple(
        replace(
            change, agreed_prices=agreed_prices(context, change.edit, change.effective_on, ahead_of, today=unpriced.on)
        )
        for change in changes
    )


def _change(context: BillingContext, decided: DecidedEdit, position: int, on: date, *, by_vendor: bool) -> Change:
    edit, needed, policy = decided.edit, decided.decision.capability, context.policy
    timing, today = policy.timing.get(needed), decided.effective_on == on
    # Timing, credit and cuts are stored with the change: a later policy must not alter what was agreed under this one.
    takes_back = policy.same_day_undo and today and is_same_day_undo(edit, needed, context.timeline, on)
    return Change(
        id=UUID(int=position),
        position=position,
        # Positions are counted per account, so that of its first change names an order.
        order=UUID(int=context.position + 1),
        edit=edit,
        capability=needed,
        effective_on=decided.effective_on or on,
        cycle=context.catalog.cycle(edit.cycle) if isinstance(edit, ChangeCycle) else None,
        credit=timing is not None and timing.credit,
        takes_back=takes_back,
        cuts=policy.cuts_periods,
        by_vendor=by_vendor,
        ordered_on=on,
        undoes=edit.change if isinstance(edit, Undo) else None,
    )


def _overruled(timeline: Timeline, decided: DecidedEdit, on: date) -> DecidedEdit:
    """Return an edit; if it is dated back, with the day from which a change made meanwhile overrules it."""
    if decided.effective_on is None or decided.effective_on >= on or isinstance(decided.edit, Keep | Undo):
        return decided
    later = [
        phase.on
        for phase in timeline.after(decided.effective_on)
        if phase.on <= on and any(same_subject(change.edit, decided.edit) for change in phase.changes)
    ]
    return replace(decided, overruled_on=min(later, default=None))


def _ends_account(timeline: Timeline, changes: Sequence[Change]) -> bool:
    """Return true if the account ends by one of these changes, and not only by an end that was scheduled before."""
    new_ids = {change.id for change in changes}
    return any(
        phase.state.account_state is State.CANCELLED and any(change.id in new_ids for change in phase.changes)
        for phase in timeline.phases
    )
