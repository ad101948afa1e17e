"""Routes about invoices, the journal, billing details and payment methods."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from bursar import checkout
from bursar.accounts import actions as accounts_actions
from bursar.accounts import queries as accounts
from bursar.api.call import Call, answer_once, open_call, require_vendor
from bursar.api.present import values as present
from bursar.api.present.replies import Reply, reply
from bursar.api.problems import BadBody
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import documented_as
from bursar.core.billing.payment import TokenNeeded, check_waiting, read_method
from bursar.core.messages.problem import phrase
from bursar.history.actions import store_response as keep_answer
from bursar.history.queries import Answer, IdempotencyKey
from bursar.i18n.country import is_country
from bursar.invoices import queries as invoices
from bursar.payments import queries

router = Router(tags=["billing"])


@router.get("/accounts/{uuid:account_id}/invoices", response=documented_as(answers.Invoices))
def list_invoices(
    request: HttpRequest, account_id: UUID, before: UUID | None = None, limit: bodies.PageSize = 50
) -> Any:
    """List invoices and credit notes, the newest first."""
    call = open_call(request, account_id)
    call.permit("view_invoices")
    rows = invoices.documents(account_id, before=before, limit=limit + 1)
    # Read for the whole page at once: an invoice asked for alone costs a statement of its own.
    open_amounts = queries.open_amounts(account_id, [row.id for row in rows])
    return present.page(rows, limit, lambda row: present.invoice(call, row, open_amounts[row.id]), lambda row: row.id)


@router.get("/accounts/{uuid:account_id}/invoices/{uuid:invoice_id}", response=documented_as(answers.Invoice))
def get_invoice(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> Any:
    """Return an invoice or credit note."""
    call = open_call(request, account_id)
    call.permit("view_invoices")
    return present.invoice(call, invoices.document(account_id, invoice_id))


@router.post(
    "/accounts/{uuid:account_id}/invoices/{uuid:invoice_id}/pay",
    response={201: documented_as(answers.Attempt), 202: documented_as(answers.Attempt)},
)
def pay(request: HttpRequest, account_id: UUID, invoice_id: UUID, body: bodies.PaymentMethod) -> Reply:
    """Pay the open amount of an invoice once; the payment method of the account stays."""
    call = open_call(request, account_id)
    method = read_method(body.type, body.token)
    if not method.automatic:
        # A bank transfer is not made here: it arrives, and the vendor books it.
        raise TokenNeeded(kind=phrase("card"))

    def act(key: IdempotencyKey | None) -> Answer:
        attempt = checkout.pay(account_id, invoice_id, method, actor=call.actor, now=call.now, idempotency_key=key)
        return Answer("attempt", str(attempt.id), 201)

    return reply(call, answer_once(request, act))


@router.get("/accounts/{uuid:account_id}/invoices/{uuid:invoice_id}/journal", response=documented_as(answers.Journal))
def invoice_journal(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> Any:
    """Return a document as balanced double entry."""
    open_call(request, account_id).permit("view_invoices")
    return {"journal": checkout.journal_of_invoice(account_id, invoice_id)}


@router.get("/accounts/{uuid:account_id}/journal", response=documented_as(answers.Journal))
def account_journal(request: HttpRequest, account_id: UUID) -> Any:
    """Return all documents and payments as balanced double entry."""
    open_call(request, account_id).permit("view_invoices")
    return {"journal": checkout.journal_of_account(account_id)}


@router.put("/accounts/{uuid:account_id}/payment_method", response=documented_as(answers.MethodSet))
def set_payment_method(request: HttpRequest, account_id: UUID, body: bodies.PaymentMethod) -> Any:
    """Set the payment method; open invoices are collected with it."""
    call = open_call(request, account_id)
    method = read_method(body.type, body.token)
    collected = checkout.set_method(account_id, method, actor=call.actor, now=call.now)
    return {"type": method.kind, "collected": collected, "waiting": _waiting(call)}


@router.get("/accounts/{uuid:account_id}/payment_method", response=documented_as(answers.MethodNow))
def get_payment_method(request: HttpRequest, account_id: UUID) -> Any:
    """Return the payment type, and the payment that waits for the payer, if any."""
    call = open_call(request, account_id)
    call.permit("view_subscription")
    return {"type": queries.method(account_id).kind, "waiting": _waiting(call)}


@router.get("/accounts/{uuid:account_id}/billing_details", response=documented_as(answers.Details))
def get_billing_details(request: HttpRequest, account_id: UUID) -> Any:
    """Return the billing details of future invoices."""
    open_call(request, account_id).permit("view_invoices")
    details = accounts.details(account_id)
    return {name: getattr(details, name) for name in details.__dataclass_fields__}


@router.put("/accounts/{uuid:account_id}/billing_details", response=documented_as(answers.Details))
def set_billing_details(request: HttpRequest, account_id: UUID, body: bodies.BillingDetails) -> Any:
    """Set the billing details of future invoices; issued invoices never change."""
    call = open_call(request, account_id)
    details = body.model_dump()
    _check_countries(call, details)
    accounts_actions.set_details(call.policy, account_id, details=details, actor=call.actor, now=call.now)
    return details


def _check_countries(call: Call, details: dict[str, Any]) -> None:
    """Check that countries are codes. Errors: BadBody."""
    # Rows from before codes were required may be sent back unchanged.
    kept = accounts.details(call.id)
    for name, before in (("sold_to", kept.sold_to), ("bill_to", kept.bill_to or {})):
        country = (details[name] or {}).get("country", "")
        if country and country != before.get("country") and not is_country(country):
            raise BadBody(at=f"body.{name}.country", expected=phrase("the two letters of a country, such as FR or DE"))


@router.get("/accounts/{uuid:account_id}/attempts/{uuid:attempt_id}", response=documented_as(answers.Attempt))
def get_attempt(request: HttpRequest, account_id: UUID, attempt_id: UUID) -> Any:
    """Return a payment attempt, and the result of what it paid for."""
    call = open_call(request, account_id)
    call.permit("view_subscription")
    return present.attempt(call, attempt_id)


@router.post(
    "/accounts/{uuid:account_id}/attempts/{uuid:attempt_id}/finish",
    response={201: documented_as(answers.Attempt), 202: documented_as(answers.Attempt)},
)
def finish(request: HttpRequest, account_id: UUID, attempt_id: UUID, body: bodies.Finish) -> Reply:
    """Answer a payment at the sandbox gateway in place of the payer."""
    require_vendor(request)
    call = open_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        # Confirming a finished attempt again does nothing, and a program would take that for success.
        check_waiting(queries.attempt(account_id, attempt_id).state)
        checkout.confirm(attempt_id, body.outcome, now=call.now)
        # Kept by itself, because the gateway's event that books the payment knows of no idempotency key.
        keep_answer(key, kind="attempt", id=attempt_id, status=201, now=call.now)
        return Answer("attempt", str(attempt_id), 201)

    return reply(call, answer_once(request, act))


@router.post(
    "/accounts/{uuid:account_id}/attempts/{uuid:attempt_id}/give_up",
    response={201: documented_as(answers.Attempt), 202: documented_as(answers.Attempt)},
)
def give_up_payment(request: HttpRequest, account_id: UUID, attempt_id: UUID) -> Reply:
    """Give up a payment that waits for the payer; nothing is charged unless the money has already arrived."""
    call = open_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        checkout.give_up(account_id, attempt_id, actor=call.actor, now=call.now, idempotency_key=key)
        return Answer("attempt", str(attempt_id), 201)

    return reply(call, answer_once(request, act))


def _waiting(call: Call) -> dict[str, Any] | None:
    """Return the payment that waits for the payer, if any."""
    # An attempt that a collection began is named by no other answer.
    row = queries.open_attempt(call.id)
    return present.attempt(call, row.id) if row else None
