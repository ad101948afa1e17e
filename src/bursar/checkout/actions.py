"""Quote edits, accept them, and approve a request for them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from bursar.accounts.locked_account import locked_account
from bursar.accounts.queries import Customer
from bursar.checkout.checks import check_no_payment_open, check_review, open_payment, save_quote, usable_quote
from bursar.checkout.consequences import catch_up, overtake
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
from bursar.core.policy.policy import Actor
from bursar.core.policy.refusal import Refused
from bursar.core.subscription.edit import Edit, Undo
from bursar.history.actions import store_response
from bursar.history.queries import IdempotencyKey
from bursar.invoices import actions as invoices
from bursar.payments.queries import attempt
from bursar.subscriptions.queries import RequestRow, request
from bursar.subscriptions.queries import order as saved_order


class Stale(Conflict):
    """The figures or days are no longer those that were shown; look at the new quote and confirm again."""

    code = "stale"

    def __init__(self, quote_id: UUID) -> None:
        super().__init__()
        self.quote_id = quote_id


@dataclass(frozen=True, slots=True)
class Result:
    """The result of accepting a quote: an order, or an attempt to pay that must be finished first.

    It has neither if the figures were stale, or if events overtook the request that was to be approved. `customer` is
    the account afterwards.
    """

    customer: Customer
    order_id: UUID | None = None
    attempt_id: UUID | None = None
    stale_id: UUID | None = None
    overtaken_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The edits to accept, with the saved quote and its digest if one was shown, and the request that this approves.

    `confirmed` says that the actor confirmed the change, however much it adds.
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
    """Quote edits and save the quote as it is shown; return its id.

    Errors: NotFound, Stale if something else is in force than the edits expected, and those of `core.ordering.quote`.
    """
    with locked_account(account_id, actor, now) as customer:
        on = customer.today(now)
        gathered = gather(customer, on, edits=edits)
        decided = decide(gathered.context, edits, actor, on)
        documents = catch_up([gathered], now)
        quote_id = save_quote(gathered, decided, edits, actor=actor, now=now)
        if not decided.differs_from_expected:
            store_response(idempotency_key, kind="quote", id=quote_id, status=201, now=now)
        invoices.number(*documents)
    # Raised after the transaction, which keeps what fell due and the quote that is shown instead.
    if decided.differs_from_expected:
        raise Stale(quote_id)
    return quote_id


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
    """Accept a quote as it was shown, or edits as they are decided now; an account that pays automatically pays first.

    Errors: NotFound, Refused, Stale, ConfirmationNeeded, QuoteExpired, AlreadyTaken, PaymentOpen, Declined,
    RequestClosed, and those of `quote`.
    """
    with locked_account(account_id, actor, now) as customer:
        gathered = gather(customer, customer.today(now), edits=edits, quote_id=quote_id)
        check_no_payment_open(customer, gathered.payment_until)
        shown = usable_quote(customer, quote_id, now) if quote_id else None
        acceptance = Acceptance(tuple(edits), confirmed=confirmed)
        if shown is not None:
            reviewed = request(account_id, shown.request_id) if shown.request_id else None
            acceptance = Acceptance(edits_of(customer, shown), shown.id, shown.digest, reviewed, confirmed)
        result = _accept(gathered, acceptance, actor, now, idempotency_key)
    return _charge_if_open(account_id, result, now)


def undo(account_id: UUID, change_id: UUID, *, actor: Actor, now: datetime) -> Result:
    """Undo a scheduled change. Errors: UnknownChange, and those of `accept`."""
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
    """Approve a request: accept its edits, as they are decided now for the reviewer.

    With the digest of the quote that the reviewer was shown, raise Stale if anything has changed since.

    Errors: NotFound, Refused, Stale, ConfirmationNeeded, PaymentOpen, Declined, RequestClosed, and those of `quote`.
    """
    with locked_account(account_id, actor, now) as customer:
        gathered = gather(customer, customer.today(now))
        check_no_payment_open(customer, gathered.payment_until)
        reviewed = request(account_id, request_id)
        acceptance = Acceptance(reviewed.edits, None, digest, reviewed, confirmed)
        result = _accept(gathered, acceptance, actor, now, idempotency_key)
    return _charge_if_open(account_id, result, now)


def _charge_if_open(account_id: UUID, result: Result, now: datetime) -> Result:
    """Charge the attempt that the order waits for, if there is one, and return the result after it.

    Errors: Stale, RequestOvertaken, Declined.
    """
    if result.overtaken_id is not None:
        request(account_id, result.overtaken_id).status.check_open(now)
    if result.stale_id is not None:
        raise Stale(result.stale_id)
    if result.attempt_id is not None and charge(account_id, result.attempt_id, now=now).state == "succeeded":
        return replace(result, order_id=_order_of_attempt(account_id, result.attempt_id))
    return result


def _order_of_attempt(account_id: UUID, attempt_id: UUID) -> UUID | None:
    """Return the order that an attempt paid for, if it paid for one."""
    quote_id = attempt(account_id, attempt_id).quote_id
    return saved_order(account_id, quote_id=quote_id).id if quote_id else None


def _accept(
    gathered: GatheredAccount,
    acceptance: Acceptance,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None,
) -> Result:
    """Accept in one transaction, or open an attempt to pay for the quote; `payment` accepts it once it is paid.

    What has fallen due is written first, also when the quote is stale or the request overtaken. A refusal rolls it
    back, and the worker writes it later.
    """
    customer, on, reviewed = gathered.customer, gathered.customer.today(now), acceptance.request
    if reviewed is not None:
        check_review(gathered.context.policy, customer, reviewed, actor, now)
    documents = catch_up([gathered], now)
    if reviewed is not None and customer.id not in overtake([gathered], now):
        invoices.number(*documents)
        return Result(customer, overtaken_id=reviewed.id)
    decided = decide(gathered.context, acceptance.edits, customer.as_of_now(actor), on)
    refusal = decided.refusal()
    # If something else is in force than the edits expected, the actor sees that first: the refusal may be about it.
    if refusal is not None and not decided.differs_from_expected:
        raise Refused(refusal)
    request_id = reviewed.id if reviewed is not None else None
    save = partial(save_quote, gathered, decided, acceptance.edits, actor=actor, now=now, request_id=request_id)
    if decided.differs_from_expected or (acceptance.digest is not None and digest_of(decided) != acceptance.digest):
        stale_id = save()
        invoices.number(*documents)
        return Result(customer, stale_id=stale_id)
    check_confirmed(decided, confirmed=acceptance.confirmed)
    quote_id = acceptance.quote_id or save()
    attempt_id = open_payment(gathered, decided, quote_id, actor=actor, now=now)
    if attempt_id is not None:
        store_response(idempotency_key, kind="attempt", id=attempt_id, status=201, now=now)
        invoices.number(*documents)
        return Result(customer, attempt_id=attempt_id)
    order = Order(id=uuid7(), quote_id=quote_id, request_id=request_id, actor=actor)
    accepted = transition.accept(gathered.context, decided, order, new_id=uuid7)
    documents += write([accepted], {customer.id: customer}, now=now)
    overtake([replace(gathered, context=accepted.after, asked=gathered.asked and reviewed is None)], now)
    # Stored responses of earlier releases say `take` too.
    store_response(idempotency_key, kind="take", id=order.id, status=201, now=now)
    # Last, because it holds the series of numbers, which other accounts wait for, until the transaction ends.
    invoices.number(*documents)
    return Result(replace(customer, account=accepted.after.account), order.id)
