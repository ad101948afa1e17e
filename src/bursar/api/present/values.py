"""Write accounts, quotes, requests, payments and invoices for programs."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from bursar.accounts import queries as accounts
from bursar.accounts.member_list import MemberRow
from bursar.accounts.queries import OverrideRow
from bursar.api.call import Call
from bursar.checkout import basis, preview_request
from bursar.core.billing.allocation import in_force
from bursar.core.billing.invoice import Invoice
from bursar.core.billing.invoice_content import write_invoice, write_money
from bursar.core.billing.payment import document_status
from bursar.core.events import redacted, write_event
from bursar.core.messages.problem import Conflict, Invalid
from bursar.core.ordering.content import read_decision, read_quote, write_decision, write_quote
from bursar.core.ordering.request import costs_differ
from bursar.core.policy.policy import Decision, Outcome
from bursar.core.subscription.edit import write_edit
from bursar.core.subscription.subscription import Change
from bursar.history.queries import Fact
from bursar.i18n.decision import explanation
from bursar.invoices import queries as invoices
from bursar.payments import queries, received
from bursar.payments.received import PaymentRow, RefundRow
from bursar.subscriptions import queries as subscriptions
from bursar.subscriptions.queries import RequestRow

JsonObject = dict[str, Any]
T = TypeVar("T")


def account(customer: accounts.Customer, call: Call) -> JsonObject:
    """Return an account."""
    representative = customer.account.representative
    return {
        "id": str(customer.id),
        "name": customer.name,
        "account_type": customer.account.account_type,
        "currency": customer.account.currency,
        "time_zone": customer.time_zone,
        "locale": customer.locale,
        "state": customer.account.state.value,
        "sandbox": customer.sandbox,
        "today": customer.today(call.now).isoformat(),
        "tax_rate": f"{customer.tax.rate.normalize():f}",
        "representative": {"name": representative.name, "email": representative.email} if representative else None,
        "created_at": customer.created_at.isoformat(),
    }


def decision(call: Call, decided: Decision) -> JsonObject:
    """Return a decision; if it is not allowed, with a sentence that gives the reason and the people to ask."""
    if decided.outcome is Outcome.ALLOWED:
        return {**write_decision(decided), "detail": None}
    detail = explanation(decided, call.policy, call.customer.account, call.actor, call.today)
    return {**write_decision(decided), "detail": detail or None}


def member(row: MemberRow) -> JsonObject:
    """Return a member."""
    person = {"id": str(row.id), "name": row.name, "email": row.email, "role": row.role, "state": row.state}
    invited_at, last_sign_in_at = (moment and moment.isoformat() for moment in (row.invited_at, row.last_sign_in_at))
    return {**person, "invited_at": invited_at, "last_sign_in_at": last_sign_in_at}


def override(row: OverrideRow) -> JsonObject:
    """Return an override."""
    return {
        "id": str(row.id),
        "capability": row.capability,
        "grant": row.grant,
        "reason": row.reason,
        "until": row.until.isoformat() if row.until else None,
        "author": {"kind": row.author_kind, "id": str(row.author_id) if row.author_id else None},
        "created_at": row.created_at.isoformat(),
    }


def quote(call: Call, quote_id: UUID) -> JsonObject:
    """Return a kept quote; each edit has its decision in a sentence."""
    row = subscriptions.quote(call.id, quote_id)
    return {"id": str(row.id), **priced(call, row.content), "expires_at": row.expires_at.isoformat()}


def priced(call: Call, content: JsonObject) -> JsonObject:
    """Return the content of a quote; each edit has its decision in a sentence."""
    edits = [
        {
            **decision(call, read_decision(edit)),
            "edit": edit["edit"],
            "effective_on": edit["effective_on"],
            "overruled_on": edit.get("overruled_on"),
        }
        for edit in content["edits"]
    ]
    # The other fields are for Bursar, which reads the quote back. Quotes older than ceilings have no `confirm`.
    names = ("outcome", "lines", "renewal_lines", "due_today", "next_renewal", "warnings")
    return {**{name: content[name] for name in names}, "edits": edits, "confirm": content.get("confirm")}


def request(call: Call, row: RequestRow) -> JsonObject:
    """Return a request as it was made, and how it ended."""
    # An expired request stays open in the table until the worker closes it; its state of this moment counts.
    state = row.status.at(call.customer.moment(call.now))
    closed = None
    if row.closed_at is not None:
        by = {"kind": row.closed_by_kind, "id": str(row.closed_by_id) if row.closed_by_id else None}
        closed = {"at": row.closed_at.isoformat(), "by": by, "reason": row.answer, "cause": row.cause}
    return {
        "id": str(row.id),
        "state": state,
        "member": {"id": str(row.member_id), "name": row.name, "email": row.email},
        "reason": row.reason,
        "needed_by": row.needed_by.isoformat() if row.needed_by else None,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "quote": priced(call, row.content),
        "closed": closed,
    }


def request_now(call: Call, row: RequestRow) -> JsonObject:
    """Return a request with its quote of today, or with its result."""
    document = {**request(call, row), "moved": [], "today": None, "changes": [], "invoice": None}
    if row.order_id is not None:
        document |= order_result(call, row.order_id)
    elif document["state"] == "open":
        document["moved"] = [*row.basis.differences(basis(call.customer, call.policy))]
        # Changes made since may conflict with the request: then it has no price of today.
        with suppress(Invalid, Conflict):
            today = preview_request(call.customer, row, call.actor, call.policy, call.now)
            document["today"] = priced(call, write_quote(today))
            document["moved"] += ["price"] if costs_differ(read_quote(row.content), today) else []
    return document


def change(accepted: Change) -> JsonObject:
    """Return a change."""
    return {
        "id": str(accepted.id),
        "edit": write_edit(accepted.edit),
        "effective_on": accepted.effective_on.isoformat(),
        "by_vendor": accepted.by_vendor,
        "undoes": str(accepted.undoes) if accepted.undoes else None,
    }


def order_result(call: Call, order_id: UUID) -> JsonObject:
    """Return the changes and the invoice of an accepted quote."""
    order = subscriptions.order(call.id, order_id=order_id)
    document = invoices.invoice_of_order(call.id, order_id)
    return {
        "changes": [change(accepted) for accepted in order.changes],
        "invoice": invoice(call, document) if document else None,
    }


def attempt(call: Call, attempt_id: UUID) -> JsonObject:
    """Return a payment attempt, with the result of what it paid for."""
    row = queries.attempt(call.id, attempt_id)
    document: JsonObject = {
        "id": str(row.id),
        "state": row.state,
        "reason": row.reason or None,
        "amount": write_money(row.amount_minor, row.currency),
        "address": row.address or None,
        "expires_at": row.expires_at.isoformat(),
        "changes": [],
        "invoice": None,
    }
    if row.state == "succeeded" and row.quote_id:
        document |= order_result(call, subscriptions.order(call.id, quote_id=row.quote_id).id)
    elif row.invoice_id:
        document["invoice"] = invoice(call, invoices.document(call.id, row.invoice_id))
    return document


def payment(call: Call, payment_id: UUID) -> JsonObject:
    """Return a payment with its invoices and refunds."""
    [document] = payments(call, [received.payment(call.id, payment_id)])
    return document


def payments(call: Call, rows: Sequence[PaymentRow]) -> list[JsonObject]:
    """Return payments with their invoices and refunds; notes are for the vendor only."""
    ids = [row.id for row in rows]
    refunds = received.refunds(call.id, ids)
    # A payment is allocated to its refunds as it is to invoices, so that its unused part is one subtraction.
    refund_ids = {refund.id for refund in refunds}
    allocations = in_force(received.allocations(call.id, ids))
    return [
        {
            "id": str(row.id),
            "source": row.source,
            "attempt": str(row.attempt_id) if row.attempt_id else None,
            "entry": row.entry or None,
            "reference": row.reference or None,
            "note": (row.note or None) if call.by_vendor else None,
            "amount": write_money(row.amount_minor, row.currency),
            "received_on": row.on.isoformat(),
            "invoices": [
                {"invoice": str(allocation.target), "amount": write_money(allocation.amount, row.currency)}
                for allocation in allocations
                if allocation.source == row.id and allocation.target not in refund_ids
            ],
            "refunded": write_money(row.refunded, row.currency),
            "unused": write_money(row.unused, row.currency),
            "undone": row.undone,
            "refunds": [_refund(call, refund) for refund in refunds if refund.payment_id == row.id],
        }
        for row in rows
    ]


def refund(call: Call, refund_id: UUID) -> JsonObject:
    """Return one refund."""
    return _refund(call, received.refund(call.id, refund_id))


def _refund(call: Call, row: RefundRow) -> JsonObject:
    return {
        "id": str(row.id),
        "payment": str(row.payment_id),
        "amount": write_money(row.amount_minor, row.currency),
        "reason": row.reason,
        "reference": row.reference or None,
        "note": (row.note or None) if call.by_vendor else None,
        "state": row.state,
        "failure": row.failure or None,
        "on": row.on.isoformat(),
    }


def invoice(call: Call, document: Invoice, open_minor: int | None = None) -> JsonObject:
    """Return an invoice or credit note with its lines."""
    if open_minor is None:
        open_minor = queries.open_amounts(call.id, [document.id])[document.id]
    return {
        **write_invoice(document),
        "status": document_status(document.kind, open_minor, document.due_on, call.today),
        "open": write_money(open_minor, document.currency),
    }


def fact(row: Fact, *, prices: bool, invoices: bool) -> JsonObject:
    """Return an entry of the history with the prices, totals and amounts that the actor may know."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "actor": {"kind": row.actor_kind, "id": str(row.actor_id) if row.actor_id else None},
        "on": row.on.isoformat(),
        "recorded_at": row.recorded_at.isoformat(),
        "data": row.data if prices and invoices else write_event(redacted(row.event, prices=prices, invoices=invoices)),
    }


def page(rows: Iterable[T], limit: int, write: Callable[[T], JsonObject], id_of: Callable[[T], object]) -> JsonObject:
    """Return a page of a list with the cursor of the next page."""
    listed = list(rows)
    # The cursor is the last row shown and not the first of the next page: rows are listed before or after an id.
    following = str(id_of(listed[limit - 1])) if len(listed) > limit else None
    return {"items": [write(row) for row in listed[:limit]], "next": following}
