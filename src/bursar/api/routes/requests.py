"""Requests: asking for what one may not do oneself, and saying yes or no to it."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from bursar import checkout
from bursar.api.call import approach, enter, once
from bursar.api.present import values as show
from bursar.api.present.replies import Reply, reply, taken
from bursar.api.routes.subscriptions import QuoteOrEdits
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import shape
from bursar.core.subscription.edit import read_edits
from bursar.history.queries import Answer, IdempotencyKey
from bursar.subscriptions import queries as kept

router = Router(tags=["requests"])
_ONE = "/accounts/{uuid:account_id}/requests/{uuid:request_id}"


@router.get("/accounts/{uuid:account_id}/requests", response=shape(answers.Requests))
def list_requests(
    request: HttpRequest, account_id: UUID, before: UUID | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Any:
    """Requests, the newest first."""
    call = enter(request, account_id)
    call.permit("view_subscription")
    rows = kept.requests(account_id, before=before, limit=limit + 1)
    return show.page(rows, limit, lambda row: show.request(call, row), lambda row: row.id)


@router.get(_ONE, response=shape(answers.RequestNow))
def get_request(request: HttpRequest, account_id: UUID, request_id: UUID) -> Any:
    """One request: while it is open with what it would be today, approved with what it led to."""
    call = enter(request, account_id)
    call.permit("view_subscription")
    return show.request_now(call, kept.request(account_id, request_id))


@router.post("/accounts/{uuid:account_id}/requests", response={201: shape(answers.RequestNow)})
def submit(request: HttpRequest, account_id: UUID, body: bodies.NewRequest) -> Reply:
    """Ask for what may only be asked for; owner and billing admins can approve it."""
    call = approach(request, account_id)
    if (body.quote is None) == (body.edits is None):
        raise QuoteOrEdits()
    edits = read_edits(body.edits) if body.edits is not None else ()

    def do(asked: IdempotencyKey | None) -> Answer:
        made = checkout.submit(
            account_id,
            quote_id=body.quote,
            edits=edits,
            reason=body.reason,
            needed_by=body.needed_by,
            actor=call.actor,
            now=call.now,
            idempotency_key=asked,
        )
        return Answer("request", str(made), 201)

    return reply(call, once(request, do))


@router.post(f"{_ONE}/approve", response={201: shape(answers.Taken | answers.Attempt), 202: shape(answers.Attempt)})
def approve(request: HttpRequest, account_id: UUID, request_id: UUID, body: bodies.Confirming | None = None) -> Reply:
    """Take what a request asks for, as it is decided now for whoever approves it."""
    call = approach(request, account_id)
    confirmed = body is not None and body.confirm

    def do(asked: IdempotencyKey | None) -> Answer:
        result = checkout.approve(
            account_id, request_id, confirmed=confirmed, actor=call.actor, now=call.now, idempotency_key=asked
        )
        return taken(call, result)

    return reply(call, once(request, do))


@router.post(f"{_ONE}/reject", response=shape(answers.RequestNow))
def reject(request: HttpRequest, account_id: UUID, request_id: UUID, body: bodies.Rejection) -> Reply:
    """Close a request without doing it, saying why."""
    call = approach(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        checkout.reject(
            account_id, request_id, reason=body.reason, actor=call.actor, now=call.now, idempotency_key=asked
        )
        return Answer("request", str(request_id), 200)

    return reply(call, once(request, do))


@router.post(f"{_ONE}/withdraw", response=shape(answers.RequestNow))
def withdraw(request: HttpRequest, account_id: UUID, request_id: UUID) -> Reply:
    """Take one's own request back."""
    call = approach(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        checkout.withdraw(account_id, request_id, actor=call.actor, now=call.now, idempotency_key=asked)
        return Answer("request", str(request_id), 200)

    return reply(call, once(request, do))
