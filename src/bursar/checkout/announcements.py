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
    """Write down, once, that a renewal or the end of a trial comes of which people are told ahead."""
    with locked_account(account_id, SYSTEM, now) as customer:
        on, ahead, policy = customer.today(now), billing_schedule(account_id), current()
        told = list[Event]()
        until = _first_told(account_id, ahead.trial_until, on, policy.trial_notice_days)
        if until is not None and on <= until:
            gathered = context(customer, on, policy)
            if announces_trial_end(gathered.timeline, until):
                told.append(TrialEnding(trial_until=until))
        until = _first_told(account_id, ahead.billed_until, on, policy.renewal_notice_days)
        if until is not None and on < until:
            gathered = context(customer, on, policy)
            short = any(shortage.on == until for shortage in shortfalls(gathered.timeline, gathered.used, on))
            if short or announces_renewal(gathered.timeline, until):
                told.append(RenewalAhead(renewal_on=until))
        record(account_id=account_id, events=told, actor=SYSTEM, on=on, now=now)


def _first_told(account_id: UUID, until: date | None, on: date, days: int) -> date | None:
    """The day of which people are to be told ahead, if it is within so many days and was not looked at yet."""
    near = until is not None and days > 0 and until <= on + timedelta(days=days)
    return until if until is not None and near and invoices.announced(account_id, until) else None
