"""Overrides: one capability granted to an account, or withheld from it, unlike its type."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from bursar.accounts import actions, queries
from bursar.api.call import enter, moment, once, vendor
from bursar.api.present import values as show
from bursar.api.present.replies import Reply, reply
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import shape
from bursar.checkout import followed
from bursar.core.messages.problem import NotFound, phrase
from bursar.history.queries import Answer, IdempotencyKey
from bursar.policy.queries import current

router = Router(tags=["accounts"])


@router.get("/accounts/{uuid:account_id}/overrides", response=shape(answers.Overrides))
def list_overrides(request: HttpRequest, account_id: UUID) -> Any:
    """The overrides that were not ended."""
    vendor(request)
    enter(request, account_id)
    return {"items": [show.override(row) for row in queries.overrides(account_id)], "next": None}


@router.post("/accounts/{uuid:account_id}/overrides", response={201: shape(answers.Override)})
def add_override(request: HttpRequest, account_id: UUID, body: bodies.NewOverride) -> Reply:
    """Grant or withhold one capability on this account alone."""
    actor = vendor(request)
    call = enter(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        with followed(account_id, actor=actor, now=call.now):
            added = actions.add_override(
                call.policy,
                account_id,
                capability=body.capability,
                grant=body.grant,
                reason=body.reason,
                until=body.until,
                actor=actor,
                now=call.now,
                idempotency_key=asked,
            )
        return Answer("override", str(added), 201)

    return reply(call, once(request, do))


@router.delete("/accounts/{uuid:account_id}/overrides", response={204: None})
def end_override_of(request: HttpRequest, account_id: UUID, capability: str) -> HttpResponse:
    """Let the override of a capability count no longer."""
    actor = vendor(request)
    found = next((row for row in queries.overrides(account_id) if row.capability == capability), None)
    if found is None:
        raise NotFound(what=phrase("override"))
    with followed(account_id, actor=actor, now=moment()):
        actions.end_override(current(), account_id, found.id, actor=actor, now=moment())
    return HttpResponse(status=204)


@router.delete("/accounts/{uuid:account_id}/overrides/{uuid:override_id}", response={204: None})
def end_override(request: HttpRequest, account_id: UUID, override_id: UUID) -> HttpResponse:
    """Let an override count no longer."""
    with followed(account_id, actor=vendor(request), now=moment()):
        actions.end_override(current(), account_id, override_id, actor=vendor(request), now=moment())
    return HttpResponse(status=204)
