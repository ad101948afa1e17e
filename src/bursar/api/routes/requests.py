"""Routes about requests: submit, approve, reject and withdraw."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from bursar import checkout
from bursar.api.call import answer_once, open_call, open_deferred_call
from bursar.api.present import values as present
from bursar.api.present.replies import Reply, order_answer, reply
from bursar.api.routes.subscriptions import edits_unless_quoted
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import documented_as
from bursar.history.queries import Answer, IdempotencyKey
from bursar.subscriptions import queries as subscriptions

router = Router(tags=["requests"])
_REQUEST = "/accounts/{uuid:account_id}/requests/{uuid:request_id}"


@router.get("/accounts/{uuid:account_id}/requests", response=documented_as(answers.Requests))
def list_requests(
    request: HttpRequest, account_id: UUID, before: UUID | None = None, limit: bodies.PageSize = 50
) -> Any:
    """List requests, the newest first."""
    call = open_call(request, account_id)
    call.permit("view_subscription")
    rows = subscriptions.requests(account_id, before=before, limit=limit + 1)
    return present.page(rows, limit, lambda row: present.request(call, row), lambda row: row.id)


@router.get(_REQUEST, response=documented_as(answers.RequestNow))
def get_request(request: HttpRequest, account_id: UUID, request_id: UUID) -> Any:
    """Return a request; with its quote of today while it is open, with its result once it is approved."""
    call = open_call(request, account_id)
    call.permit("view_subscription")
    return present.request_now(call, subscriptions.request(account_id, request_id))


@router.post("/accounts/{uuid:account_id}/requests", response={201: documented_as(answers.RequestNow)})
def submit(request: HttpRequest, account_id: UUID, body: bodies.NewRequest) -> Reply:
    """Request a change that the actor may not make; the owner and billing admins can approve it."""
    call = open_deferred_call(request, account_id)
    edits = edits_unless_quoted(body)

    def act(key: IdempotencyKey | None) -> Answer:
        submitted_id = checkout.submit(
            account_id,
            quote_id=body.quote,
            edits=edits,
            reason=body.reason,
            needed_by=body.needed_by,
            actor=call.actor,
            now=call.now,
            idempotency_key=key,
        )
        return Answer("request", str(submitted_id), 201)

    return reply(call, answer_once(request, act))


@router.post(
    f"{_REQUEST}/approve",
    response={201: documented_as(answers.Taken | answers.Attempt), 202: documented_as(answers.Attempt)},
)
def approve(request: HttpRequest, account_id: UUID, request_id: UUID, body: bodies.Confirming | None = None) -> Reply:
    """Approve a request: accept its edits as they are decided now for the approver."""
    call = open_deferred_call(request, account_id)
    confirmed = body is not None and body.confirm

    def act(key: IdempotencyKey | None) -> Answer:
        result = checkout.approve(
            account_id, request_id, confirmed=confirmed, actor=call.actor, now=call.now, idempotency_key=key
        )
        return order_answer(call, result)

    return reply(call, answer_once(request, act))


@router.post(f"{_REQUEST}/reject", response=documented_as(answers.RequestNow))
def reject(request: HttpRequest, account_id: UUID, request_id: UUID, body: bodies.Rejection) -> Reply:
    """Reject a request, with a reason."""
    call = open_deferred_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        checkout.reject(account_id, request_id, reason=body.reason, actor=call.actor, now=call.now, idempotency_key=key)
        return Answer("request", str(request_id), 200)

    return reply(call, answer_once(request, act))


@router.post(f"{_REQUEST}/withdraw", response=documented_as(answers.RequestNow))
def withdraw(request: HttpRequest, account_id: UUID, request_id: UUID) -> Reply:
    """Withdraw your own request."""
    call = open_deferred_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        checkout.withdraw(account_id, request_id, actor=call.actor, now=call.now, idempotency_key=key)
        return Answer("request", str(request_id), 200)

    return reply(call, answer_once(request, act))
