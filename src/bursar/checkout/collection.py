"""Collect open invoices: automatically, or once by a method that the payer chooses."""

from datetime import datetime, timedelta
from uuid import UUID

from bursar.accounts.locked_account import locked_account, permit
from bursar.accounts.queries import Customer
from bursar.checkout.checks import check_no_payment_open
from bursar.checkout.payment import Declined, charge
from bursar.core.billing.gateway import NoGateway
from bursar.core.billing.payment import Method, NothingToPay, PaymentOpen
from bursar.core.money.money import Money
from bursar.core.policy.policy import SYSTEM, Actor
from bursar.history.actions import store_response
from bursar.history.queries import IdempotencyKey
from bursar.invoices import queries as invoices
from bursar.payments import actions as payments
from bursar.payments import queries
from bursar.payments.queries import AttemptRow
from bursar.policy import queries as policy


def pay(
    account_id: UUID,
    invoice_id: UUID,
    method: Method,
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> AttemptRow:
    """Pay the open amount of an invoice once, by this method.

    Errors: NotFound, Refused, PaymentOpen, NothingToPay, NoGateway, Declined.
    """
    with locked_account(account_id, actor, now) as customer:
        permit(policy.current(), customer, actor, "pay_invoice", now)
        attempt_id = _begin(customer, invoice_id, method, actor=actor, now=now)
        store_response(idempotency_key, kind="attempt", id=attempt_id, status=201, now=now)
    return charge(account_id, attempt_id, now=now)


def collect(account_id: UUID, invoice_id: UUID, *, now: datetime, again: bool = False) -> bool:
    """Collect an open invoice from an account that pays automatically; return true if it is settled then.

    An invoice that was tried before is tried once more only with `again`. What cannot be collected now stays open.
    """
    with locked_account(account_id, SYSTEM, now) as customer:
        # Read under the lock: while this waited for it, another worker may have tried.
        method = queries.method(account_id)
        if not method.automatic or (queries.was_attempted(account_id, invoice_id) and not again):
            return False
        try:
            attempt_id = _begin(customer, invoice_id, method, actor=SYSTEM, now=now)
        except (PaymentOpen, NothingToPay, NoGateway):
            return False
    try:
        return charge(account_id, attempt_id, now=now).state == "succeeded"
    except Declined:
        # The attempt keeps the reason, and the invoice stays open; dunning decides what follows.
        return False


def set_method(account_id: UUID, method: Method, *, actor: Actor, now: datetime) -> int:
    """Set the payment method and collect open invoices by it; return how many were settled.

    Errors: NotFound, Refused, StaysAutomatic, NoGateway.
    """
    payments.set_method(policy.current(), account_id, method, actor=actor, now=now)
    return collect_all(account_id, now=now, again=True)


def collect_all(account_id: UUID, *, now: datetime, again: bool) -> int:
    """Collect all open invoices, those tried before only with `again`; return how many were settled."""
    if not queries.method(account_id).automatic:
        return 0
    # Asked before any is locked: an account may have had hundreds tried in vain, and each that is tried takes its time.
    invoice_ids = queries.uncollected_invoices(account_id, again=again)
    return sum(collect(account_id, invoice_id, now=now, again=again) for invoice_id in invoice_ids)


def _begin(customer: Customer, invoice_id: UUID, method: Method, *, actor: Actor, now: datetime) -> UUID:
    """Open an attempt to pay the open amount of an invoice, under the lock; return its id.

    Errors: NotFound, PaymentOpen, NothingToPay, NoGateway.
    """
    document = invoices.document(customer.id, invoice_id)
    check_no_payment_open(customer, queries.open_attempt_expires_at(customer.id))
    left = queries.open_amounts(customer.id, [invoice_id])[invoice_id]
    if document.kind != "invoice" or left == 0:
        raise NothingToPay(number=document.number)
    return payments.begin_attempt(
        customer,
        Money(left, document.currency),
        method,
        invoice_id=invoice_id,
        actor=actor,
        on=customer.today(now),
        now=now,
        expires_at=customer.moment(now) + timedelta(minutes=policy.current().attempt_minutes),
    )
