"""Routes about the subscription: read it, quote edits, accept a quote, undo a change."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from bursar import checkout
from bursar.api.call import answer_once, open_call, open_deferred_call
from bursar.api.present import subscription as present
from bursar.api.present.replies import Reply, order_answer, reply
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import documented_as
from bursar.core.messages.problem import Invalid, NotFound, phrase
from bursar.core.ordering.conflicts import UnknownChange
from bursar.core.subscription.edit import Edit, read_edits
from bursar.history.queries import Answer, IdempotencyKey

router = Router(tags=["subscription"])


class QuoteOrEdits(Invalid):
    """Say either which quote is taken or which edits."""

    code = "quote_or_edits"


@router.get("/accounts/{uuid:account_id}/subscription", response=documented_as(answers.Subscription))
def get_subscription(request: HttpRequest, account_id: UUID) -> Any:
    """Return the subscription and its scheduled changes."""
    call = open_call(request, account_id)
    call.permit("view_subscription")
    return present.subscription(call)


@router.post("/accounts/{uuid:account_id}/quotes", response={201: documented_as(answers.Quote)})
def quote(request: HttpRequest, account_id: UUID, body: bodies.Edits) -> Reply:
    """Decide and price edits; nothing changes yet."""
    call = open_deferred_call(request, account_id)
    edits = read_edits(body.edits)

    def act(key: IdempotencyKey | None) -> Answer:
        quote_id = checkout.quote(account_id, edits, actor=call.actor, now=call.now, idempotency_key=key)
        return Answer("quote", str(quote_id), 201)

    return reply(call, answer_once(request, act))


@router.post(
    "/accounts/{uuid:account_id}/changes",
    response={201: documented_as(answers.Taken | answers.Attempt), 202: documented_as(answers.Attempt)},
)
def take(request: HttpRequest, account_id: UUID, body: bodies.Taking) -> Reply:
    """Accept a quote as it was shown, or edits as they are decided now."""
    call = open_deferred_call(request, account_id)
    edits = edits_unless_quoted(body)

    def act(key: IdempotencyKey | None) -> Answer:
        result = checkout.accept(
            account_id,
            quote_id=body.quote,
            edits=edits,
            confirmed=body.confirm,
            actor=call.actor,
            now=call.now,
            idempotency_key=key,
        )
        return order_answer(call, result)

    return reply(call, answer_once(request, act))


@router.delete(
    "/accounts/{uuid:account_id}/changes/{uuid:change_id}",
    response={200: documented_as(answers.Taken | answers.Attempt)},
)
def undo(request: HttpRequest, account_id: UUID, change_id: UUID) -> Reply:
    """Undo a scheduled change."""
    call = open_deferred_call(request, account_id)
    try:
        result = checkout.undo(account_id, change_id, actor=call.actor, now=call.now)
    except UnknownChange:
        # Here the change is named by the address of the call, and not by an edit in its body.
        raise NotFound(what=phrase("scheduled change")) from None
    # A DELETE creates nothing, so 201 would be wrong, although an undo is an order like any other.
    return Status(200, reply(call, order_answer(call, result)).value)


def edits_unless_quoted(body: bodies.QuoteOrEdits) -> tuple[Edit, ...]:
    """Return the edits of a body, none if it names a quote. Errors: QuoteOrEdits, and those of `read_edits`."""
    # A quote has edits of its own: with both, one of the two would be ignored.
    if (body.quote is None) == (body.edits is None):
        raise QuoteOrEdits()
    return tuple(read_edits(body.edits)) if body.edits is not None else ()
