"""Announce a renewal, and the end of a trial, before it comes."""

from datetime import date, datetime, timedelta
from uuid import UUID

from bursar.accounts.locked_account import locked_account
from bursar.checkout.gather import context
from bursar.core.billing.schedule import announces_renewal, announces_trial_end
from bursar.core.events import Event
from bursar.core.events.subscription import RenewalAhead, TrialEnding
from bursar.core.policy.policy import SYSTEM
from bursar.core.subscription.shortfall import shortfalls
from bursar.history.actions import record
from bursar.invoices import actions as invoices
from bursar.invoices.queries import billing_schedule
from bursar.policy.queries import current


def announce(account_id: UUID, *, now: datetime) -> None:
    """Record, once, that a renewal or the end of a trial is near, so that people are told ahead."""
    with locked_account(account_id, SYSTEM, now) as customer:
        on, schedule, policy = customer.today(now), billing_schedule(account_id), current()
        events = list[Event]()
        until = _claim_announcement(account_id, schedule.trial_until, on, policy.trial_notice_days)
        if until is not None and on <= until:
            gathered = context(customer, on, policy)
            if announces_trial_end(gathered.timeline, until):
                events.append(TrialEnding(trial_until=until))
        until = _claim_announcement(account_id, schedule.billed_until, on, policy.renewal_notice_days)
        if until is not None and on < until:
            gathered = context(customer, on, policy)
            # A reduction that has too few seats given up is announced even if the renewal would not be.
            short = any(shortage.on == until for shortage in shortfalls(gathered.timeline, gathered.used, on))
            if short or announces_renewal(gathered.timeline, until):
                events.append(RenewalAhead(renewal_on=until))
        record(account_id=account_id, events=events, actor=SYSTEM, on=on, now=now)


def _claim_announcement(account_id: UUID, until: date | None, on: date, days: int) -> date | None:
    """Return the end that is near and not announced yet, and mark it announced; None if there is none."""
    near = until is not None and days > 0 and until <= on + timedelta(days=days)
    return until if until is not None and near and invoices.announced(account_id, until) else None
