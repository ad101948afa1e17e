"""Set payment methods, open and end attempts, book their payments, and allocate money to invoices."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from bursar.accounts.locked_account import locked_account, permit
from bursar.accounts.queries import Customer
from bursar.columns.ids import uuid7
from bursar.core.billing.gateway import choose_gateway
from bursar.core.billing.payment import Method, ProposedAllocation, check_replacement, propose_allocations
from bursar.core.events.payment import MethodSet, PaymentFailed, PaymentReceived
from bursar.core.money.money import Money
from bursar.core.policy.policy import Actor, Policy
from bursar.gateways.registry import connected_gateways
from bursar.history.actions import actor_columns, record
from bursar.invoices import queries as invoices
from bursar.logs import counters
from bursar.payments import models, queries


def set_method(policy: Policy, account_id: UUID, method: Method, *, actor: Actor, now: datetime) -> None:
    """Set the account's payment method. Errors: NotFound, Refused, StaysAutomatic, NoGateway."""
    with locked_account(account_id, actor, now) as customer:
        permit(policy, customer, actor, "change_payment_type", now)
        before = queries.method(account_id)
        check_replacement(before, method, actor)
        method = with_gateway_of(customer, method)
        # A new row and not a changed one: an attempt that is open keeps the method that it was begun with.
        models.Method.objects.create(
            account_id=account_id, kind=method.kind, gateway=method.gateway, token=method.token, recorded_at=now
        )
        event = MethodSet(before=before.kind, after=method.kind)
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)


def with_gateway_of(customer: Customer, method: Method) -> Method:
    """Return the method with the gateway that moves its money for the account. Errors: NoGateway."""
    # Chosen anew for each attempt, because the gateways that are connected may have changed since the method was set.
    return choose_gateway(
        method, connected_gateways(), sandbox=customer.sandbox, ask=customer.account.vendor_contacts()[0]
    )


def begin_attempt(
    customer: Customer,
    amount: Money,
    method: Method,
    *,
    quote_id: UUID | None = None,
    invoice_id: UUID | None = None,
    actor: Actor,
    on: date,
    now: datetime,
    expires_at: datetime,
) -> UUID:
    """Open an attempt, under the lock, without asking the gateway yet; return its id. Errors: NoGateway.

    Its id is the key of its charge. The row is committed first, so that a charge is known even if this process dies
    between asking the gateway and hearing its answer.
    """
    method = with_gateway_of(customer, method)
    attempt = models.Attempt.objects.create(
        account_id=customer.id,
        quote_id=quote_id,
        invoice_id=invoice_id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        method_kind=method.kind,
        gateway=method.gateway,
        token=method.token,
        state="open",
        expires_at=expires_at,
        on=on,
        created_at=now,
        **actor_columns(actor),
    )
    return attempt.id


def await_payer(attempt_id: UUID, address: str) -> None:
    """Note the address at which the payer must confirm an open attempt."""
    # Without the lock of the account, because the gateway is asked outside any transaction. An attempt that has ended
    # meanwhile keeps what it has.
    models.Attempt.objects.filter(pk=attempt_id, state="open").exclude(address=address).update(address=address)


def end_attempt(attempt: queries.AttemptRow, state: str, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """End an attempt, under the lock, and record it if it did not succeed."""
    models.Attempt.objects.filter(pk=attempt.id).update(state=state, reason=reason, finished_at=now)
    # Counted at the commit, so that an attempt whose end is rolled back is not counted.
    transaction.on_commit(counters.attempts.labels(state).inc)
    # The fact of a success is the payment that is booked for it.
    if state != "succeeded":
        event = PaymentFailed(
            attempt=attempt.id,
            state=state,
            reason=reason,
            invoice=attempt.invoice_id,
            number=_number(attempt),
            amount_minor=attempt.amount_minor,
            currency=attempt.currency,
        )
        record(account_id=attempt.account_id, events=[event], actor=actor, on=attempt.on, now=now)


def book_attempt(attempt: queries.AttemptRow, *, actor: Actor, on: date, now: datetime) -> UUID:
    """Book the payment of an attempt that succeeded, under the lock; return its id."""
    end_attempt(attempt, "succeeded", actor=actor, now=now)
    payment = models.Payment.objects.create(
        account_id=attempt.account_id,
        source="attempt",
        attempt_id=attempt.id,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        on=on,
        recorded_at=now,
    )
    event = PaymentReceived(
        payment=payment.id,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        invoice=attempt.invoice_id,
        number=_number(attempt),
    )
    record(account_id=attempt.account_id, events=[event], actor=actor, on=on, now=now)
    return payment.id


def allocate(*account_ids: UUID, now: datetime, first: Sequence[UUID] = ()) -> tuple[ProposedAllocation, ...]:
    """Allocate credit notes and payments of accounts to open invoices, under their locks; return the allocations.

    The invoices in `first` are settled first, in that order, then the oldest.
    """
    if not account_ids:
        return ()
    rank = {invoice_id: number for number, invoice_id in enumerate(first)}
    allocations = list[ProposedAllocation]()
    rows = list[models.Allocation]()
    for account_id, unsettled in queries.unsettled(account_ids).items():
        # The sort is stable: invoices that are not named stay in their order, the oldest first.
        invoices_in_order = sorted(unsettled.invoices, key=lambda invoice: rank.get(invoice.id, len(rank)))
        # Credit before money: money that stays unused can be refunded, a credit note cannot.
        proposed = propose_allocations((*unsettled.notes, *unsettled.payments), invoices_in_order)
        allocations += proposed
        rows += _allocation_rows(account_id, proposed, {payment.id for payment in unsettled.payments}, now)
    models.Allocation.objects.bulk_create(rows)
    return tuple(allocations)


def _allocation_rows(
    account_id: UUID, proposed: Iterable[ProposedAllocation], payment_ids: Collection[UUID], now: datetime
) -> Iterator[models.Allocation]:
    for allocation in proposed:
        is_payment = allocation.source in payment_ids
        yield models.Allocation(
            id=uuid7(),
            account_id=account_id,
            invoice_id=allocation.invoice,
            payment_id=allocation.source if is_payment else None,
            credit_note_id=None if is_payment else allocation.source,
            amount=allocation.amount,
            recorded_at=now,
        )


def _number(attempt: queries.AttemptRow) -> str | None:
    """Return the number of the invoice that an attempt pays; None if it pays a quote."""
    return invoices.document(attempt.account_id, attempt.invoice_id).number if attempt.invoice_id else None
