"""Routes about accounts, their members, their history and the clock of a sandbox."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from bursar.accounts import actions, member_list, members, queries
from bursar.api.call import Call, answer_once, open_call, real_now, require_vendor
from bursar.api.present import values as present
from bursar.api.present.replies import Reply, reply
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import documented_as
from bursar.checkout import followed
from bursar.core.events import GROUPS, Group
from bursar.core.messages.problem import Invalid, NotFound, phrase
from bursar.core.money.tax import read_tax_rate
from bursar.core.ordering.decision import sees_invoices, sees_prices
from bursar.core.policy.capability import CAPABILITIES, ROLES
from bursar.core.policy.member import IN_CHARGE
from bursar.core.policy.policy import Outcome, decide
from bursar.core.subscription.edit_field import FIRST_YEAR, LAST_YEAR
from bursar.history import queries as history
from bursar.history.queries import Answer, IdempotencyKey
from bursar.jobs.steps import move
from bursar.policy.queries import current
from bursar.seats import actions as seats

router = Router(tags=["accounts"])


class BadMoment(Invalid):
    """{at}: expected a day such as 2026-01-31 or an instant such as 2026-01-31T09:00:00Z, found {found}."""

    code = "bad_moment"


@router.post("/accounts", response={201: documented_as(answers.Account)})
def open_account(request: HttpRequest, body: bodies.NewAccount) -> Reply:
    """Open an account with its owner. It pays on invoice terms until its payment method is set."""
    actor, now = require_vendor(request), real_now()

    def act(key: IdempotencyKey | None) -> Answer:
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
            clock=_read_moment(body.today, "today") if body.today else None,
            tax=read_tax_rate(body.tax_rate),
            actor=actor,
            now=now,
            idempotency_key=key,
        )
        return Answer("account", str(account_id), 201)

    answer = answer_once(request, act)
    return reply(open_call(request, UUID(answer.id)), answer)


@router.get("/accounts", response=documented_as(answers.Accounts))
def list_accounts(request: HttpRequest, after: UUID | None = None, limit: bodies.PageSize = 100) -> Any:
    """List all accounts, the oldest first."""
    require_vendor(request)
    # A row more than the page has shows whether another page follows, without counting all.
    rows = queries.account_names(after=after, limit=limit + 1)
    return present.page(rows, limit, lambda row: {"id": str(row[0]), "name": row[1]}, lambda row: row[0])


@router.get("/accounts/{uuid:account_id}", response=documented_as(answers.Account))
def get_account(request: HttpRequest, account_id: UUID) -> Any:
    """Return an account."""
    call = open_call(request, account_id)
    return present.account(call.customer, call)


@router.patch("/accounts/{uuid:account_id}", response=documented_as(answers.Account))
def alter_account(request: HttpRequest, account_id: UUID, body: bodies.AccountFields) -> Any:
    """Change fields of an account that belong to the vendor."""
    actor, now = require_vendor(request), real_now()
    fields = body.model_dump(exclude_unset=True, exclude_none=True)
    # The body names a person; the account has a column for each of their two fields.
    if representative := fields.pop("representative", None):
        fields |= {"representative_name": representative["name"], "representative_email": representative["email"]}
    if "tax_rate" in fields:
        fields["tax_rate"] = read_tax_rate(fields["tax_rate"]).rate
    # Another account type may leave an open request without anybody who may approve it.
    with followed(account_id, actor=actor, now=now):
        actions.alter_account(current(), account_id, fields=fields, actor=actor, now=now)
    call = open_call(request, account_id)
    return present.account(call.customer, call)


@router.get("/accounts/{uuid:account_id}/capabilities", response=documented_as(answers.Decisions))
def capabilities(request: HttpRequest, account_id: UUID) -> Any:
    """Return a decision for every capability: allowed, or the reason and the people to ask."""
    call = open_call(request, account_id)
    decisions = [
        decide(call.policy, call.customer.account, call.actor, capability, call.today) for capability in CAPABILITIES
    ]
    return {"items": [present.decision(call, decision) for decision in decisions], "next": None}


@router.get("/accounts/{uuid:account_id}/members", response=documented_as(answers.Members))
def list_members(
    request: HttpRequest, account_id: UUID, after: UUID | None = None, limit: bodies.PageSize = 100
) -> Any:
    """List the members, the owner first and then by age, those after a given one.

    An actor who may not manage members sees the owner and the billing admins only.
    """
    call = open_call(request, account_id)
    roles = ROLES if _may_manage_members(call) else IN_CHARGE
    rows = member_list.members(account_id, after=after, limit=limit + 1, roles=roles)
    return present.page(rows, limit, present.member, lambda row: row.id)


@router.post("/accounts/{uuid:account_id}/members", response={201: documented_as(answers.Member)})
def add_member(request: HttpRequest, account_id: UUID, body: bodies.NewMember) -> Reply:
    """Add a member: active at once if the vendor adds them, invited if a member does."""
    call = open_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        member_id = members.add_member(
            call.policy,
            account_id,
            name=body.name,
            email=body.email,
            role=body.role,
            actor=call.actor,
            now=call.now,
            idempotency_key=key,
        )
        return Answer("member", str(member_id), 201)

    return reply(call, answer_once(request, act))


@router.get("/accounts/{uuid:account_id}/members/{uuid:member_id}", response=documented_as(answers.Member))
def get_member(request: HttpRequest, account_id: UUID, member_id: UUID) -> Any:
    """Return a member."""
    call = open_call(request, account_id)
    member = member_list.member_row(account_id, member_id)
    # A member who may not be listed is not found either, as in `list_members`.
    if member is None or not (_may_manage_members(call) or member.role in IN_CHARGE):
        raise NotFound(what=phrase("member"))
    return present.member(member)


@router.patch("/accounts/{uuid:account_id}/members/{uuid:member_id}", response=documented_as(answers.Member))
def change_member(request: HttpRequest, account_id: UUID, member_id: UUID, body: bodies.MemberFields) -> Any:
    """Change a member's role or name; suspend or resume them."""
    call = open_call(request, account_id)
    fields = body.model_dump(exclude_unset=True, exclude_none=True)
    # Without its requester, or the last member who could approve it, an open request is overtaken.
    with followed(account_id, actor=call.actor, now=call.now):
        seats.change_member(call.policy, account_id, member_id, actor=call.actor, now=call.now, **fields)
    return get_member(request, account_id, member_id)


