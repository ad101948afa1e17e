"""Count the tasks that wait for the worker, by step, and say since when the oldest waits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bursar.columns.ids import moment_of
from bursar.core.events import EMAILED
from bursar.gateways.registry import connected_gateways
from bursar.invoices.queries import announcements, renewals
from bursar.jobs.steps import GRACE, LOOK_DAYS
from bursar.jobs.worker_round import BATCH
from bursar.notices.queries import emails_due, untold
from bursar.payments.queries import collectable_invoices, unfinished_attempts
from bursar.payments.received import unfinished_refunds
from bursar.policy.queries import NoPolicy, current
from bursar.subscriptions.waiting import expirations, looks, reminders


@dataclass(frozen=True, slots=True)
class Queue:
    """The due tasks of a step of the worker; at most a batch is counted if counting would take long."""

    step: str
    waiting: int
    oldest_seconds: float


def queues(now: datetime) -> Iterator[Queue]:
    """Yield the steps with what waits in each; those that go by the policy only where one is published.

    The queries are those of the worker where it reads what is due by the age of its id.
    """
    before = now - GRACE
    asked = [attempt.id for attempt in unfinished_attempts(before, BATCH)]
    asked += [refund.id for refund in unfinished_refunds(before, BATCH)]
    yield _made("finish", asked, now)
    yield _made("collect", [invoice for _, invoice in collectable_invoices(connected_gateways(), BATCH)], now)
    yield _made("tell", [entry for _, entry in untold(EMAILED, now, BATCH)], now)
    due: list[tuple[str, int, datetime | None]] = [
        ("renew", *renewals(now)),
        ("expire", *expirations(now)),
        ("send", *emails_due(now)),
    ]
    try:
        policy = current()
    except NoPolicy:
        policy = None
    if policy is not None:
        due.append(("look", *looks(now, LOOK_DAYS)))
        due.append(("remind", *reminders(now, policy.reminder_days)))
        due.append(("announce", *announcements(now, policy.renewal_notice_days, policy.trial_notice_days)))
    for step, waiting, since in due:
        yield Queue(step, waiting, max(0.0, (now - since).total_seconds()) if since else 0.0)


def _made(step: str, ids: Sequence[UUID], now: datetime) -> Queue:
    age = (now - moment_of(min(ids))).total_seconds() if ids else 0.0
    return Queue(step, len(ids), max(0.0, age))
