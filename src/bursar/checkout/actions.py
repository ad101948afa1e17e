"""Quote edits, accept them, approve a request for them, and renew accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from bursar.accounts.locked_account import locked_account
from bursar.accounts.queries import Customer
from bursar.checkout.checks import check_no_payment_open, check_review, open_payment, save_quote, shown
from bursar.checkout.consequences import catch_up, overtake, overtake_request
from bursar.checkout.gather import GatheredAccount, edits_of, gather
from bursar.checkout.payment import charge
from bursar.checkout.write import write
from bursar.columns.ids import uuid7
from bursar.core.messages.problem import Conflict
from bursar.core.ordering import transition
from bursar.core.ordering.content import digest as digest_of
from bursar.core.ordering.quote import check_confirmed
from bursar.core.ordering.quote import quote as decide
from bursar.core.ordering.transition import Order
from bursar.core.policy.policy import SYSTEM, Actor
from bursar.core.policy.refusal import Refused
from bursar.core.subscription.edit import Edit, Undo
from bursar.history.actions import answer as keep_answer
from bursar.history.queries import IdempotencyKey
from bursar.invoices import actions as invoices
from bursar.payments.queries import attempt
from bursar.subscriptions.queries import RequestRow, request
from bursar.subscriptions.queries import order as saved_order
from bursar.subscriptions.queries import quote as saved_quote


class Stale(Conflict):
    """The figures or days are no longer those that were shown; look at the new quote and confirm again."""

    code = "stale"

    def __init__(self, quote_id: UUID) -> None:
        super().__init__()
        self.quote_id = quote_id


@dataclass(frozen=True, slots=True)
class Result:
    """What came of taking: a taking, or an attempt to pay that must be finished first.

    Neither, where the figures were stale, or the request that was to be approved was overtaken by events. `customer` is
    the account as it is then.
    """

    customer: Customer
    order_id: UUID | None = None
    attempt_id: UUID | None = None
    stale_id: UUID | None = None
    overtaken_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taken: the kept quote and its digest where one was shown, and the request that it approves.

    `confirmed` says that it is meant, however much it adds.
    """

    edits: tuple[Edit, ...]
    quote_id: UUID | None = None
    digest: str | None = None
    request: RequestRow | None = None
    confirmed: bool = False


