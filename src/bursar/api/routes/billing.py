"""Invoices, the journal, billing details, and how they are paid."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from bursar import checkout
from bursar.accounts import actions as accounts_actions
from bursar.accounts import queries as accounts
from bursar.api.call import Call, enter, once, vendor
from bursar.api.present import values as show
from bursar.api.present.replies import Reply, reply
from bursar.api.problems import BadBody
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import shape
from bursar.core.billing.payment import TokenNeeded, check_waiting, read_method
from bursar.core.messages.problem import phrase
from bursar.history.actions import answer as keep_answer
from bursar.history.queries import Answer, IdempotencyKey
from bursar.i18n.country import is_country
from bursar.invoices import queries as invoices
from bursar.payments import queries

router = Router(tags=["billing"])


@router.get("/accounts/{uuid:account_id}/invoices", response=shape(answers.Invoices))
def list_invoices(
    request: HttpRequest, account_id: UUID, before: UUID | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Any:
    """Invoices and credit notes, the newest first."""
    call = enter(request, account_id)
    call.permit("view_invoices")
    rows = invoices.documents(account_id, before=before, limit=limit + 1)
    left = queries.left(account_id, [row.id for row in rows])
    return show.page(rows, limit, lambda row: show.invoice(call, row, left[row.id]), lambda row: row.id)


@router.get("/accounts/{uuid:account_id}/invoices/{uuid:invoice_id}", response=shape(answers.Invoice))
def get_invoice(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> Any:
    """One invoice or credit note."""
    call = enter(request, account_id)
    call.permit("view_invoices")
    return show.invoice(call, invoices.document(account_id, invoice_id))


@router.post(
    "/accounts/{uuid:account_id}/invoices/{uuid:invoice_id}/pay",
    response={201: shape(answers.Attempt), 202: shape(answers.Attempt)},
)
def pay(request: HttpRequest, account_id: UUID, invoice_id: UUID, body: bodies.PaymentMethod) -> Reply:
    """Pay what is open of an invoice once, without changing how the account pays."""
    call = enter(request, account_id)
    method = read_method(body.type, body.token)
    if not method.automatic:
        raise TokenNeeded(kind=phrase("card"))

    def do(asked: IdempotencyKey | None) -> Answer:
        attempt = checkout.pay(account_id, invoice_id, method, actor=call.actor, now=call.now, idempotency_key=asked)
        return Answer("attempt", str(attempt.id), 201)

    return reply(call, once(request, do))


@router.get("/accounts/{uuid:account_id}/invoices/{uuid:invoice_id}/journal", response=shape(answers.Journal))
def invoice_journal(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> Any:
    """One document as balanced double entry."""
    enter(request, account_id).permit("view_invoices")
    return {"journal": checkout.journal_of_invoice(account_id, invoice_id)}


@router.get("/accounts/{uuid:account_id}/journal", response=shape(answers.Journal))
def account_journal(request: HttpRequest, account_id: UUID) -> Any:
    """All documents and payments as balanced double entry."""
    enter(request, account_id).permit("view_invoices")
    return {"journal": checkout.journal_of_account(account_id)}


@router.put("/accounts/{uuid:account_id}/payment_method", response=shape(answers.MethodSet))
def set_payment_method(request: HttpRequest, account_id: UUID, body: bodies.PaymentMethod) -> Any:
    """Pay in another way from now on; what is open is collected with it."""
    call = enter(request, account_id)
    method = read_method(body.type, body.token)
    collected = checkout.set_method(account_id, method, actor=call.actor, now=call.now)
    return {"type": method.kind, "collected": collected, "waiting": _waiting(call)}


@router.get("/accounts/{uuid:account_id}/payment_method", response=shape(answers.MethodNow))
def get_payment_method(request: HttpRequest, account_id: UUID) -> Any:
    """How the account pays, and the payment that waits for the payer if one does."""
    call = enter(request, account_id)
    call.permit("view_subscription")
    return {"type": queries.method(account_id).kind, "waiting": _waiting(call)}


@router.get("/accounts/{uuid:account_id}/billing_details", response=shape(answers.Details))
def get_billing_details(request: HttpRequest, account_id: UUID) -> Any:
    """What future invoices say of the customer."""
    enter(request, account_id).permit("view_invoices")
    found = accounts.details(account_id)
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


@router.put("/accounts/{uuid:account_id}/billing_details", response=shape(answers.Details))
def set_billing_details(request: HttpRequest, account_id: UUID, body: bodies.BillingDetails) -> Any:
    """Say what future invoices say of the customer; an issued one never changes."""
    call = enter(request, account_id)
    details = body.model_dump()
    _check_countries(call, details)
    accounts_actions.set_details(call.policy, account_id, details=details, actor=call.actor, now=call.now)
    return details


def _check_countries(call: Call, details: dict[str, Any]) -> None:
    """Check that countries are codes; what was kept before may be sent back as it is. Errors: BadBody."""
    kept = accounts.details(call.id)
    for name, before in (("sold_to", kept.sold_to), ("bill_to", kept.bill_to or {})):
        country = (details[name] or {}).get("country", "")
        if country and country != before.get("country") and not is_country(country):
            raise BadBody(at=f"body.{name}.country", expected=phrase("the two letters of a country, such as FR or DE"))


@router.get("/accounts/{uuid:account_id}/attempts/{uuid:attempt_id}", response=shape(answers.Attempt))
def get_attempt(request: HttpRequest, account_id: UUID, attempt_id: UUID) -> Any:
    """A payment attempt, and what it paid for once it has."""
    call = enter(request, account_id)
    call.permit("view_subscription")
    return show.attempt(call, attempt_id)


@router.post(
    "/accounts/{uuid:account_id}/attempts/{uuid:attempt_id}/finish",
    response={201: shape(answers.Attempt), 202: shape(answers.Attempt)},
)
def finish(request: HttpRequest, account_id: UUID, attempt_id: UUID, body: bodies.Finish) -> Reply:
    """Do at the sandbox gateway what a payer would do at its page."""
    vendor(request)
    call = enter(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        check_waiting(queries.attempt(account_id, attempt_id).state)
        checkout.confirm(attempt_id, body.outcome, now=call.now)
        keep_answer(asked, kind="attempt", id=attempt_id, status=201, now=call.now)
        return Answer("attempt", str(attempt_id), 201)

    return reply(call, once(request, do))


@router.post(
    "/accounts/{uuid:account_id}/attempts/{uuid:attempt_id}/give_up",
    response={201: shape(answers.Attempt), 202: shape(answers.Attempt)},
)
def give_up_payment(request: HttpRequest, account_id: UUID, attempt_id: UUID) -> Reply:
    """Give up a payment that waits for the payer; nothing is charged, unless the money has arrived already."""
    call = enter(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        checkout.give_up(account_id, attempt_id, actor=call.actor, now=call.now, idempotency_key=asked)
        return Answer("attempt", str(attempt_id), 201)

    return reply(call, once(request, do))


def _waiting(call: Call) -> dict[str, Any] | None:
    """The payment that waits for the payer; one that a collection began is found nowhere else."""
    row = queries.open_attempt(call.id)
    return show.attempt(call, row.id) if row else None
