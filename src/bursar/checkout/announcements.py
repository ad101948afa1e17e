"""Announce renewals, and the ends of trials, before they come."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from bursar.accounts.locked_account import lock_free, locked_account
from bursar.accounts.queries import Customer, read_customers
from bursar.checkout.gather import GatheredAccount, gather_each
from bursar.core.billing.schedule import announces_renewal, announces_trial_end
from bursar.core.events import Event
from bursar.core.events.subscription import RenewalAhead, TrialEnding
from bursar.core.policy.policy import SYSTEM, Policy
from bursar.core.subscription.shortfall import shortfalls
from bursar.history.actions import record_each
from bursar.invoices import actions as invoices
from bursar.invoices.queries import ScheduleRow, billing_schedules
from bursar.policy.queries import current


def announce(account_id: UUID, *, now: datetime) -> None:
    """Record, once, that a renewal or the end of a trial is near, so that people are told ahead."""
    with locked_account(account_id, SYSTEM, now) as customer:
        _announce([customer], now)


def announce_each(account_ids: Collection[UUID], *, now: datetime) -> None:
    """Do the same for the accounts that nobody else works with, all of them or none."""
    with transaction.atomic():
        _announce(list(read_customers(lock_free(account_ids)).values()), now)


def _announce(customers: Sequence[Customer], now: datetime) -> None:
    policy, schedules = current(), billing_schedules([customer.id for customer in customers])
    days = {customer.id: customer.today(now) for customer in customers}
    near = {
        account_id: end
        for account_id, schedule in schedules.items()
        if (end := _near_end(schedule, days[account_id], policy))
    }
    ends = {account_id: near[account_id] for account_id in invoices.announced(near)}
    # Most ends are no news, such as that of a month: they are marked as announced all the same.
    ahead = [
        (customer, days[customer.id]) for customer in customers if days[customer.id] <= ends.get(customer.id, date.min)
    ]
    record_each(
        (
            (account.customer.id, days[account.customer.id], SYSTEM, event)
            for account in gather_each(ahead, policy)
            for event in _events(
                account, days[account.customer.id], schedules[account.customer.id], ends[account.customer.id]
            )
        ),
        now=now,
    )


def _near_end(schedule: ScheduleRow, on: date, policy: Policy) -> date | None:
    """Return the end of the trial or period that is near enough to be announced; an account has one or the other."""
    if schedule.trial_until is not None:
        return _near(schedule.trial_until, on, policy.trial_notice_days)
    return _near(schedule.billed_until, on, policy.renewal_notice_days)


def _near(until: date | None, on: date, days: int) -> date | None:
    return until if until is not None and days > 0 and until <= on + timedelta(days=days) else None


def _events(account: GatheredAccount, on: date, schedule: ScheduleRow, until: date) -> list[Event]:
    """Return the announcement of an end; none of an end that is no news."""
    timeline = account.context.timeline
    if until == schedule.trial_until:
        return [TrialEnding(trial_until=until)] if announces_trial_end(timeline, until) else []
    if on == until:
        return []
    # A reduction that has too few seats given up is announced even if the renewal would not be.
    short = any(shortage.on == until for shortage in shortfalls(timeline, account.context.used, on))
    return [RenewalAhead(renewal_on=until)] if short or announces_renewal(timeline, until) else []
