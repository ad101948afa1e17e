"""The door: quote, take, renew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bursar.accounts.deed import deed
from bursar.accounts.queries import Customer
from bursar.checkout.apply import apply, settle
from bursar.checkout.door import check_no_payment_open, keep, open_payment, shown
from bursar.checkout.gather import edits_of, situation
from bursar.checkout.pay import pay
from bursar.checkout.renewal import catch_up
from bursar.core.content import digest
from bursar.core.edit import Edit
from bursar.core.policy import SYSTEM, Actor
from bursar.core.problem import Conflict
from bursar.core.quote import quote as decide
from bursar.core.refusal import Refused
from bursar.history.actions import answer as keep_answer
from bursar.history.queries import Once
from bursar.invoices import actions as invoices
from bursar.payments.queries import agenda, attempt
from bursar.subscriptions.queries import taken


class Stale(Conflict):
    """The figures or days are no longer those that were shown; look at the new quote and confirm again."""

    code = "stale"

    def __init__(self, quote_id: UUID) -> None:
        super().__init__()
        self.quote_id = quote_id


@dataclass(frozen=True, slots=True)
class Result:
    """What came of taking: a taking, or an attempt to pay that must be finished first."""

    take_id: UUID | None = None
    attempt_id: UUID | None = None
    stale_id: UUID | None = None


def quote(account_id: UUID, edits: Sequence[Edit], *, actor: Actor, now: datetime, once: Once | None = None) -> UUID:
    """A new quote for these edits, kept as it is shown. Errors: NotFound, and Invalid and Conflict as edits deserve."""
    with deed(account_id, actor, now) as customer:
        customer, documents, _ = catch_up(customer, agenda(account_id), now)
        known = situation(customer)
        answer = decide(known, edits, actor, customer.today(now))
        kept = keep(customer, known, answer, edits, actor=actor, now=now)
        keep_answer(once, kind="quote", id=kept, status=201, now=now)
        invoices.number(*documents)
    return kept


def take(
    account_id: UUID,
    *,
    quote_id: UUID | None = None,
    edits: Sequence[Edit] = (),
    actor: Actor,
    now: datetime,
    once: Once | None = None,
) -> Result:
    """Take a quote as it was shown, or edits as they are decided now; who pays automatically pays first.

    Errors: NotFound, Refused, Stale, QuoteExpired, AlreadyTaken, PaymentOpen, Declined, and those of `quote`.
    """
    with deed(account_id, actor, now) as customer:
        result = _take(customer, quote_id, edits, actor, now, once)
    if result.stale_id is not None:
        raise Stale(result.stale_id)
    if result.attempt_id is not None and pay(account_id, result.attempt_id, now=now).state == "succeeded":
        return Result(take_of_attempt(account_id, result.attempt_id), result.attempt_id)
    return result


def renew(account_id: UUID, *, now: datetime) -> int:
    """Apply and invoice everything that has fallen due; on how many days something had. Twice is once."""
    with deed(account_id, SYSTEM, now) as customer:
        _, documents, days = catch_up(customer, agenda(account_id), now)
        invoices.number(*documents)
    return days


def take_of_attempt(account_id: UUID, attempt_id: UUID) -> UUID | None:
    """The taking that an attempt paid for, if it paid for one."""
    quote_id = attempt(account_id, attempt_id).quote_id
    return taken(account_id, quote_id=quote_id).id if quote_id else None


def _take(
    customer: Customer,
    quote_id: UUID | None,
    edits: Sequence[Edit],
    actor: Actor,
    now: datetime,
    once: Once | None,
) -> Result:
    """The first transaction: everything is done in it, or an attempt to pay is written on the quote."""
    waiting = agenda(customer.id)
    check_no_payment_open(waiting)
    before = shown(customer, quote_id, now) if quote_id else None
    customer, documents, _ = catch_up(customer, waiting, now)
    known, on = situation(customer), customer.today(now)
    wanted = edits_of(customer, before) if before else tuple(edits)
    answer = decide(known, wanted, actor, on)
    if (refusal := answer.refusal()) is not None:
        raise Refused(refusal)
    if before is not None and digest(answer) != before.digest:
        stale_id = keep(customer, known, answer, wanted, actor=actor, now=now)
        invoices.number(*documents)
        return Result(stale_id=stale_id)
    kept = before.id if before else keep(customer, known, answer, wanted, actor=actor, now=now)
    attempt_id = open_payment(customer, known, answer, kept, actor=actor, now=now)
    if attempt_id is not None:
        keep_answer(once, kind="attempt", id=attempt_id, status=201, now=now)
        invoices.number(*documents)
        return Result(attempt_id=attempt_id)
    done = apply(customer, known, answer, quote_id=kept, actor=actor, on=on, now=now)
    settle(customer, now=now)
    keep_answer(once, kind="take", id=done.take_id, status=201, now=now)
    invoices.number(*documents, *([done.invoice_id] if done.invoice_id else []))
    return Result(done.take_id)
