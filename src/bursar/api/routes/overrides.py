"""Routes about overrides: capabilities granted to, or withheld from, a single account."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from bursar.accounts import actions, queries
from bursar.api.call import answer_once, open_call, real_now, require_vendor
from bursar.api.present import values as present
from bursar.api.present.replies import Reply, reply
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import documented_as
from bursar.checkout import followed
from bursar.core.messages.problem import NotFound, phrase
from bursar.history.queries import Answer, IdempotencyKey
from bursar.policy.queries import current

router = Router(tags=["accounts"])


@router.get("/accounts/{uuid:account_id}/overrides", response=documented_as(answers.Overrides))
def list_overrides(request: HttpRequest, account_id: UUID) -> Any:
    """List the overrides in force."""
    require_vendor(request)
    open_call(request, account_id)
    return {"items": [present.override(row) for row in queries.overrides(account_id)], "next": None}


@router.post("/accounts/{uuid:account_id}/overrides", response={201: documented_as(answers.Override)})
def add_override(request: HttpRequest, account_id: UUID, body: bodies.NewOverride) -> Reply:
    """Grant a capability to this account alone, or withhold it."""
    actor = require_vendor(request)
    call = open_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        with followed(account_id, actor=actor, now=call.now):
            override_id = actions.add_override(
                call.policy,
                account_id,
                capability=body.capability,
                grant=body.grant,
                reason=body.reason,
                until=body.until,
                actor=actor,
                now=call.now,
                idempotency_key=key,
            )
        return Answer("override", str(override_id), 201)

    return reply(call, answer_once(request, act))


@router.delete("/accounts/{uuid:account_id}/overrides", response={204: None})
def end_override_of(request: HttpRequest, account_id: UUID, capability: str) -> HttpResponse:
    """End the override of a capability."""
    require_vendor(request)
    # An account has at most one override of a capability in force.
    override = next((row for row in queries.overrides(account_id) if row.capability == capability), None)
    if override is None:
        raise NotFound(what=phrase("exception"))
    return end_override(request, account_id, override.id)


@router.delete("/accounts/{uuid:account_id}/overrides/{uuid:override_id}", response={204: None})
def end_override(request: HttpRequest, account_id: UUID, override_id: UUID) -> HttpResponse:
    """End an override."""
    actor, now = require_vendor(request), real_now()
    with followed(account_id, actor=actor, now=now):
        actions.end_override(current(), account_id, override_id, actor=actor, now=now)
    return HttpResponse(status=204)
