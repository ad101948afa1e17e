"""The subscription: what it is, what it would cost to have it different, and having it so."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from bursar import checkout
from bursar.api.call import approach, enter, once
from bursar.api.present import subscription as having
from bursar.api.present.replies import Reply, reply, taken
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import shape
from bursar.core.messages.problem import Invalid, NotFound, phrase
from bursar.core.ordering.conflicts import UnknownChange
from bursar.core.subscription.edit import read_edits
from bursar.history.queries import Answer, IdempotencyKey

router = Router(tags=["subscription"])


class QuoteOrEdits(Invalid):
    """Say either which quote is taken or which edits."""

    code = "quote_or_edits"


@router.get("/accounts/{uuid:account_id}/subscription", response=shape(answers.Subscription))
def get_subscription(request: HttpRequest, account_id: UUID) -> Any:
    """What the account has, and what is scheduled."""
    call = enter(request, account_id)
    call.permit("view_subscription")
    return having.subscription(call)


@router.post("/accounts/{uuid:account_id}/quotes", response={201: shape(answers.Quote)})
def quote(request: HttpRequest, account_id: UUID, body: bodies.Edits) -> Reply:
    """Decide and price edits; nothing changes yet."""
    call = approach(request, account_id)
    edits = read_edits(body.edits)

    def do(asked: IdempotencyKey | None) -> Answer:
        quote_id = checkout.quote(account_id, edits, actor=call.actor, now=call.now, idempotency_key=asked)
        return Answer("quote", str(quote_id), 201)

    return reply(call, once(request, do))


@router.post(
    "/accounts/{uuid:account_id}/changes",
    response={201: shape(answers.Taken | answers.Attempt), 202: shape(answers.Attempt)},
)
def take(request: HttpRequest, account_id: UUID, body: bodies.Taking) -> Reply:
    """Take a quote as it was shown, or edits as they are decided now."""
    call = approach(request, account_id)
    if (body.quote is None) == (body.edits is None):
        raise QuoteOrEdits()
    edits = read_edits(body.edits) if body.edits is not None else ()

    def do(asked: IdempotencyKey | None) -> Answer:
        result = checkout.accept(
            account_id,
            quote_id=body.quote,
            edits=edits,
            confirmed=body.confirm,
            actor=call.actor,
            now=call.now,
            idempotency_key=asked,
        )
        return taken(call, result)

    return reply(call, once(request, do))


@router.delete(
    "/accounts/{uuid:account_id}/changes/{uuid:change_id}", response={200: shape(answers.Taken | answers.Attempt)}
)
def undo(request: HttpRequest, account_id: UUID, change_id: UUID) -> Reply:
    """Take a scheduled change back."""
    call = approach(request, account_id)
    try:
        result = checkout.undo(account_id, change_id, actor=call.actor, now=call.now)
    except UnknownChange:
        raise NotFound(what=phrase("scheduled change")) from None
    return Status(200, reply(call, taken(call, result)).value)
