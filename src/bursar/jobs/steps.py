"""The whole clock: what happens without anybody asking, and when.

| step    | looks at                                              | does                                         |
|---------|-------------------------------------------------------|----------------------------------------------|
| finish  | open payments and refunds older than `GRACE`          | asks the gateway what became of them         |
| renew   | accounts for which something is due                   | applies what is scheduled, invoices periods  |
| collect | open invoices of automatic payers that were never tried | asks the gateway, once                     |
| expire  | open requests that nobody reviewed in time            | closes them                                  |
| look    | open requests, daily and when the rules are new       | closes those that nobody can approve any more |
| remind  | open requests that nobody reviewed, near their end    | writes it down, so that reviewers are told   |
| announce | billing periods and trials that end soon             | writes it down, so that people are told      |
| tell    | facts that people are told of, and were not           | writes emails; sandboxes keep theirs        |
| send    | emails that wait, personal ones first                | sends them                                   |
| clear   | once an hour, what is kept no longer (`retention.py`) | deletes it                                   |

The tables are the queue: a step reads what is due, does it under the locks of the accounts, and finds nothing when it
runs again. Any number of processes may run it at once. What fails for an account is parked (`parking.py`), and tried
again after a pause.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bursar.accounts.actions import instant_of, read_zone, set_clock
from bursar.accounts.locked_account import locked_account
from bursar.accounts.queries import customer
from bursar.checkout import (
    announce,
    announce_each,
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
from bursar.invoices.queries import ending_periods, ending_trials
from bursar.jobs.actions import begin_clearing
from bursar.jobs.batches import LARGEST
from bursar.jobs.retention import clear
from bursar.jobs.worker_round import Step, WorkerRound
from bursar.notices.actions import tell
from bursar.notices.queries import emails_to_send, personal_emails_to_send, untold
from bursar.notices.sending import send, send_personal
from bursar.payments import queries as payments
from bursar.payments.queries import AttemptRow
from bursar.payments.received import RefundRow, unfinished_refunds
from bursar.policy.queries import NoPolicy, current
from bursar.subscriptions.waiting import expired_requests, requests_to_look_at, unreviewed_requests

EMAILS: Final = 10
"""How many emails one turn sends: a mail server that does not answer keeps everything else waiting for each."""
LOOK_DAYS: Final = 1
"""After how many days a request is looked at again: exceptions for an account end with a day."""
GRACE: Final = timedelta(seconds=30)
"""How long whoever made a payment has before somebody else looks after it."""


def run_once(now: datetime, *, renews: bool = True) -> int:
    """Do everything that is due, for accounts whose clock is the real one; return how many things were done.

    With `renews` false everything but the renewals, which a bill run has done already.

    One account's failure does not keep the others waiting: it is logged and parked, and raised when all had their turn.
    """
    worker = WorkerRound(now)
    worker.take(_FINISH)
    if renews:
        worker.renew()
    for step in _AFTER_RENEWAL:
        worker.take(step)
    if worker.failures:
        raise ExceptionGroup("some accounts could not be looked after", worker.failures)
    return worker.done


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


def _unfinished(now: datetime, limit: int) -> list[AttemptRow | RefundRow]:
    attempts = payments.unfinished_attempts(now - GRACE, limit)
    return [*attempts, *unfinished_refunds(now - GRACE, limit)]


def _finish(unfinished: AttemptRow | RefundRow, now: datetime) -> None:
    if isinstance(unfinished, AttemptRow):
        follow_up(unfinished, now=now)
    else:
        finish_refund(unfinished, now=now)


def _to_look_at(now: datetime, limit: int) -> list[UUID]:
    try:
        current()
    except NoPolicy:
        return []
    return requests_to_look_at(now, LOOK_DAYS, limit)


def _to_remind(now: datetime, limit: int) -> list[UUID]:
    try:
        return unreviewed_requests(now, current().reminder_days, limit)
    except NoPolicy:
        return []


def _to_announce(now: datetime, limit: int) -> list[UUID]:
    try:
        policy = current()
    except NoPolicy:
        return []
    renewing, trying = policy.renewal_notice_days, policy.trial_notice_days
    accounts = ending_periods(now, renewing, limit) if renewing else []
    return accounts + (ending_trials(now, trying, limit) if trying else [])


def _each(act: Callable[[Any, datetime], object]) -> Callable[[Sequence[Any], datetime], object]:
    """Return a function that does a batch of tasks one after the other; such steps have batches of one."""
    return lambda tasks, now: [act(task, now) for task in tasks]


def _account(account_id: UUID) -> dict[str, UUID]:
    return {"account": account_id}


def _email(email_id: UUID) -> dict[str, UUID]:
    return {"email": email_id}


_FINISH: Final = Step("finish", _unfinished, _each(_finish), lambda unfinished: _account(unfinished.account_id))
_AFTER_RENEWAL: Final = (
    Step(
        "collect",
        lambda now, limit: payments.collectable_invoices(connected_gateways(), limit),
        _each(lambda invoice, now: collect(*invoice, now=now)),
        lambda invoice: _account(invoice[0]),
    ),
    Step("expire", expired_requests, _each(lambda account, now: expire(account, now=now)), _account),
    Step("look", _to_look_at, _each(lambda account, now: look_at_request(account, now=now)), _account),
    Step("remind", _to_remind, _each(lambda account, now: remind(account, now=now)), _account),
    Step("announce", _to_announce, lambda accounts, now: announce_each(accounts, now=now), _account, together=LARGEST),
    Step(
        "tell",
        lambda now, limit: untold(EMAILED, now, limit),
        _each(lambda fact, now: tell(*fact, now=now)),
        lambda fact: {"account": fact[0], "entry": fact[1]},
    ),
    Step(
        "send",
        lambda now, limit: personal_emails_to_send(now, EMAILS),
        _each(lambda email, now: send_personal(email, now=now)),
        _email,
    ),
    Step(
        "send", lambda now, limit: emails_to_send(now, EMAILS), _each(lambda email, now: send(email, now=now)), _email
    ),
    Step(
        "clear",
        lambda now, limit: [now] if begin_clearing(now) else [],
        _each(lambda at, now: clear(now)),
        lambda at: {},
    ),
)
"""The steps after the renewals, in their order: invoices are collected before people are told of them."""
