"""The door: quote, take, approve, renew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from bursar.accounts.deed import deed
from bursar.accounts.queries import Customer
from bursar.checkout.apply import apply, settle
from bursar.checkout.consequences import follow
from bursar.checkout.door import check_no_payment_open, check_review, keep, open_payment, shown
from bursar.checkout.gather import edits_of, situation
from bursar.checkout.pay import pay
from bursar.checkout.renewal import catch_up
from bursar.core.content import digest as digest_of
from bursar.core.edit import Edit
from bursar.core.policy import SYSTEM, Actor
from bursar.core.problem import Conflict
from bursar.core.quote import check_confirmed
from bursar.core.quote import quote as decide
from bursar.core.refusal import Refused
from bursar.history.actions import answer as keep_answer
from bursar.history.queries import Once
from bursar.invoices import actions as invoices
from bursar.payments.queries import Agenda, agenda, attempt
from bursar.subscriptions.queries import quote as kept_quote
from bursar.subscriptions.queries import request, taken


class Stale(Conflict):
    """The figures or days are no longer those that were shown; look at the new quote and confirm again."""

    code = "stale"

    def __init__(self, quote_id: UUID) -> None:
        super().__init__()
        self.quote_id = quote_id


@dataclass(frozen=True, slots=True)
class Result:
    """What came of taking: a taking, or an attempt to pay that must be finished first.

    Neither, where the figures were stale, or the request that was to be approved was overtaken by events.
    """

    take_id: UUID | None = None
    attempt_id: UUID | None = None
    stale_id: UUID | None = None
    overtaken_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taken: the kept quote and its digest where one was shown, and the request that it reviews.

    `confirmed` says that it is meant, however much it adds.
    """

    edits: tuple[Edit, ...]
    quote_id: UUID | None = None
    digest: str | None = None
    request_id: UUID | None = None
    confirmed: bool = False


def quote(account_id: UUID, edits: Sequence[Edit], *, actor: Actor, now: datetime, once: Once | None = None) -> UUID:
    """A new quote for these edits, kept as it is shown.

    Errors: NotFound, Stale where something else is in force than the edits expected, and Invalid and Conflict as they
    deserve.
    """
    with deed(account_id, actor, now) as customer:
        customer, documents, _ = catch_up(customer, agenda(account_id), now)
        known = situation(customer)
        answer = decide(known, edits, actor, customer.today(now))
        kept = keep(customer, known, answer, edits, actor=actor, now=now)
        if not answer.surprises:
            keep_answer(once, kind="quote", id=kept, status=201, now=now)
        invoices.number(*documents)
    if answer.surprises:
        raise Stale(kept)
    return kept


def take(
    account_id: UUID,
    *,
    quote_id: UUID | None = None,
    edits: Sequence[Edit] = (),
    confirmed: bool = False,
    actor: Actor,
    now: datetime,
    once: Once | None = None,
) -> Result:
    """Take a quote as it was shown, or edits as they are decided now; who pays automatically pays first.

    Errors: NotFound, Refused, Stale, Confirm, QuoteExpired, AlreadyTaken, PaymentOpen, Declined, RequestClosed, and
    those of `quote`.
    """
    with deed(account_id, actor, now) as customer:
        check_no_payment_open(customer, waiting := agenda(account_id))
        before = shown(customer, quote_id, now) if quote_id else None
        wanted = Wanted(tuple(edits), confirmed=confirmed)
        if before is not None:
            wanted = Wanted(edits_of(customer, before), before.id, before.digest, before.request_id, confirmed)
        result = _take(customer, waiting, wanted, actor, now, once)
    return _carried_on(account_id, result, now)


def approve(
    account_id: UUID,
    request_id: UUID,
    *,
    digest: str | None = None,
    confirmed: bool = False,
    actor: Actor,
    now: datetime,
    once: Once | None = None,
) -> Result:
    """Take what a request asks for, as it is decided now for whoever approves it.

    With the digest of the quote that they were shown, only if nothing has changed since.

    Errors: NotFound, Refused, Stale, Confirm, PaymentOpen, Declined, RequestClosed, and those of `quote`.
    """
    with deed(account_id, actor, now) as customer:
        check_no_payment_open(customer, waiting := agenda(account_id))
        edits = edits_of(customer, kept_quote(account_id, request(account_id, request_id).quote_id))
        result = _take(customer, waiting, Wanted(edits, None, digest, request_id, confirmed), actor, now, once)
    return _carried_on(account_id, result, now)


def _carried_on(account_id: UUID, result: Result, now: datetime) -> Result:
    """What came of a taking once its payment, if it needs one, was asked for.

    Errors: Stale, RequestOvertaken, Declined.
    """
    if result.overtaken_id is not None:
        request(account_id, result.overtaken_id).standing.check_open(now)
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
    customer: Customer, waiting: Agenda, wanted: Wanted, actor: Actor, now: datetime, once: Once | None
) -> Result:
    """The first transaction: everything is done in it, or an attempt to pay is written on the quote."""
    if wanted.request_id is not None:
        check_review(customer, wanted.request_id, actor, now)
    customer, documents, _ = catch_up(customer, waiting, now)
    if wanted.request_id is not None:
        follow(customer.id, now)
        if request(customer.id, wanted.request_id).cause is not None:
            invoices.number(*documents)
            return Result(overtaken_id=wanted.request_id)
    known, on = situation(customer), customer.today(now)
    answer = decide(known, wanted.edits, customer.standing_of(actor), on)
    refusal = answer.refusal()
    if refusal is not None and not answer.surprises:
        raise Refused(refusal)
    keeping = partial(keep, customer, known, answer, wanted.edits, actor=actor, now=now, request_id=wanted.request_id)
    if answer.surprises or (wanted.digest is not None and digest_of(answer) != wanted.digest):
        stale_id = keeping()
        invoices.number(*documents)
        return Result(stale_id=stale_id)
    check_confirmed(answer, confirmed=wanted.confirmed)
    kept = wanted.quote_id or keeping()
    attempt_id = open_payment(customer, known, answer, kept, actor=actor, now=now)
    if attempt_id is not None:
        keep_answer(once, kind="attempt", id=attempt_id, status=201, now=now)
        invoices.number(*documents)
        return Result(attempt_id=attempt_id)
    done = apply(customer, known, answer, quote_id=kept, request_id=wanted.request_id, actor=actor, on=on, now=now)
    settle(customer, now=now)
    follow(customer.id, now)
    keep_answer(once, kind="take", id=done.take_id, status=201, now=now)
    invoices.number(*documents, *([done.invoice_id] if done.invoice_id else []))
    return Result(done.take_id)
