"""The people of an account that is played in memory: what they may do there, and who comes and goes."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from bursar.core.ordering.content import write_decision
from bursar.core.ordering.context import BillingContext
from bursar.core.policy.member import (
    ADMIN,
    OWNER,
    AlreadyMember,
    NotActive,
    capability_for_member,
    check_ownership_transfer,
    check_role,
)
from bursar.core.policy.policy import VENDOR, Actor, Member, Outcome, decide
from bursar.scenario.player import Answered


def address(name: str) -> str:
    """The email of somebody in a life."""
    return f"{name}@example.com"


def found(context: BillingContext, name: str) -> Actor:
    """Return the actor of a step: the vendor, or a member by name. Errors: Answered."""
    member = _member(context, name)
    if member is None and name != "vendor":
        raise Answered({"code": "unknown_actor"})
    if member is not None and not member.active:
        raise Answered({"code": NotActive.code})
    return member or VENDOR


def permitted(context: BillingContext, actor: Actor, capability: str, on: date) -> None:
    """Raise Answered unless the policy allows the actor this capability."""
    decision = decide(context.policy, context.account, actor, capability, on)
    if decision.outcome is not Outcome.ALLOWED:
        code = "by_request" if decision.outcome is Outcome.BY_REQUEST else "refused"
        raise Answered({"code": code, **write_decision(decision)})


def added(context: BillingContext, actor: Actor, name: str, role: str, on: date, id: UUID) -> BillingContext:
    """The account with another member: active when the vendor makes them, invited when a member does.

    Errors: Answered, UnknownRole, OneOwner, OnlyFromAdmins, AlreadyMember.
    """
    context.policy.role(role)
    permitted(context, actor, capability_for_member(None, role), on)
    check_role(actor, name.title(), None, role)
    if any(member.email == address(name) for member in context.account.members):
        raise AlreadyMember(email=address(name))
    made = Member(id, name.title(), address(name), role, active=not isinstance(actor, Member))
    return _with(context, (*context.account.members, made))


def changed(context: BillingContext, actor: Actor, name: str, role: str | None, on: date) -> BillingContext:
    """The account once a member has another role, or with None is no member any more.

    Errors: Answered, UnknownRole, OneOwner, OnlyFromAdmins.
    """
    if role is not None:
        context.policy.role(role)
    before = _member(context, name)
    if before is None:
        raise Answered({"code": "not_found"})
    permitted(context, actor, capability_for_member(before.role, role), on)
    check_role(actor, before.name, before.role, role)
    others = context.account.members
    if role is None:
        return _with(context, tuple(one for one in others if one is not before))
    return _with(context, tuple(replace(one, role=role) if one is before else one for one in others))


def passed_on(context: BillingContext, actor: Actor, name: str, reason: str) -> BillingContext:
    """The account once a billing admin is its owner. Errors: Answered, and those of `check_passing`."""
    members, to = context.account.members, having(context, name)
    owner = next(member for member in members if member.role == OWNER)
    check_ownership_transfer(actor, owner, to, verified=True, reason=reason)
    roles = {owner.id: ADMIN, to.id: OWNER}
    return _with(context, tuple(replace(member, role=roles.get(member.id, member.role)) for member in members))


def having(context: BillingContext, name: str) -> Member:
    """A member by name. Errors: Answered."""
    member = _member(context, name)
    if member is None:
        raise Answered({"code": "not_found"})
    return member


def _member(context: BillingContext, name: str) -> Member | None:
    return next((member for member in context.account.members if member.email == address(name)), None)


def _with(context: BillingContext, members: tuple[Member, ...]) -> BillingContext:
    return replace(context, account=replace(context.account, members=members))
