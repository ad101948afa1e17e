"""Decisions on edits: for each edit of a list its decision for the actor, and the first day on which it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from bursar.core.ordering.context import BillingContext
from bursar.core.policy.policy import (
    Account,
    Actor,
    Decision,
    Member,
    Outcome,
    Policy,
    Reason,
    State,
    Vendor,
    decide,
    decide_for_staff,
    shows_costs,
)
from bursar.core.subscription.edit import AddProduct, ChangePlan, Edit, Keep, RemoveProduct, SetSeats, Undo
from bursar.core.subscription.edit_rules import Needs, NoChange, effective_on, required_capability
from bursar.core.subscription.seats import check_release
from bursar.core.subscription.subscription import Change

BY_STRICTNESS: Final = (Outcome.ALLOWED, Outcome.BY_REQUEST, Outcome.REFUSED)
"""The outcomes from the mildest to the strictest."""


@dataclass(frozen=True, slots=True)
class DecidedEdit:
    """An edit with its decision and the day from which it counts; a refused edit has no day.

    `overruled_on` is the day from which a later change overrules an edit that is dated back.
    """

    edit: Edit
    decision: Decision
    effective_on: date | None = None
    overruled_on: date | None = None


def stricter(first: Decision, second: Decision) -> Decision:
    """Return the stricter of two decisions; the first if they are alike."""
    # Of equals `max` returns the first: the reason that belongs to the edit itself.
    return max(first, second, key=lambda decision: BY_STRICTNESS.index(decision.outcome))


@dataclass(frozen=True, slots=True)
class EditDecisions:
    """The decisions on a list of edits for an actor on a day; `scheduled` are the pending changes by id."""

    context: BillingContext
    today: date
    scheduled: Mapping[UUID, Change]
    edits: Sequence[Edit]
    actor: Actor

    def decided(self) -> tuple[DecidedEdit, ...]:
        """Return the edits that would change something, each with its decision."""
        return tuple(decided for edit in self.edits if (decided := self._decide(edit)) is not None)

    def _decide(self, edit: Edit) -> DecidedEdit | None:
        if isinstance(edit, Keep):
            # To keep a change does nothing, so everybody may.
            kept = self.scheduled[edit.change]
            return DecidedEdit(edit, Decision(kept.capability, Outcome.ALLOWED), kept.effective_on)
        if isinstance(edit, Undo):
            undone = self.scheduled[edit.change]
            # An undo has the day of the change that it undoes, so that no checkpoint comes between the two.
            return DecidedEdit(edit, self._undo(undone), undone.effective_on)
        timeline, policy = self.context.timeline, self.context.policy
        required = required_capability(edit, timeline.on(self.today), self.context.catalog)
        if isinstance(required, NoChange):
            return None
        needed = required.capability if isinstance(required, Needs) else ""
        decision = self._decide_capability(edit, needed)
        # A refused edit has no day, and no seats are checked for it: the refusal is the answer that helps.
        if decision.outcome is Outcome.REFUSED:
            return DecidedEdit(edit, decision)
        if (isinstance(edit, SetSeats) and needed == "remove_seats") or isinstance(edit, ChangePlan):
            check_release(self.context.used.get(edit.product), edit)
        return DecidedEdit(edit, decision, effective_on(edit, needed, timeline, policy, self.today))

    def _decide_capability(self, edit: Edit, needed: str) -> Decision:
        offered = True
        if isinstance(edit, AddProduct):
            product = self.context.catalog.product(edit.product)
            offered = product.sold_online_to(self.context.account.account_type)
        decision = self._may(needed, offered=offered)
        # Removing the last base product is a cancellation by another name, and needs the right to cancel too.
        if isinstance(edit, RemoveProduct) and self._ends_the_account():
            return stricter(decision, self._may("cancel_account"))
        return decision

    def _undo(self, change: Change) -> Decision:
        return decide_undo(self.context.policy, self.context.account, self.actor, change, self.today)

    def _ends_the_account(self) -> bool:
        """Return true if these removals leave the account without a base product."""
        removed = {edit.product for edit in self.edits if isinstance(edit, RemoveProduct)}
        undone = {edit.change for edit in self.edits if isinstance(edit, Undo)}
        # Scheduled removals count: each of two people could otherwise remove one of the last two base products.
        pending = (change for change in self.scheduled.values() if change.id not in undone)
        removed |= {change.edit.product for change in pending if isinstance(change.edit, RemoveProduct)}
        state = self.context.timeline.on(self.today)
        return state.has_base() and not any(
            state.agreed_price(item).base for item in state.items.values() if item.product not in removed
        )

    def _may(self, needed: str, *, offered: bool = True) -> Decision:
        policy, account = self.context.policy, self.context.account
        return _decide(policy, account, self.actor, needed, self.today, offered=offered)


def sees_prices(policy: Policy, account: Account, actor: Actor, on: date) -> bool:
    """Return true if the actor may see prices and totals: members who see costs or invoices, and the vendor."""
    return shows_costs(policy, account, on) or sees_invoices(policy, account, actor, on)


def sees_invoices(policy: Policy, account: Account, actor: Actor, on: date) -> bool:
    """Return true if the actor may see invoices and payments: a member by the policy, the vendor always."""
    if not isinstance(actor, Member):
        return True
    return decide(policy, account, actor, "view_invoices", on).outcome is Outcome.ALLOWED


def decide_undo(policy: Policy, account: Account, actor: Actor, change: Change, on: date) -> Decision:
    """Decide whether the actor may undo a scheduled change; the vendor's changes are undone by the vendor alone."""
    # The vendor's changes rest on an agreement with the customer, which one side cannot end with a click.
    if change.by_vendor and isinstance(actor, Member):
        return Decision(change.capability, Outcome.REFUSED, Reason.ACCOUNT_TYPE, account.vendor_contacts())
    return _decide(policy, account, actor, change.capability, on)


def _decide(policy: Policy, account: Account, actor: Actor, needed: str, on: date, *, offered: bool = True) -> Decision:
    """Decide by the policy; an edit without a capability is the vendor's alone, as `check_actor` made sure."""
    if needed:
        return decide(policy, account, actor, needed, on, offered=offered)
    if account.state is State.CANCELLED:
        return Decision(needed, Outcome.REFUSED, Reason.ACCOUNT_STATE)
    # Suspending and resuming need no capability of the account, but a right of the vendor's staff.
    if isinstance(actor, Vendor):
        decision = decide_for_staff(policy, actor, "suspend_accounts")
        if decision.outcome is Outcome.REFUSED:
            return decision
    return Decision(needed, Outcome.ALLOWED)