@router.delete("/accounts/{uuid:account_id}/members/{uuid:member_id}", response={204: None})
def remove_member(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Remove a member from the account."""
    call = open_call(request, account_id)
    with followed(account_id, actor=call.actor, now=call.now):
        seats.remove_member(call.policy, account_id, member_id, actor=call.actor, now=call.now)
    return HttpResponse(status=204)


@router.post("/accounts/{uuid:account_id}/members/{uuid:member_id}/invitation", response=documented_as(answers.Member))
def invite_again(request: HttpRequest, account_id: UUID, member_id: UUID) -> Reply:
    """Resend an invitation that was not accepted; the earlier link stops working."""
    call = open_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        members.invite_again(call.policy, account_id, member_id, actor=call.actor, now=call.now, idempotency_key=key)
        return Answer("member", str(member_id), 200)

    return reply(call, answer_once(request, act))


@router.post("/accounts/{uuid:account_id}/owner", response=documented_as(answers.Member))
def pass_on(request: HttpRequest, account_id: UUID, body: bodies.NewOwner) -> Reply:
    """Make a billing admin the owner; the present owner becomes an admin. The vendor must give a reason."""
    call = open_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        with followed(account_id, actor=call.actor, now=call.now):
            members.transfer_ownership(
                call.policy,
                account_id,
                body.member,
                reason=body.reason,
                actor=call.actor,
                now=call.now,
                idempotency_key=key,
            )
        return Answer("member", str(body.member), 200)

    return reply(call, answer_once(request, act))


@router.get("/accounts/{uuid:account_id}/history", response=documented_as(answers.Facts))
def account_history(
    request: HttpRequest,
    account_id: UUID,
    before: UUID | None = None,
    limit: bodies.PageSize = 100,
    about: Group | None = None,
    since: bodies.Day | None = None,
    until: bodies.Day | None = None,
) -> Any:
    """List the history, the newest first; of one group, or from one day to another, both included."""
    call = open_call(request, account_id)
    call.permit("view_subscription")
    # A page of one kind alone could be empty although later pages are not, so the database filters.
    kinds = GROUPS[about] if about else None
    rows = history.facts(account_id, before=before, limit=limit + 1, kinds=kinds, since=since, until=until)
    reader = call.policy, call.customer.account, call.actor, call.today
    present_fact = partial(present.fact, prices=sees_prices(*reader), invoices=sees_invoices(*reader))
    return present.page(rows, limit, present_fact, lambda row: row.id)


@router.post("/accounts/{uuid:account_id}/clock", response=documented_as(answers.Account))
def move_clock(request: HttpRequest, account_id: UUID, body: bodies.Clock) -> Reply:
    """Move a sandbox account's clock, and do what falls due on the way."""
    call = open_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        move(account_id, _read_moment(body.to, "to"), actor=call.actor, now=call.now, idempotency_key=key)
        return Answer("account", str(account_id), 200)

    answer = answer_once(request, act)
    # The call read the account before its clock moved; the answer shows the new day.
    return reply(open_call(request, account_id), answer)


def _may_manage_members(call: Call) -> bool:
    decision = decide(call.policy, call.customer.account, call.actor, "manage_members", call.today)
    return decision.outcome is Outcome.ALLOWED


def _read_moment(text: str, at: str) -> date | datetime:
    try:
        # Only the length tells them apart: `datetime` reads a day alone as well, as its midnight in no zone.
        moment = date.fromisoformat(text) if len(text) == len("2026-01-31") else datetime.fromisoformat(text)
    except ValueError:
        raise BadMoment(at=at, found=repr(text)[:60]) from None
    zoned = not isinstance(moment, datetime) or moment.tzinfo is not None
    # An instant without a zone would have to be guessed at: the account's, the server's or UTC.
    if not zoned or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadMoment(at=at, found=repr(text)[:60])
    return moment
