"""Seats: who uses which product, how many are left, and what the vendor's product may ask at every turn."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from bursar.api.call import Call, approach, enter, vendor
from bursar.api.present import subscription as having
from bursar.api.schema import bodies
from bursar.api.schema import seats as seating
from bursar.api.schema.documented import shape
from bursar.checkout import coming_shortfalls, followed
from bursar.core.policy.policy import Member
from bursar.core.subscription.shortfall import write_shortfall
from bursar.seats import actions
from bursar.seats.queries import held

router = Router(tags=["seats"])
_ONE = "/accounts/{uuid:account_id}/seats/{product}"


@router.get("/accounts/{uuid:account_id}/seats", response=shape(seating.AllSeats))
def list_seats(request: HttpRequest, account_id: UUID) -> Any:
    """The seats of each product, and who uses them since when."""
    call = enter(request, account_id)
    call.permit("manage_members")
    return {"items": having.seats(call), "next": None}


@router.put(_ONE, response={204: None})
def count_seats(request: HttpRequest, account_id: UUID, product: str, body: bodies.InUse) -> HttpResponse:
    """Say how many seats are in use, where the vendor's own product gives them to people; null to stop counting."""
    actor = vendor(request)
    call = enter(request, account_id)
    with followed(account_id, actor=actor, now=call.now):
        actions.count(account_id, product, body.in_use, actor=actor, now=call.now)
    return _done(call, product)


@router.put(f"{_ONE}/members/{{uuid:member_id}}", response={204: None})
def assign_seat(request: HttpRequest, account_id: UUID, product: str, member_id: UUID) -> HttpResponse:
    """Give a member a product, with a seat unless they are a light agent."""
    call = approach(request, account_id)
    with followed(account_id, actor=call.actor, now=call.now):
        actions.assign(call.policy, account_id, product, member_id, actor=call.actor, now=call.now)
    return _done(call, product)


def _done(call: Call, product: str) -> HttpResponse:
    """Answer that it was done, with a header if a scheduled reduction now needs more people to give up their seat."""
    answer = HttpResponse(status=204)
    for short in coming_shortfalls(call.id, call.today):
        if short.product == product:
            answer["Seats-Short"] = json.dumps(write_shortfall(short))
    return answer


@router.delete(f"{_ONE}/members/{{uuid:member_id}}", response={204: None})
def free_seat(request: HttpRequest, account_id: UUID, product: str, member_id: UUID) -> HttpResponse:
    """Take a product from a member; the seat stays bought and is free for somebody else."""
    call = approach(request, account_id)
    actions.free(call.policy, account_id, product, member_id, actor=call.actor, now=call.now)
    return HttpResponse(status=204)


@router.get("/accounts/{uuid:account_id}/entitlements", response={200: shape(seating.Entitlements), 304: None})
def entitlements(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """What the account, or the member as whom it is asked, may use now; answered 304 while an `ETag` still holds."""
    # It is asked at every turn, also of accounts with thousands of people.
    call = enter(request, account_id, alone=True)
    mine = held(call.id, call.actor.id) if isinstance(call.actor, Member) else None
    if mine and mine[0].seen_on != call.today:
        actions.see(call.id, mine[0].member_id, call.today)
    body = json.dumps(having.entitlements(call, mine), sort_keys=True).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    same = tag in request.headers.get("If-None-Match", "")
    answer = HttpResponse(status=304) if same else HttpResponse(body, content_type="application/json")
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer
