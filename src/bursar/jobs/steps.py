"""The whole clock: what happens without anybody asking, and when.

| step    | looks at                                              | does                                         |
|---------|-------------------------------------------------------|----------------------------------------------|
| finish  | open payments and refunds older than `GRACE`          | asks the gateway what became of them         |
| renew   | accounts whose cursor is due                          | applies what is scheduled, invoices periods  |
| collect | open invoices of automatic payers that were never tried | asks the gateway, once                     |
| expire  | open requests that nobody reviewed in time            | closes them                                  |
| look    | open requests, daily and when the rules are new       | closes those that nobody can approve any more |
| remind  | open requests that nobody reviewed, near their end    | writes it down, so that reviewers are told   |
| announce | billing periods and trials that end soon             | writes it down, so that people are told      |
| tell    | facts that people are told of, and were not           | writes emails; sandboxes keep theirs        |
| send    | emails that wait, personal ones first                | sends them                                   |
| clear   | once an hour, what is kept no longer (`keeping.py`)   | deletes it                                   |

The tables are the queue: a step reads what is due, does one thing at a time under its account's lock, and finds
nothing when it runs again. Any number of processes may run it at once.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from bursar.accounts.actions import instant_of, read_zone, set_clock
from bursar.accounts.locked_account import locked_account
from bursar.accounts.queries import customer
from bursar.checkout import (
    announce,
    collect,
    collect_all,
    expire,
    finish_refund,
    follow_up,
    look_at_request,
    remind,
    renew,
)
from bursar.core.events import EMAILED
from bursar.core.policy.policy import Actor
from bursar.core.policy.sandbox_clock import check_clock
from bursar.gateways.registry import connected_gateways
from bursar.history.queries import IdempotencyKey
from bursar.invoices.queries import due_accounts, ending_periods, ending_trials
from bursar.jobs.actions import begin_clearing
from bursar.jobs.retention import clear
from bursar.logs import counters, log
from bursar.notices.actions import tell
from bursar.notices.queries import emails_to_send, personal_emails_to_send, untold
from bursar.notices.sending import send, send_personal
from bursar.payments import queries as payments
from bursar.payments.received import RefundRow, unfinished_refunds
from bursar.policy.queries import NoPolicy, current
from bursar.subscriptions.waiting import expired_requests, requests_to_look_at, unreviewed_requests

BATCH: Final = 500
EMAILS: Final = 10
"""How many emails one turn sends: a mail server that does not answer keeps everything else waiting for each."""
LOOK_DAYS: Final = 1
"""After how many days a request is looked at again: exceptions for an account end with a day."""
GRACE: Final = timedelta(seconds=30)
"""How long whoever made a payment has before somebody else looks after it."""


def run_once(now: datetime) -> int:
    """Do everything that is due, for accounts whose clock is the real one; how many things were looked at.

    One account's failure does not keep the others waiting: it is logged, and raised when all had their turn.
    """
    failures: list[Exception] = []
    done = 0
    for step in (_finish, _renew, _collect, _expire, _look, _remind, _announce, _tell, _send, _clear):
        for task in step(now):
            try:
                task()
                done += 1
            except Exception as failure:
                counters.failures.labels("worker").inc()
                log.exception("a step of the worker failed", step=step.__name__.strip("_"), **_about(task))
                failures.append(failure)
    if failures:
        raise ExceptionGroup("some accounts could not be looked after", failures)
    return done


def move(
    account_id: UUID, to: date | datetime, *, actor: Actor, now: datetime, idempotency_key: IdempotencyKey | None = None
) -> None:
    """Move a sandbox account's clock, a day to its start, and do what falls due on the way: all of it, or nothing.

    What is to be collected is collected then; a payment that waits or does not come through is no failure of the move.

    Errors: NotFound, NotTheirClock, NotSandbox, ClockBackwards, ClockTooFar.
    """
    with locked_account(account_id, actor, now) as found:
        check_clock(current(), found.account, found.as_of_now(actor), found.today(now))
        set_clock(found, instant_of(to, read_zone(found.time_zone)), now=now, idempotency_key=idempotency_key)
        _fall_due(account_id, now)
    collect_all(account_id, now=now, again=False)


def _fall_due(account_id: UUID, now: datetime) -> None:
    """Do what is due by the clock of a sandbox account, but for collecting."""
    # The gateway gives a charge up for good, whatever becomes of this transaction: asked again, it says so again.
    paying = payments.open_attempt(account_id)
    if paying is not None and paying.expires_at <= customer(account_id).moment(now):
        follow_up(paying, now=now)
    renew(account_id, now=now)
    expire(account_id, now=now)
    look_at_request(account_id, now=now)
    remind(account_id, now=now)
    announce(account_id, now=now)


Task = partial[Any]
"""Something to do; its first argument is what it is about."""


def _about(task: Task) -> dict[str, str]:
    """The id of what a task is about, by its name in the log."""
    subject = task.args[0]
    if task.func in (send, send_personal):
        return {"email": str(subject)}
    return {"account": str(subject.account_id if isinstance(subject, payments.AttemptRow | RefundRow) else subject)}


def _renew(now: datetime) -> Iterable[Task]:
    return [partial(renew, account_id, now=now) for account_id in due_accounts(now, BATCH)]


def _collect(now: datetime) -> Iterable[Task]:
    return [partial(collect, *one, now=now) for one in payments.collectable_invoices(connected_gateways(), BATCH)]


def _expire(now: datetime) -> Iterable[Task]:
    return [partial(expire, account_id, now=now) for account_id in expired_requests(now, BATCH)]


def _look(now: datetime) -> Iterable[Task]:
    try:
        current()
    except NoPolicy:
        return []
    return [partial(look_at_request, account, now=now) for account in requests_to_look_at(now, LOOK_DAYS, BATCH)]


def _remind(now: datetime) -> Iterable[Task]:
    try:
        days = current().reminder_days
    except NoPolicy:
        return []
    return [partial(remind, account_id, now=now) for account_id in unreviewed_requests(now, days, BATCH)]


def _announce(now: datetime) -> Iterable[Task]:
    try:
        policy = current()
    except NoPolicy:
        return []
    renewing, trying = policy.renewal_notice_days, policy.trial_notice_days
    accounts = ending_periods(now, renewing, BATCH) if renewing else []
    accounts += ending_trials(now, trying, BATCH) if trying else []
    return [partial(announce, account_id, now=now) for account_id in accounts]


def _tell(now: datetime) -> Iterable[Task]:
    return [partial(tell, *one, now=now) for one in untold(EMAILED, now, BATCH)]


def _send(now: datetime) -> Iterable[Task]:
    personal = [partial(send_personal, email, now=now) for email in personal_emails_to_send(now, EMAILS)]
    return personal + [partial(send, email, now=now) for email in emails_to_send(now, EMAILS)]


def _clear(now: datetime) -> Iterable[Task]:
    return [partial(clear, now)] if begin_clearing(now) else []


def _finish(now: datetime) -> Iterable[Task]:
    attempts = [partial(follow_up, attempt, now=now) for attempt in payments.unfinished_attempts(now - GRACE, BATCH)]
    return attempts + [partial(finish_refund, refund, now=now) for refund in unfinished_refunds(now - GRACE, BATCH)]
