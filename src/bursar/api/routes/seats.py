"""Routes about seats and entitlements, which the vendor's product may ask for at every step."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from bursar.api.call import Call, open_call, open_deferred_call, require_vendor
from bursar.api.present import subscription as present
from bursar.api.schema import bodies
from bursar.api.schema import seats as seat_schemas
from bursar.api.schema.documented import documented_as
from bursar.checkout import coming_shortfalls, followed
from bursar.core.policy.policy import Member
from bursar.core.subscription.shortfall import write_shortfall
from bursar.seats import actions
from bursar.seats.queries import assignments

router = Router(tags=["seats"])
_SEATS = "/accounts/{uuid:account_id}/seats/{product}"


@router.get("/accounts/{uuid:account_id}/seats", response=documented_as(seat_schemas.AllSeats))
def list_seats(request: HttpRequest, account_id: UUID, after: UUID | None = None, limit: bodies.PageSize = 100) -> Any:
    """List the seats of each product with their holders, those after the last holder of a page before.

    Every page has all products with their numbers, and `limit` holders of all of them together.
    """
    call = open_call(request, account_id)
    call.permit("manage_members")
    return present.seats(call, after=after, limit=limit)


@router.put(_SEATS, response={204: None})
def count_seats(request: HttpRequest, account_id: UUID, product: str, body: bodies.InUse) -> HttpResponse:
    """Report the number of seats in use, if the vendor's own product assigns them; null to stop reporting."""
    actor = require_vendor(request)
    call = open_call(request, account_id)
    with followed(account_id, actor=actor, now=call.now):
        actions.set_used(account_id, product, body.in_use, actor=actor, now=call.now)
    return _no_content(call, product)


@router.put(f"{_SEATS}/members/{{uuid:member_id}}", response={204: None})
def assign_seat(request: HttpRequest, account_id: UUID, product: str, member_id: UUID) -> HttpResponse:
    """Assign a product to a member, with a seat unless they are a light agent."""
    call = open_deferred_call(request, account_id)
    with followed(account_id, actor=call.actor, now=call.now):
        actions.assign(call.policy, account_id, product, member_id, actor=call.actor, now=call.now)
    return _no_content(call, product)


def _no_content(call: Call, product: str) -> HttpResponse:
    """Return an empty answer, with a header if a scheduled reduction now leaves too few seats."""
    answer = HttpResponse(status=204)
    for shortfall in coming_shortfalls(call.id, call.today):
        if shortfall.product == product:
            answer["Seats-Short"] = json.dumps(write_shortfall(shortfall))
    return answer


@router.delete(f"{_SEATS}/members/{{uuid:member_id}}", response={204: None})
def free_seat(request: HttpRequest, account_id: UUID, product: str, member_id: UUID) -> HttpResponse:
    """Take a product from a member; the seat stays bought and is free."""
    call = open_deferred_call(request, account_id)
    actions.free(call.policy, account_id, product, member_id, actor=call.actor, now=call.now)
    return HttpResponse(status=204)


@router.get(
    "/accounts/{uuid:account_id}/entitlements", response={200: documented_as(seat_schemas.Entitlements), 304: None}
)
def entitlements(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Return the entitlements of the account or of the calling member; 304 while the `ETag` holds."""
    call = open_call(request, account_id)
    own = assignments(call.id, [call.actor.id]) if isinstance(call.actor, Member) else None
    # Noted once a day: a write for each step of the product would make this call many times as dear.
    if own and own[0].seen_on != call.today:
        actions.note_seen(call.id, own[0].member_id, call.today)
    body = json.dumps(present.entitlements(call, own), sort_keys=True).encode()
    # 128 bits: two answers of one address never have the same tag by chance.
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # The header may list several tags, and a proxy may have marked them as weak: W/"...".
    unchanged = tag in request.headers.get("If-None-Match", "")
    answer = HttpResponse(status=304) if unchanged else HttpResponse(body, content_type="application/json")
    answer["ETag"] = tag
    # Kept by the caller alone, who asks each time: a right that was taken away must not live on in a cache.
    answer["Cache-Control"] = "private, no-cache"
    return answer
