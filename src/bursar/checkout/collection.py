"""Collecting what was invoiced: from who pays automatically, and from who pays once by another method."""

from datetime import datetime, timedelta
from uuid import UUID

from bursar.accounts.deed import deed, permit
from bursar.checkout.door import check_no_payment_open
from bursar.checkout.pay import Declined, pay
from bursar.core.money import Money
from bursar.core.payment import Method, NothingToPay
from bursar.core.policy import SYSTEM, Actor
from bursar.history.actions import answer
from bursar.history.queries import Once
from bursar.invoices import queries as invoices
from bursar.payments import actions as payments
from bursar.payments import queries
from bursar.payments.queries import AttemptRow
from bursar.policy import queries as policy


def pay_invoice(
    account_id: UUID, invoice_id: UUID, method: Method, *, actor: Actor, now: datetime, once: Once | None = None
) -> AttemptRow:
    """Pay what is open of an invoice once, by this method. Errors: NotFound, Refused, NothingToPay, Declined."""
    with deed(account_id, actor, now) as customer:
        document = invoices.document(account_id, invoice_id)
        permit(policy.current(), customer, actor, "pay_invoice", now)
        check_no_payment_open(queries.agenda(account_id))
        left = queries.left(account_id, [invoice_id])[invoice_id]
        if document.kind != "invoice" or left == 0:
            raise NothingToPay(number=document.number)
        attempt_id = payments.begin(
            account_id,
            Money(left, document.currency),
            method,
            invoice_id=invoice_id,
            actor=actor,
            on=customer.today(now),
            now=now,
            expires_at=customer.moment(now) + timedelta(minutes=policy.current().attempt_minutes),
        )
        answer(once, kind="attempt", id=attempt_id, status=201, now=now)
    return pay(account_id, attempt_id, now=now)


def collect(account_id: UUID, invoice_id: UUID, *, now: datetime) -> bool:
    """Collect one open invoice from an account that pays automatically; whether it is settled then."""
    method = queries.method(account_id)
    if not method.automatic or queries.open_attempt(account_id) is not None:
        return False
    try:
        return pay_invoice(account_id, invoice_id, method, actor=SYSTEM, now=now).state == "succeeded"
    except (Declined, NothingToPay):
        # The attempt says why; what follows a failed collection is decided by the dunning table, not here.
        return False


def collect_all(account_id: UUID, *, now: datetime) -> int:
    """Collect everything that is open, as after a new payment method; how many invoices were settled."""
    return sum(collect(account_id, one.id, now=now) for one in queries.open_invoices(account_id))
