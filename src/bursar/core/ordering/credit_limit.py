"""Whether an account that pays on invoice terms would owe more than its credit."""

from dataclasses import replace
from datetime import date

from bursar.core.billing.invoice import totals
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.ordering.purchase_limits import refuse_additions
from bursar.core.ordering.upcoming_charges import upcoming_charges
from bursar.core.policy.policy import Account, Contact, Outcome, Policy, Reason, decide


def credit_limit(policy: Policy, account: Account) -> int | None:
    """The most that an account may owe on invoice terms; None without a limit. Unit: minor units."""
    credit = policy.credit.get(account.account_type)
    return credit.most(account.currency) if credit else None


def members_who_set_payment_method(policy: Policy, account: Account, on: date) -> tuple[Contact, ...]:
    """The members who can set a payment method that takes the account off invoice terms; none without a gateway."""
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
    """Return the edits; refused where the account would owe more by them than it does, and more than its credit.

    Who pays at once owes nothing. What is asked for is refused too: nobody could approve it.
    """
    limit = credit_limit(before.policy, before.account)
    if limit is None or before.payment.method.automatic:
        return decided
    if any(one.decision.outcome is Outcome.REFUSED for one in decided):
        return decided
    billable = outstanding(after, on)
    if billable <= limit or billable <= outstanding(before, on):
        return decided
    return refuse_additions(before, decided, Reason.CREDIT)


def outstanding(context: BillingContext, on: date) -> int:
    """Return what is open, due today and agreed but not billed yet, tax included; or a single later invoice, if that is more.

    Of a later billing period, however far off, counts by how much it is dearer than what there is today would be: what
    is scheduled for it is owed as much as what is bought now. What is bought just before a renewal costs little that
    day, and so the renewal itself is looked at too.
    """
    coming = upcoming_charges(context, on)
    plain = upcoming_charges(replace(context, timeline=context.timeline.until(on)), on)
    later = [coming.renewal]
    if coming.renewal_on is not None:
        later += [context.due(phase.on, ()) for phase in context.timeline.after(coming.renewal_on)]
    dearest, renewal = max(totals(lines).total for lines in later), totals(plain.renewal).total
    unbilled = totals(coming.today).total + max(0, totals(coming.meanwhile).total) + max(0, dearest - renewal)
    return max(context.payment.owes + unbilled, dearest)
