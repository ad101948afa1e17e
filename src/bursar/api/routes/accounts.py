"""Accounts, their members, their history and the clock of a sandbox."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from bursar.accounts import actions, members, queries
from bursar.api.call import Call, enter, moment, once, vendor
from bursar.api.present import values as show
from bursar.api.present.replies import Reply, reply
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import shape
from bursar.checkout import followed
from bursar.core.events import GROUPS, Group
from bursar.core.messages.problem import Invalid, NotFound, phrase
from bursar.core.money.tax import read_tax_rate
from bursar.core.ordering.decision import sees_invoices, sees_prices
from bursar.core.policy.capability import CAPABILITIES
from bursar.core.policy.policy import decide
from bursar.core.subscription.edit_field import FIRST_YEAR, LAST_YEAR
from bursar.history import queries as history
from bursar.history.queries import Answer, IdempotencyKey
from bursar.jobs.steps import move
from bursar.policy.queries import current
from bursar.seats import actions as seats

router = Router(tags=["accounts"])
Limit = Annotated[int, Query(ge=1, le=200)]


class BadMoment(Invalid):
    """{at}: expected a day such as 2026-01-31 or an instant such as 2026-01-31T09:00:00Z, found {found}."""

    code = "bad_moment"


@router.post("/accounts", response={201: shape(answers.Account)})
def open_account(request: HttpRequest, body: bodies.NewAccount) -> Reply:
    """Open an account with its owner; it pays on invoice terms until it says otherwise."""
    actor, now = vendor(request), moment()

    def do(asked: IdempotencyKey | None) -> Answer:
        account_id = actions.open_account(
            current(),
            name=body.name,
            account_type=body.account_type,
            currency=body.currency,
            time_zone=body.time_zone,
            locale=body.locale,
            owner_name=body.owner.name,
            owner_email=body.owner.email,
            representative=(body.representative.name, body.representative.email) if body.representative else None,
            sandbox=body.sandbox,
            clock=_moment(body.today, "today") if body.today else None,
            tax=read_tax_rate(body.tax_rate),
            actor=actor,
            now=now,
            idempotency_key=asked,
        )
        return Answer("account", str(account_id), 201)

    answer = once(request, do)
    return reply(enter(request, UUID(answer.id)), answer)


@router.get("/accounts", response=shape(answers.Accounts))
def list_accounts(request: HttpRequest, after: UUID | None = None, limit: Limit = 100) -> Any:
    """All accounts, the oldest first."""
    vendor(request)
    rows = queries.customers(after=after, limit=limit + 1)
    return show.page(rows, limit, lambda row: {"id": str(row[0]), "name": row[1]}, lambda row: row[0])


@router.get("/accounts/{uuid:account_id}", response=shape(answers.Account))
def get_account(request: HttpRequest, account_id: UUID) -> Any:
    """One account."""
    call = enter(request, account_id)
    return show.account(call.customer, call)


@router.patch("/accounts/{uuid:account_id}", response=shape(answers.Account))
def alter_account(request: HttpRequest, account_id: UUID, body: bodies.AccountFields) -> Any:
    """Change what the vendor says of an account."""
    actor = vendor(request)
    fields = body.model_dump(exclude_unset=True, exclude_none=True)
    if representative := fields.pop("representative", None):
        fields |= {"representative_name": representative["name"], "representative_email": representative["email"]}
    if "tax_rate" in fields:
        fields["tax_rate"] = read_tax_rate(fields["tax_rate"]).rate
    with followed(account_id, actor=actor, now=moment()):
        actions.alter_account(current(), account_id, fields=fields, actor=actor, now=moment())
    call = enter(request, account_id)
    return show.account(call.customer, call)


@router.get("/accounts/{uuid:account_id}/capabilities", response=shape(answers.Decisions))
def capabilities(request: HttpRequest, account_id: UUID) -> Any:
    """What this actor may do now; if not, why, and whom to ask."""
    call = enter(request, account_id)
    made = [
        decide(call.policy, call.customer.account, call.actor, capability, call.today) for capability in CAPABILITIES
    ]
    return {"items": [show.decision(call, one) for one in made], "next": None}


@router.get("/accounts/{uuid:account_id}/members", response=shape(answers.Members))
def list_members(request: HttpRequest, account_id: UUID) -> Any:
    """The members; who may not manage them sees the owner and the billing admins."""
    call = enter(request, account_id)
    rows = queries.members(account_id)
    if not _manages(call):
        rows = [row for row in rows if row.role in ("owner", "billing_admin")]
    return {"items": [show.member(row) for row in rows], "next": None}


@router.post("/accounts/{uuid:account_id}/members", response={201: shape(answers.Member)})
def add_member(request: HttpRequest, account_id: UUID, body: bodies.NewMember) -> Reply:
    """Add a member: active at once when the vendor does it, invited by a member."""
    call = enter(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        added = members.add_member(
            call.policy,
            account_id,
            name=body.name,
            email=body.email,
            role=body.role,
            actor=call.actor,
            now=call.now,
            idempotency_key=asked,
        )
        return Answer("member", str(added), 201)

    return reply(call, once(request, do))


@router.get("/accounts/{uuid:account_id}/members/{uuid:member_id}", response=shape(answers.Member))
def get_member(request: HttpRequest, account_id: UUID, member_id: UUID) -> Any:
    """One member."""
    call = enter(request, account_id)
    found = next((row for row in queries.members(account_id) if row.id == member_id), None)
    if found is None or not (_manages(call) or found.role in ("owner", "billing_admin")):
        raise NotFound(what=phrase("member"))
    return show.member(found)


@router.patch("/accounts/{uuid:account_id}/members/{uuid:member_id}", response=shape(answers.Member))
def change_member(request: HttpRequest, account_id: UUID, member_id: UUID, body: bodies.MemberFields) -> Any:
    """Give a member another role or name, suspend or resume them."""
    call = enter(request, account_id)
    fields = body.model_dump(exclude_unset=True, exclude_none=True)
    with followed(account_id, actor=call.actor, now=call.now):
        seats.change_member(call.policy, account_id, member_id, actor=call.actor, now=call.now, **fields)
    return get_member(request, account_id, member_id)


@router.delete("/accounts/{uuid:account_id}/members/{uuid:member_id}", response={204: None})
def remove_member(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Take a member out of the account."""
    call = enter(request, account_id)
    with followed(account_id, actor=call.actor, now=call.now):
        seats.remove_member(call.policy, account_id, member_id, actor=call.actor, now=call.now)
    return HttpResponse(status=204)