def quote(
    account_id: UUID,
    edits: Sequence[Edit],
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> UUID:
    """A new quote for these edits, kept as it is shown.

    Errors: NotFound, Stale where something else is in force than the edits expected, and Invalid and Conflict as they
    deserve.
    """
    with locked_account(account_id, actor, now) as customer:
        gathered, on = gather(customer, customer.today(now)), customer.today(now)
        answer = decide(gathered.context, edits, actor, on)
        documents = catch_up(gathered, now)
        kept = save_quote(gathered, answer, edits, actor=actor, now=now)
        if not answer.differs_from_expected:
            keep_answer(idempotency_key, kind="quote", id=kept, status=201, now=now)
        invoices.number(*documents)
    if answer.differs_from_expected:
        raise Stale(kept)
    return kept


def accept(
    account_id: UUID,
    *,
    quote_id: UUID | None = None,
    edits: Sequence[Edit] = (),
    confirmed: bool = False,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> Result:
    """Take a quote as it was shown, or edits as they are decided now; who pays automatically pays first.

    Errors: NotFound, Refused, Stale, Confirm, QuoteExpired, AlreadyTaken, PaymentOpen, Declined, RequestClosed, and
    those of `quote`.
    """
    with locked_account(account_id, actor, now) as customer:
        gathered = gather(customer, customer.today(now))
        check_no_payment_open(customer, gathered.payment_until)
        before = shown(customer, quote_id, now) if quote_id else None
        wanted = Wanted(tuple(edits), confirmed=confirmed)
        if before is not None:
            reviewed = request(account_id, before.request_id) if before.request_id else None
            wanted = Wanted(edits_of(customer, before), before.id, before.digest, reviewed, confirmed)
        result = _accept(gathered, wanted, actor, now, idempotency_key)
    return _carried_on(account_id, result, now)


def undo(account_id: UUID, change_id: UUID, *, actor: Actor, now: datetime) -> Result:
    """Take a scheduled change back. Errors: UnknownChange, and those of `accept`."""
    return accept(account_id, edits=(Undo(change=change_id),), actor=actor, now=now)


def approve(
    account_id: UUID,
    request_id: UUID,
    *,
    digest: str | None = None,
    confirmed: bool = False,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> Result:
    """Take what a request asks for, as it is decided now for whoever approves it.

    With the digest of the quote that they were shown, only if nothing has changed since.

    Errors: NotFound, Refused, Stale, Confirm, PaymentOpen, Declined, RequestClosed, and those of `quote`.
    """
    with locked_account(account_id, actor, now) as customer:
        gathered = gather(customer, customer.today(now))
        check_no_payment_open(customer, gathered.payment_until)
        reviewed = request(account_id, request_id)
        edits = edits_of(customer, saved_quote(account_id, reviewed.quote_id))
        result = _accept(gathered, Wanted(edits, None, digest, reviewed, confirmed), actor, now, idempotency_key)
    return _carried_on(account_id, result, now)


def _carried_on(account_id: UUID, result: Result, now: datetime) -> Result:
    """What came of a taking once its payment, if it needs one, was asked for.

    Errors: Stale, RequestOvertaken, Declined.
    """
    if result.overtaken_id is not None:
        request(account_id, result.overtaken_id).status.check_open(now)
    if result.stale_id is not None:
        raise Stale(result.stale_id)
    if result.attempt_id is not None and charge(account_id, result.attempt_id, now=now).state == "succeeded":
        return replace(result, order_id=_order_of_attempt(account_id, result.attempt_id))
    return result


def renew(account_id: UUID, *, now: datetime) -> int:
    """Do everything that has fallen due; on how many days something had. Twice is once."""
    with locked_account(account_id, SYSTEM, now) as customer:
        gathered = gather(customer, customer.today(now))
        invoices.number(*catch_up(gathered, now))
    return len(gathered.overdue)


def _order_of_attempt(account_id: UUID, attempt_id: UUID) -> UUID | None:
    """Return the order that an attempt paid for, if it paid for one."""
    quote_id = attempt(account_id, attempt_id).quote_id
    return saved_order(account_id, quote_id=quote_id).id if quote_id else None


def _accept(
    gathered: GatheredAccount, wanted: Wanted, actor: Actor, now: datetime, idempotency_key: IdempotencyKey | None
) -> Result:
    """The first transaction: everything is done in it, or an attempt to pay is written on the quote."""
    customer, on, reviewed = gathered.customer, gathered.customer.today(now), wanted.request
    if reviewed is not None:
        check_review(gathered.context.policy, customer, reviewed, actor, now)
    documents = catch_up(gathered, now)
    if reviewed is not None and overtake_request(gathered, reviewed, wanted.edits, now):
        invoices.number(*documents)
        return Result(customer, overtaken_id=reviewed.id)
    answer = decide(gathered.context, wanted.edits, customer.as_of_now(actor), on)
    refusal = answer.refusal()
    if refusal is not None and not answer.differs_from_expected:
        raise Refused(refusal)
    request_id = reviewed.id if reviewed is not None else None
    keeping = partial(save_quote, gathered, answer, wanted.edits, actor=actor, now=now, request_id=request_id)
    if answer.differs_from_expected or (wanted.digest is not None and digest_of(answer) != wanted.digest):
        stale_id = keeping()
        invoices.number(*documents)
        return Result(customer, stale_id=stale_id)
    check_confirmed(answer, confirmed=wanted.confirmed)
    kept = wanted.quote_id or keeping()
    attempt_id = open_payment(gathered, answer, kept, actor=actor, now=now)
    if attempt_id is not None:
        keep_answer(idempotency_key, kind="attempt", id=attempt_id, status=201, now=now)
        invoices.number(*documents)
        return Result(customer, attempt_id=attempt_id)
    order = Order(id=uuid7(), quote_id=kept, request_id=request_id, actor=actor)
    made = transition.accept(gathered.context, answer, order, new_id=uuid7)
    documents += write([made], {customer.id: customer}, now=now)
    overtake(replace(gathered, context=made.after, asked=gathered.asked and reviewed is None), now)
    keep_answer(idempotency_key, kind="take", id=order.id, status=201, now=now)
    invoices.number(*documents)
    return Result(replace(customer, account=made.after.account), order.id)
