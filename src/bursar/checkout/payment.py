"""Moving money for a quote or an invoice: the gateway is asked outside any transaction, and asked again if in doubt."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from bursar.accounts.locked_account import locked_account, permit
from bursar.accounts.queries import Customer
from bursar.checkout.consequences import follow
from bursar.checkout.gather import gather
from bursar.checkout.refunds import finish_refund
from bursar.checkout.write import write
from bursar.columns.ids import uuid7
from bursar.core.billing.gateway import SANDBOX
from bursar.core.billing.payment import AttemptStep, DeclineReason, cancellation_reason, check_waiting, next_step
from bursar.core.messages.problem import NotFound, Problem
from bursar.core.money.money import Money
from bursar.core.ordering.content import read_quote
from bursar.core.ordering.transition import Order, accept
from bursar.core.policy.policy import SYSTEM, Actor, Vendor
from bursar.gateways.protocol import ChargeResult
from bursar.gateways.registry import gateway
from bursar.gateways.sandbox import Sandbox
from bursar.history.actions import store_response
from bursar.history.queries import IdempotencyKey
from bursar.invoices import actions as invoices
from bursar.payments import actions as payments
from bursar.payments import queries
from bursar.payments.queries import AttemptRow
from bursar.payments.received import refunds_of_attempt
from bursar.payments.refunds import refund_late_payment
from bursar.policy import queries as policy
from bursar.subscriptions import queries as subscriptions


class Declined(Problem):
    """The payment was declined ({reason}); nothing was changed."""

    code = "declined"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=DeclineReason(reason))


def charge(account_id: UUID, attempt_id: UUID, *, now: datetime) -> AttemptRow:
    """Charge an open attempt at its gateway, and book the result; return the attempt afterwards.

    Errors: Declined.
    """
    attempt = queries.attempt(account_id, attempt_id)
    amount = Money(attempt.amount_minor, attempt.currency)
    result = gateway(attempt.gateway).charge(str(attempt.id), amount, attempt.token, attempt.expires_at)
    carry_out(attempt, result, now=now)
    after = queries.attempt(account_id, attempt_id)
    if after.state == "failed":
        raise Declined(reason=after.reason)
    return after


def follow_up(attempt: AttemptRow, *, now: datetime) -> AttemptStep:
    """Ask the gateway for the result of an attempt, and book it; return what was done."""
    return carry_out(attempt, gateway(attempt.gateway).find(str(attempt.id)), now=now)


def confirm(attempt_id: UUID, outcome: Literal["succeeded", "failed"], *, now: datetime) -> AttemptRow:
    """Do at the sandbox gateway what a payer does at its page; return the attempt, which is of a sandbox account.

    Errors: NotFound.
    """
    attempt, sandbox = queries.sandbox_attempt(attempt_id), Sandbox()
    sandbox.authenticate(str(attempt_id), outcome)
    hear(SANDBOX, sandbox.event(str(attempt_id)), {}, now=now)
    return attempt


def give_up(
    account_id: UUID, attempt_id: UUID, *, actor: Actor, now: datetime, idempotency_key: IdempotencyKey | None = None
) -> AttemptRow:
    """Give up a payment that waits for the payer; return the attempt, which is paid where the money came first.

    Errors: NotFound, Refused, NotWaiting.
    """
    with locked_account(account_id, actor, now) as customer:
        permit(policy.current(), customer, actor, "pay_invoice", now)
        attempt = queries.attempt(account_id, attempt_id)
        check_waiting(attempt.state)
        store_response(idempotency_key, kind="attempt", id=attempt_id, status=201, now=now)
    _cancel(attempt, actor=actor, reason="given_up", now=now)
    return queries.attempt(account_id, attempt_id)


def carry_out(attempt: AttemptRow, charge: ChargeResult, *, now: datetime) -> AttemptStep:
    """Book what the gateway says of an attempt; return what was done. Repeating it does nothing."""
    step = _book(attempt, charge, now)
    if step == "cancel":
        reason = None if charge.answer == "cancelled" else "expired"
        return _cancel(attempt, actor=SYSTEM, reason=reason, now=now)
    if step == "refund":
        for refund in refunds_of_attempt(attempt.account_id, attempt.id):
            finish_refund(refund, now=now)
    return step


def hear(code: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> AttemptStep:
    """Follow up the attempt that an event of a gateway is about; return what was done.

    The event is trusted for nothing but its key: the result is asked of the gateway, so events may come twice, late or
    out of order.
    Errors: ForgedEvent, and ImproperlyConfigured if the gateway is not connected.
    """
    event = gateway(code).read_event(body, headers)
    attempt = queries.attempt_of_charge(code, event.charge) if event else None
    return follow_up(attempt, now=now) if attempt else "nothing"


def _book(attempt: AttemptRow, charge: ChargeResult, now: datetime) -> AttemptStep:
    """Book the result of a charge in one transaction: accept and invoice what was paid for, or end the attempt."""
    with locked_account(attempt.account_id, SYSTEM, now, members=_member_of(attempt)) as customer:
        current = queries.attempt(attempt.account_id, attempt.id)
        step = next_step(current.state, charge.answer, current.expires_at, customer.moment(now))
        match step:
            case "book":
                invoices.number(*_book_payment(customer, current, now))
            case "fail":
                payments.end_attempt(current, "failed", actor=_actor(customer, current), now=now, reason=charge.reason)
            case "wait":
                payments.await_payer(current.id, charge.address)
            case "refund":
                refund_late_payment(current, now=now)
        if step != "wait":
            follow(attempt.account_id, now)
    return step


def _book_payment(customer: Customer, attempt: AttemptRow, now: datetime) -> tuple[UUID, ...]:
    """Book a payment with the order or invoice that it pays for; return the documents that still need numbers."""
    actor = _actor(customer, attempt)
    if attempt.quote_id is None:
        payments.book_attempt(attempt, actor=actor, on=customer.today(now), now=now)
        payments.allocate(customer.id, now=now, first=(attempt.invoice_id,) if attempt.invoice_id else ())
        return ()
    saved = subscriptions.quote(customer.id, attempt.quote_id)
    # The payer paid for the quote of that day, so it is accepted as it was then, however late the money came.
    paid_for = replace(read_quote(saved.content), on=attempt.on)
    gathered = gather(customer, attempt.on, quote_id=saved.id)
    order = Order(id=uuid7(), quote_id=saved.id, request_id=saved.request_id, actor=actor)
    accepted = accept(gathered.context, paid_for, order, new_id=uuid7)
    documents = write([accepted], {customer.id: customer}, now=now)
    payments.book_attempt(attempt, actor=actor, on=attempt.on, now=now)
    payments.allocate(customer.id, now=now, first=documents)
    return documents


def _cancel(attempt: AttemptRow, *, actor: Actor, reason: str | None, now: datetime) -> AttemptStep:
    """Cancel a charge at the gateway and end its attempt; book the payment instead if the money came first.

    Without a reason the charge was cancelled before, by a process that did not come to write it down.
    """
    charge = gateway(attempt.gateway).cancel(str(attempt.id))
    if charge.answer == "succeeded":
        return _book(attempt, charge, now)
    with locked_account(attempt.account_id, actor, now) as customer:
        if queries.attempt(attempt.account_id, attempt.id).state == "open":
            reason = reason or cancellation_reason(attempt.expires_at, customer.moment(now))
            payments.end_attempt(attempt, "cancelled", actor=actor, now=now, reason=reason)
            follow(attempt.account_id, now)
    return "cancel"


def _member_of(attempt: AttemptRow) -> tuple[UUID, ...]:
    """Return the id of the member who began the attempt, if a member did."""
    return (attempt.actor_id,) if attempt.actor_kind == "member" and attempt.actor_id is not None else ()


def _actor(customer: Customer, attempt: AttemptRow) -> Actor:
    """Return the actor who began the attempt, or the system if that member has left meanwhile."""
    for member_id in _member_of(attempt):
        try:
            return customer.member(member_id)
        except NotFound:
            return SYSTEM
    return Vendor(attempt.actor_id, system=attempt.actor_kind == "system")