@router.post("/accounts/{uuid:account_id}/members/{uuid:member_id}/invitation", response=shape(answers.Member))
def invite_again(request: HttpRequest, account_id: UUID, member_id: UUID) -> Reply:
    """Send the invitation of somebody who has not accepted it once more; the link sent before works no longer."""
    call = enter(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        members.invite_again(call.policy, account_id, member_id, actor=call.actor, now=call.now, idempotency_key=asked)
        return Answer("member", str(member_id), 200)

    return reply(call, once(request, do))


@router.post("/accounts/{uuid:account_id}/owner", response=shape(answers.Member))
def pass_on(request: HttpRequest, account_id: UUID, body: bodies.NewOwner) -> Reply:
    """Make a billing admin the owner; whoever was becomes an admin. The vendor says why."""
    call = enter(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        with followed(account_id, actor=call.actor, now=call.now):
            members.pass_on(
                call.policy,
                account_id,
                body.member,
                reason=body.reason,
                actor=call.actor,
                now=call.now,
                idempotency_key=asked,
            )
        return Answer("member", str(body.member), 200)

    return reply(call, once(request, do))


@router.get("/accounts/{uuid:account_id}/history", response=shape(answers.Facts))
def account_history(
    request: HttpRequest,
    account_id: UUID,
    before: UUID | None = None,
    limit: Limit = 100,
    about: Group | None = None,
    since: bodies.Day | None = None,
    until: bodies.Day | None = None,
) -> Any:
    """What happened, the newest first; about one thing, and of the days from one to another, both included."""
    call = enter(request, account_id)
    call.permit("view_subscription")
    kinds = GROUPS[about] if about else None
    rows = history.facts(account_id, before=before, limit=limit + 1, kinds=kinds, since=since, until=until)
    reader = call.policy, call.customer.account, call.actor, call.today
    show_fact = partial(show.fact, prices=sees_prices(*reader), invoices=sees_invoices(*reader))
    return show.page(rows, limit, show_fact, lambda row: row.id)


@router.post("/accounts/{uuid:account_id}/clock", response=shape(answers.Account))
def move_clock(request: HttpRequest, account_id: UUID, body: bodies.Clock) -> Reply:
    """Move a sandbox account's clock, and run what falls due on the way."""
    call = enter(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        move(account_id, _moment(body.to, "to"), actor=call.actor, now=call.now, idempotency_key=asked)
        return Answer("account", str(account_id), 200)

    answer = once(request, do)
    return reply(enter(request, account_id), answer)


def _manages(call: Call) -> bool:
    return decide(call.policy, call.customer.account, call.actor, "manage_members", call.today).reason is None


def _moment(text: str, at: str) -> date | datetime:
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-01-31") else datetime.fromisoformat(text)
    except ValueError:
        raise BadMoment(at=at, found=repr(text)[:60]) from None
    zoned = not isinstance(found, datetime) or found.tzinfo is not None
    if not zoned or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadMoment(at=at, found=repr(text)[:60])
    return found
