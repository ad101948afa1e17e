"""Whether an account that pays on invoice terms would owe more than its credit."""

from dataclasses import replace
from datetime import date

from bursar.core.billing.invoice import totals
from bursar.core.ordering.context import Situation
from bursar.core.ordering.decision import Decided
from bursar.core.ordering.purchase_limits import refused
from bursar.core.ordering.upcoming_charges import ahead
from bursar.core.policy.policy import Account, Contact, Outcome, Policy, Reason, decide


def credit_limit(policy: Policy, account: Account) -> int | None:
    """The most that an account may owe on invoice terms; None without a limit. Unit: minor units."""
    credit = policy.credit.get(account.account_type)
    return credit.most(account.currency) if credit else None


def who_can_pay_at_once(policy: Policy, account: Account, on: date) -> tuple[Contact, ...]:
    """The members who can set a payment method that takes the account off invoice terms; none without a gateway."""
    if not account.gateway:
        return ()
    members = (one for one in account.members if one.active)
    return tuple(
        Contact(one.name, one.email, one.role)
        for one in members
        if decide(policy, account, one, "change_payment_type", on).outcome is Outcome.ALLOWED
    )


def within_credit(before: Situation, after: Situation, decided: tuple[Decided, ...], on: date) -> tuple[Decided, ...]:
    """Return the edits; refused where the account would owe more by them than it does, and more than its credit.

    Who pays at once owes nothing. What is asked for is refused too: nobody could approve it.
    """
    limit = credit_limit(before.policy, before.account)
    if limit is None or before.paying.method.automatic:
        return decided
    if any(one.decision.outcome is Outcome.REFUSED for one in decided):
        return decided
    owed = outstanding(after, on)
    if owed <= limit or owed <= outstanding(before, on):
        return decided
    return refused(before, decided, Reason.CREDIT)


def outstanding(situation: Situation, on: date) -> int:
    """Return what is open, due today and agreed but not billed yet, tax included; or a single later invoice, if that is more.

    Of a later billing period, however far off, counts by how much it is dearer than what there is today would be: what
    is scheduled for it is owed as much as what is bought now. What is bought just before a renewal costs little that
    day, and so the renewal itself is looked at too.
    """
    coming = ahead(situation, on)
    plain = ahead(replace(situation, timeline=situation.timeline.until(on)), on)
    later = [coming.renewal]
    if coming.renewal_on is not None:
        later += [situation.due(phase.on, ()) for phase in situation.timeline.after(coming.renewal_on)]
    dearest, renewal = max(totals(lines).total for lines in later), totals(plain.renewal).total
    unbilled = totals(coming.today).total + max(0, totals(coming.meanwhile).total) + max(0, dearest - renewal)
    return max(situation.paying.owes + unbilled, dearest)
