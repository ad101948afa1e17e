"""The credit limit: the check that an account on invoice terms does not come to owe more than its credit."""

from dataclasses import replace
from datetime import date

from bursar.core.billing.invoice import totals
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.ordering.purchase_limits import refuse_additions
from bursar.core.ordering.upcoming_charges import upcoming_charges
from bursar.core.policy.policy import Account, Contact, Outcome, Policy, Reason, decide


def credit_limit(policy: Policy, account: Account) -> int | None:
    """Return the highest amount that an account may owe on invoice terms; None without a limit. Unit: minor units."""
    credit = policy.credit.get(account.account_type)
    return credit.most(account.currency) if credit else None


def members_who_set_payment_method(policy: Policy, account: Account, on: date) -> tuple[Contact, ...]:
    """Return the members who can set up automatic payment, with which no credit is needed; none without a gateway."""
    if not account.gateway:
        return ()
    members = (member for member in account.members if member.active)
    return tuple(
        Contact(member.name, member.email, member.role)
        for member in members
        if decide(policy, account, member, "change_payment_type", on).outcome is Outcome.ALLOWED
    )


def within_credit(
    before: BillingContext, after: BillingContext, decided: tuple[DecidedEdit, ...], on: date
) -> tuple[DecidedEdit, ...]:
    """Return the edits, refused where by them the account would owe more than before and more than its credit.

    An account that pays automatically needs no credit. A request would be refused too, since nobody could approve it.
    """
    limit = credit_limit(before.policy, before.account)
    # An automatic payer pays before the change counts, so nothing is lent.
    if limit is None or before.payment.method.automatic:
        return decided
    # An earlier check refused an edit already, and its reason is the one to tell.
    if any(edit.decision.outcome is Outcome.REFUSED for edit in decided):
        return decided
    owed = outstanding(after, on)
    # An account over its limit, for example after the limit was lowered, may still reduce and do what costs nothing.
    if owed <= limit or owed <= outstanding(before, on):
        return decided
    return refuse_additions(before, decided, Reason.CREDIT)


def outstanding(context: BillingContext, on: date) -> int:
    """Return the amount that an account owes: open, due today, and agreed but not billed yet, with tax.

    A later billing period counts by the amount that it costs more than today's items would: a scheduled change is owed as
    much as one made now. If a single later invoice is higher than all that, it counts instead, since a change just before
    a renewal costs little on its day.
    """
    upcoming = upcoming_charges(context, on)
    # The same account without its scheduled changes: a renewal as such is not owed yet, only what it costs more.
    unchanged = upcoming_charges(replace(context, timeline=context.timeline.until(on)), on)
    later_invoices = [upcoming.renewal]
    if upcoming.renewal_on is not None:
        # Without coverage, so that each later phase counts with its whole period and not only with a difference.
        later_invoices += [context.due(phase.on, ()) for phase in context.timeline.after(upcoming.renewal_on)]
    dearest, renewal = max(totals(lines).total for lines in later_invoices), totals(unchanged.renewal).total
    # Credits until the renewal do not count: the changes that bring them can still be undone.
    unbilled = totals(upcoming.today).total + max(0, totals(upcoming.meanwhile).total) + max(0, dearest - renewal)
    return max(context.payment.balance + unbilled, dearest)
