"""How things are shown to programs."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from bursar.accounts import queries as accounts
from bursar.accounts.queries import MemberRow, OverrideRow
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
from bursar.i18n.decision import explained
from bursar.invoices import queries as invoices
from bursar.payments import queries, received
from bursar.payments.received import PaymentRow, RefundRow
from bursar.subscriptions import queries as subscriptions
from bursar.subscriptions.queries import RequestRow

Shown = dict[str, Any]
T = TypeVar("T")


def account(found: accounts.Customer, call: Call) -> Shown:
    """An account."""
    representative = found.account.representative
    return {
        "id": str(found.id),
        "name": found.name,
        "account_type": found.account.account_type,
        "currency": found.account.currency,
        "time_zone": found.time_zone,
        "locale": found.locale,
        "state": found.account.state.value,
        "sandbox": found.sandbox,
        "today": found.today(call.now).isoformat(),
        "tax_rate": f"{found.tax.rate.normalize():f}",
        "representative": {"name": representative.name, "email": representative.email} if representative else None,
        "created_at": found.created_at.isoformat(),
    }


def decision(call: Call, made: Decision) -> Shown:
    """A decision, with why not and whom to ask in a sentence."""
    if made.outcome is Outcome.ALLOWED:
        return {**write_decision(made), "detail": None}
    detail = explained(made, call.policy, call.customer.account, call.actor, call.today)
    return {**write_decision(made), "detail": detail or None}


def member(row: MemberRow) -> Shown:
    """A member."""
    who = {"id": str(row.id), "name": row.name, "email": row.email, "role": row.role, "state": row.state}
    invited_at, last = (at and at.isoformat() for at in (row.invited_at, row.last_sign_in_at))
    return {**who, "invited_at": invited_at, "last_sign_in_at": last}


def override(row: OverrideRow) -> Shown:
    """An override."""
    return {
        "id": str(row.id),
        "capability": row.capability,
        "grant": row.grant,
        "reason": row.reason,
        "until": row.until.isoformat() if row.until else None,
        "author": {"kind": row.author_kind, "id": str(row.author_id) if row.author_id else None},
        "created_at": row.created_at.isoformat(),
    }


def quote(call: Call, quote_id: UUID) -> Shown:
    """A quote as it was shown first; each edit with its decision in a sentence."""
    kept = subscriptions.quote(call.id, quote_id)
    return {"id": str(kept.id), **priced(call, kept.content), "expires_at": kept.expires_at.isoformat()}


def priced(call: Call, content: Shown) -> Shown:
    """What a quote says; each edit with its decision in a sentence."""
    edits = [
        {
            **decision(call, read_decision(one)),
            "edit": one["edit"],
            "effective_on": one["effective_on"],
            "overruled_on": one.get("overruled_on"),
        }
        for one in content["edits"]
    ]
    shown = ("outcome", "lines", "renewal_lines", "due_today", "next_renewal", "warnings")
    return {**{name: content[name] for name in shown}, "edits": edits, "confirm": content.get("confirm")}


def request(call: Call, row: RequestRow) -> Shown:
    """A request as it was made, and how it ended."""
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


def request_now(call: Call, row: RequestRow) -> Shown:
    """A request with what it would be today, or what it led to."""
    shown = {**request(call, row), "moved": [], "today": None, "changes": [], "invoice": None}
    if row.order_id is not None:
        shown |= taking(call, row.order_id)
    elif shown["state"] == "open":
        shown["moved"] = [*row.basis.differences(basis(call.customer, call.policy))]
        # What collides with what has happened since has no price any more.
        with suppress(Invalid, Conflict):
            today = preview_request(call.customer, row, call.actor, call.policy, call.now)
            shown["today"] = priced(call, write_quote(today))
            shown["moved"] += ["price"] if costs_differ(read_quote(row.content), today) else []
    return shown


def change(one: Change) -> Shown:
    """A change."""
    return {
        "id": str(one.id),
        "edit": write_edit(one.edit),
        "effective_on": one.effective_on.isoformat(),
        "by_vendor": one.by_vendor,
        "undoes": str(one.undoes) if one.undoes else None,
    }


def taking(call: Call, order_id: UUID) -> Shown:
    """What taking a quote made."""
    order = subscriptions.order(call.id, order_id=order_id)
    document = invoices.invoice_of_order(call.id, order_id)
    return {
        "changes": [change(one) for one in order.changes],
        "invoice": invoice(call, document) if document else None,
    }


def attempt(call: Call, attempt_id: UUID) -> Shown:
    """A payment attempt, with what it paid for once it has."""
    row = queries.attempt(call.id, attempt_id)
    shown: Shown = {
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
        shown |= taking(call, subscriptions.order(call.id, quote_id=row.quote_id).id)
    elif row.invoice_id:
        shown["invoice"] = invoice(call, invoices.document(call.id, row.invoice_id))
    return shown


def payment(call: Call, payment_id: UUID) -> Shown:
    """Return a payment with what it pays for and what of it went back."""
    [shown] = payments(call, [received.payment(call.id, payment_id)])
    return shown


def payments(call: Call, rows: Sequence[PaymentRow]) -> list[Shown]:
    """Return payments with what they pay for and what of them went back; notes are the vendor's."""
    ids = [row.id for row in rows]
    back = received.refunds(call.id, ids)
    returned = {one.id for one in back}
    pays = in_force(received.allocations(call.id, ids))
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
                {"invoice": str(pay.target), "amount": write_money(pay.amount, row.currency)}
                for pay in pays
                if pay.source == row.id and pay.target not in returned
            ],
            "refunded": write_money(row.refunded, row.currency),
            "unused": write_money(row.unused, row.currency),
            "undone": row.undone,
            "refunds": [_refund(call, one) for one in back if one.payment_id == row.id],
        }
        for row in rows
    ]


def refund(call: Call, refund_id: UUID) -> Shown:
    """Return one refund."""
    return _refund(call, received.refund(call.id, refund_id))


def _refund(call: Call, row: RefundRow) -> Shown:
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


def invoice(call: Call, document: Invoice, left: int | None = None) -> Shown:
    """An invoice or credit note with its lines."""
    if left is None:
        left = queries.left(call.id, [document.id])[document.id]
    return {
        **write_invoice(document),
        "status": document_status(document.kind, left, document.due_on, call.today),
        "open": write_money(left, document.currency),
    }


def fact(row: Fact, *, prices: bool, invoices: bool) -> Shown:
    """Return an entry of the history with the prices, totals and amounts that the actor may know."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "actor": {"kind": row.actor_kind, "id": str(row.actor_id) if row.actor_id else None},
        "on": row.on.isoformat(),
        "recorded_at": row.recorded_at.isoformat(),
        "data": row.data if prices and invoices else write_event(redacted(row.event, prices=prices, invoices=invoices)),
    }


def page(rows: Iterable[T], limit: int, show: Callable[[T], Shown], id_of: Callable[[T], object]) -> Shown:
    """A list with the cursor of what follows; `rows` has one more than the limit when something does."""
    found = list(rows)
    following = str(id_of(found[limit - 1])) if len(found) > limit else None
    return {"items": [show(one) for one in found[:limit]], "next": following}
