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
    if limit is None or before.payment.method.automatic:
        return decided
    if any(edit.decision.outcome is Outcome.REFUSED for edit in decided):
        return decided
    owed = outstanding(after, on)
    if owed <= limit or owed <= outstanding(before, on):
        return decided
    return refuse_additions(before, decided, Reason.CREDIT)


def outstanding(context: BillingContext, on: date) -> int:
    """Return the amount that an account owes: open, due today, and agreed but not billed yet, with tax.

    A later billing period counts by the amount that it costs more than today's items would: a scheduled change is owed as
    much as one made now. If a single later invoice is higher than all that, it counts instead, since a change just before
    a renewal costs little on its day.
    """
    coming = upcoming_charges(context, on)
    plain = upcoming_charges(replace(context, timeline=context.timeline.until(on)), on)
    later = [coming.renewal]
    if coming.renewal_on is not None:
        later += [context.due(phase.on, ()) for phase in context.timeline.after(coming.renewal_on)]
    dearest, renewal = max(totals(lines).total for lines in later), totals(plain.renewal).total
    unbilled = totals(coming.today).total + max(0, totals(coming.meanwhile).total) + max(0, dearest - renewal)
    return max(context.payment.owes + unbilled, dearest)
